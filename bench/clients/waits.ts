/**
 * Thousands of jobs waited for at once, three polls each, in a fresh process.
 *
 * @module
 */

import process from "node:process";
import type { Open } from "../contenders/contender.ts";
import { residentSet } from "../resident_set.ts";
import type { WaitsTask } from "../types.ts";

const POLL_INTERVAL = 500;
const COMPLETED = 3;

const { base, jobs, contender }: WaitsTask = JSON.parse(process.argv[2]!);
let slowest = 0;
const timedFetch: typeof fetch = async (input, init) => {
  const start = performance.now();
  const response = await fetch(input, init);
  slowest = Math.max(slowest, performance.now() - start);
  return response;
};

const { open } = await import(contender) as { open: Open };
const client = open(base, timedFetch);
const memory = residentSet();
const start = performance.now();
const before = process.cpuUsage();
const ids = Array.from({ length: jobs }, (_, i) => `wait-${i}`);
const statuses = await Promise.all(ids.map((id) => client.wait!(id, POLL_INTERVAL)));
const time = performance.now() - start;
const { user, system } = process.cpuUsage(before);
const { peak } = memory.stop();
if (statuses.some((status) => status !== COMPLETED)) throw new Error("a wrong answer");
console.log(JSON.stringify({ time, cpu: (user + system) / 1_000, peak, slowest }));
process.exit();
