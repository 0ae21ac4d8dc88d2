/**
 * Unary calls of several clients in one process: a block of each, round and round, in an order that changes. Each client has a
 * bundle of its own, because code that two of them shared would be slower for both.
 *
 * @module
 */

import process from "node:process";
import type { Contender, Open } from "../contenders/contender.ts";
import { compare } from "../statistics.ts";
import type { UnaryTask } from "../types.ts";

interface Contestant extends Contender {
  readonly name: string;
  /** Of each block: CPU and time a call in milliseconds. */
  readonly cpu: number[];
  readonly times: number[];
}

const COMPLETED = 3;

const { base, contenders, warmup, rounds, block, inFlight }: UnaryTask = JSON.parse(
  process.argv[2]!,
);
const contestants: Contestant[] = [];
for (const [name, url] of Object.entries(contenders)) {
  const { open } = await import(url) as { open: Open };
  contestants.push({ name, ...open(base), cpu: [], times: [] });
}

for (let done = 0; done < warmup; done += block) {
  for (const contestant of contestants) await callMany(contestant);
}
for (let round = 0; round < rounds; round++) {
  // Who comes first, and after whom, changes: garbage and timers of one client fall to the next.
  const first = round % contestants.length;
  const order = [...contestants.slice(first), ...contestants.slice(0, first)];
  if (round % 2 === 1) order.reverse();
  for (const contestant of order) await measure(contestant);
}

const measured = Object.fromEntries(contestants.map((one) => [one.name, one]));
console.log(JSON.stringify(compare(measured)));
process.exit();

async function measure(contestant: Contestant): Promise<void> {
  const start = performance.now();
  const before = process.cpuUsage();
  await callMany(contestant);
  const { user, system } = process.cpuUsage(before);
  contestant.times.push((performance.now() - start) / block);
  contestant.cpu.push((user + system) / 1_000 / block);
}

/** Makes a block of calls, `inFlight` of them at once. */
async function callMany(contestant: Contestant): Promise<void> {
  let left = block;
  const worker = async () => {
    while (left-- > 0) {
      if (await contestant.check("job") !== COMPLETED) throw new Error("a wrong answer");
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}
