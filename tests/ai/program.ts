// The suites on the runtime that runs this: prints what is wrong, a line each.

import { generateSpeech } from "ai";
import { speakUnderFaults } from "../live/suite.ts";
import { type Generate, problemsOf } from "./suite.ts";

Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });

const RUNS = 30;
const generate: Generate = (call) => generateSpeech(call) as ReturnType<Generate>;
const { problems, failures } = await speakUnderFaults(RUNS);
const all = [...problems, ...await problemsOf(generate, "v4")];
if (failures < RUNS / 4) all.push("the faults do not strike");
console.log(all.length === 0 ? "no problems" : all.join("\n"));
