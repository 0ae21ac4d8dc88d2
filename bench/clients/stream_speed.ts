/**
 * Streams of both clients in turn, in one process: bytes per second.
 *
 * @module
 */

import process from "node:process";
import { median } from "../statistics.ts";
import type { Side, StreamSpeedTask } from "../types.ts";
import { streamer } from "./streams.ts";

const { base, bytes, rounds }: StreamSpeedTask = JSON.parse(process.argv[2]!);
const sides: Side[] = ["ours", "bare"];
const speeds: Record<Side, number[]> = { ours: [], bare: [] };
const run = { ours: streamer("ours", base), bare: streamer("bare", base) };

for (const side of sides) await run[side](bytes / 10);
for (let round = 0; round < rounds; round++) {
  for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
    const start = performance.now();
    await run[side](bytes);
    speeds[side].push(bytes / (performance.now() - start) * 1_000);
  }
}
console.log(JSON.stringify({ ours: median(speeds.ours), bare: median(speeds.bare) }));
process.exit();
