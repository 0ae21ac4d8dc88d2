/**
 * The emulator as a process of its own, for what needs jobs and audio: its jobs are done at once, and it prints where it is.
 * Ends when its standard input ends.
 *
 * @module
 */

import process from "node:process";
import { startEmulator } from "../src/emulator/mod.ts";
import { API_KEY as apiKey } from "./contenders/contender.ts";

const { port } = await startEmulator({
  apiKeys: { [apiKey]: 2 ** 31 - 1 },
  queueTime: 0,
  pace: 0,
});
console.log(JSON.stringify({ service: port, control: port }));
process.stdin.on("end", () => process.exit()).resume();
