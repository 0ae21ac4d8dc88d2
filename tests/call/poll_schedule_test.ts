// When a job is asked for again: the simulation of bench/polling on seeded traces, and the edges.

import { assert, assertEquals } from "@std/assert";
import { PollSchedule } from "../../src/call/poll_schedule.ts";
import { makeTrace, type Outcome, type Poller, simulate } from "../../bench/polling/simulation.ts";

const FIXED: Poller = { next: () => 1_000 };

/** Overshoot and polls as a ratio to those of a fixed second, over several seeds. */
function ratios(name: string, jobs = 1_000): Outcome {
  const sum = { overshoot: 0, polls: 0 };
  for (const seed of [1, 2, 3]) {
    const trace = makeTrace(name, jobs, seed);
    const [fixed, learned] = [simulate(trace, FIXED), simulate(trace, new PollSchedule())];
    sum.overshoot += learned.overshoot / fixed.overshoot / 3;
    sum.polls += learned.polls / fixed.polls / 3;
  }
  return sum;
}

const BOUNDS: Record<string, number> = {
  "length and a drifting load": 0.42,
  "steps of the load": 0.42,
  "no length at all": 0.5,
  "outliers": 0.55,
  "long jobs": 0.6,
  "wide": 0.9,
};

for (const [name, bound] of Object.entries(BOUNDS)) {
  Deno.test(`PollSchedule sees the end of a job earlier than a fixed second, with fewer polls: ${name}`, () => {
    const { overshoot, polls } = ratios(name);
    assert(overshoot <= bound, `overshoot ${overshoot}`);
    assert(polls <= 1, `polls ${polls}`);
  });
}

Deno.test("PollSchedule polls like a fixed second until it has seen three jobs", () => {
  const schedule = new PollSchedule();
  for (let seen = 0; seen < 3; seen++) {
    assertEquals([0, 500, 2_500].map((age) => schedule.next(age, 10)), [1_000, 1_000, 1_000]);
    assert(!schedule.hasLearned);
    schedule.learn(10, 700);
  }
  assert(schedule.hasLearned);
  const first = schedule.next(0, 10, true);
  assert(first > 600 && first < 900, `${first}`);
});

Deno.test("PollSchedule polls a job that takes longer than all before it like a fixed second", () => {
  const schedule = new PollSchedule();
  for (let i = 0; i < 20; i++) schedule.learn(10, 700 + i);
  assertEquals(schedule.next(3_000, 10), 1_000);
  assertEquals(schedule.next(600_000, 10), 5_000);
});

Deno.test("PollSchedule follows a change of the load within a few jobs", () => {
  const schedule = new PollSchedule();
  for (let i = 0; i < 48; i++) schedule.learn(100, 1_000);
  for (let i = 0; i < 12; i++) schedule.learn(100, 4_000);
  // Polls up to the end of a job that takes as long as the last ones.
  let polls = 0;
  for (let age = 0; age < 4_000; polls++) age += schedule.next(age, 100);
  assert(polls <= 6, `${polls}`);
});

Deno.test("PollSchedule takes no harm from odd figures", () => {
  const schedule = new PollSchedule();
  for (
    const [length, ms] of [[NaN, 5], [5, NaN], [5, Infinity], [5, -1], [5, 0], [-1, 5]] as const
  ) {
    schedule.learn(length, ms);
  }
  assert(!schedule.hasLearned);
  for (const [length, ms] of [[0, 1], [0, 1e9], [1e9, 1], [5, 1e-9]] as const) {
    schedule.learn(length, ms);
  }
  for (const age of [0, 1, 1e3, 1e6, 1e12]) {
    for (const length of [undefined, 0, 1, 1e12]) {
      const wait = schedule.next(age, length);
      assert(wait >= 100 && wait <= 5_000, `${wait} at ${age}, ${length}`);
    }
  }
});
