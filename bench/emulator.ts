/**
 * The emulator as a process of its own, for what needs jobs and audio: its jobs and streams are done at once, and it prints where
 * it is. Its argument is what it waits before a stream's first answer, in milliseconds. Ends when its standard input ends.
 *
 * @module
 */

import process from "node:process";
import { startEmulator } from "../src/emulator/mod.ts";
import { API_KEY as apiKey } from "./contenders/contender.ts";

const emulator = await startEmulator({
  apiKeys: { [apiKey]: 2 ** 31 - 1 },
  queueTime: 0,
  pace: 0,
  streamPace: 0,
  streamLimits: { perMinute: false },
});
const delay = Number(process.argv[2] ?? 0);
if (delay > 0) {
  emulator.addFault({ kind: "delay", method: "StreamSpeech", delay, times: Infinity });
}
const { port } = emulator;
console.log(JSON.stringify({ service: port, control: port }));
process.stdin.on("end", () => process.exit()).resume();
