/**
 * Streams of several clients in turn, in one process: time and CPU time of a stream.
 *
 * @module
 */

import process from "node:process";
import type { Contender, Open } from "../contenders/contender.ts";
import { compare } from "../statistics.ts";
import type { StreamSpeedTask } from "../types.ts";

const { base, contenders, bytes, rounds }: StreamSpeedTask = JSON.parse(process.argv[2]!);
const contestants: { name: string; client: Contender; times: number[]; cpu: number[] }[] = [];
for (const [name, url] of Object.entries(contenders)) {
  const { open } = await import(url) as { open: Open };
  contestants.push({ name, client: open(base), times: [], cpu: [] });
}

for (const { client } of contestants) await client.stream!(`bytes=${bytes}`);
for (let round = 0; round < rounds; round++) {
  const first = round % contestants.length;
  const order = [...contestants.slice(first), ...contestants.slice(0, first)];
  if (round % 2 === 1) order.reverse();
  for (const { client, times, cpu } of order) {
    const start = performance.now();
    const before = process.cpuUsage();
    if (await client.stream!(`bytes=${bytes}`) < bytes) {
      throw new Error("a stream that ended early");
    }
    const { user, system } = process.cpuUsage(before);
    times.push(performance.now() - start);
    cpu.push((user + system) / 1_000);
  }
}
const measured = Object.fromEntries(contestants.map((one) => [one.name, one]));
console.log(JSON.stringify(compare(measured)));
process.exit();
