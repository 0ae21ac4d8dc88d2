/**
 * Streams of one client, one after the other, in a fresh process: how far the resident set grows.
 *
 * @module
 */

import process from "node:process";
import type { Open } from "../contenders/contender.ts";
import { residentSet } from "../resident_set.ts";
import type { StreamMemoryTask } from "../types.ts";

const { base, contender, bytes, streams }: StreamMemoryTask = JSON.parse(process.argv[2]!);
const { open } = await import(contender) as { open: Open };
const { stream } = open(base);
// What a first call loads and compiles is no growth of the stream.
await stream!("bytes=2000");
const memory = residentSet();
const begin = performance.now();
for (let i = 0; i < streams; i++) {
  if (await stream!(`bytes=${bytes}`) < bytes) throw new Error("a stream that ended early");
}
const time = performance.now() - begin;
const { start, peak } = memory.stop();
console.log(JSON.stringify({ growth: peak - start, time }));
process.exit();
