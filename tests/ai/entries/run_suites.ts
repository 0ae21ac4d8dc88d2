// Both suites, with the real package `ai`.

import { generateSpeech } from "ai";
import { speakUnderFaults } from "../../live/suite.ts";
import { onSocket, type Start } from "../service.ts";
import { type Generate, problemsOf } from "../suite.ts";

Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });

const RUNS = 30;
const generate: Generate = (call) => generateSpeech(call) as ReturnType<Generate>;

/** Whatever is wrong, a line each. */
export async function runSuites(start: Start = onSocket): Promise<string[]> {
  const { problems, failures } = await speakUnderFaults(RUNS, start);
  const all = [...problems, ...await problemsOf(generate, "v4", start)];
  if (failures < RUNS / 4) all.push("the faults do not strike");
  return all;
}
