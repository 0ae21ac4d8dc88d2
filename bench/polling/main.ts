/**
 * Compares the schedule of polls with a fixed second: `deno run bench/polling/main.ts`.
 *
 * @module
 */

import { PollSchedule } from "../../src/call/poll_schedule.ts";
import { makeTrace, type Poller, simulate, TRACES } from "./simulation.ts";

const fixed: Poller = { next: () => 1_000 };
/** The schedule of the commit 9deec89: from 200 ms, an eighth of the age, at most 5 s. */
const before: Poller = { next: (age) => Math.min(Math.max(age / 8, 200), 5_000) * 0.9 };
const JOBS = 4_000;

console.log(
  "| trace | overshoot, fixed | before | now | ratio | polls, fixed | before | now | ratio |",
);
console.log("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
for (const name of Object.keys(TRACES)) {
  const jobs = makeTrace(name, JOBS, 1);
  const [one, old, now] = [fixed, before, new PollSchedule()].map((poller) =>
    simulate(jobs, poller)
  );
  const ms = (value: number) => `${Math.round(value)} ms`;
  console.log(
    `| ${name} | ${ms(one!.overshoot)} | ${ms(old!.overshoot)} | ${ms(now!.overshoot)} | ` +
      `${(now!.overshoot / one!.overshoot).toFixed(2)} | ${one!.polls.toFixed(2)} | ` +
      `${old!.polls.toFixed(2)} | ${now!.polls.toFixed(2)} | ${
        (now!.polls / one!.polls).toFixed(2)
      } |`,
  );
}
