// The suite on the runtime that runs this: prints what is wrong, a line each.

import { generateSpeech } from "ai";
import { type Generate, problemsOf } from "./suite.ts";

Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });

const generate: Generate = (call) => generateSpeech(call) as ReturnType<Generate>;
const problems = await problemsOf(generate, "v4");
console.log(problems.length === 0 ? "no problems" : problems.join("\n"));
