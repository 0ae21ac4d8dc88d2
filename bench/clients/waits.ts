/**
 * Thousands of jobs waited for at once, three polls each, in a fresh process.
 *
 * @module
 */

import process from "node:process";
import { apiKey, bare, ours } from "../contenders.ts";
import { residentSet } from "../resident_set.ts";
import type { WaitsTask } from "../types.ts";

const POLL_INTERVAL = 500;
const COMPLETED = 3;

const { base, jobs, side }: WaitsTask = JSON.parse(process.argv[2]!);
let slowest = 0;
const timedFetch: typeof fetch = async (input, init) => {
  const start = performance.now();
  const response = await fetch(input, init);
  slowest = Math.max(slowest, performance.now() - start);
  return response;
};

const wait = side === "ours" ? waitOurs() : waitBare();
const memory = residentSet();
const start = performance.now();
const ids = Array.from({ length: jobs }, (_, i) => `wait-${i}`);
const statuses = await Promise.all(ids.map(wait));
const time = performance.now() - start;
const { peak } = memory.stop();
if (statuses.some((status) => status !== COMPLETED)) throw new Error("a wrong answer");
console.log(JSON.stringify({ time, peak, slowest }));
process.exit();

function waitOurs(): (id: string) => Promise<number> {
  const client = ours(base, timedFetch);
  return async (id) => (await client.waitForCompletion(id, { pollInterval: POLL_INTERVAL })).status;
}

function waitBare(): (requestId: string) => Promise<number> {
  const client = bare(base, timedFetch);
  return async (requestId) => {
    for (;;) {
      const { status } = await client.checkStatus({ apiKey, requestId });
      if (status === COMPLETED) return status;
      await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL));
    }
  };
}
