/**
 * One stream in a fresh process: how far the resident set grows.
 *
 * @module
 */

import process from "node:process";
import { residentSet } from "../resident_set.ts";
import type { StreamMemoryTask } from "../types.ts";
import { streamer } from "./streams.ts";

const { base, bytes, side }: StreamMemoryTask = JSON.parse(process.argv[2]!);
const run = streamer(side, base);
// What a first call loads and compiles is no growth of the stream.
await run(2_000);
const memory = residentSet();
await run(bytes);
const { start, peak } = memory.stop();
console.log(JSON.stringify({ growth: peak - start }));
process.exit();
