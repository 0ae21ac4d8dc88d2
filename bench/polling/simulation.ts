/**
 * Simulates the polling of jobs: how late their end is seen, and how many polls it takes.
 *
 * Run it by `deno run bench/polling/main.ts`. It is seeded: the same figures each time.
 *
 * @module
 */

/** A job: when it is submitted, how long its text is, and how long it takes. Times are milliseconds. */
export interface SimulatedJob {
  readonly start: number;
  readonly length: number;
  readonly ms: number;
}

/** What polls cost. */
export interface Outcome {
  /** The mean time from the end of a job to the poll that sees it, in milliseconds. */
  readonly overshoot: number;
  /** The mean number of polls a job. */
  readonly polls: number;
}

/** Chooses when to poll, and learns from the jobs that have ended. */
export interface Poller {
  next(age: number, length: number): number;
  learn?(length: number, ms: number): void;
}

/** A seeded generator of numbers from 0 to 1 (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(random() + 1e-12)) * Math.cos(2 * Math.PI * random());
}

/** The kinds of traces. */
export const TRACES: Readonly<
  Record<string, (random: () => number, i: number) => Omit<SimulatedJob, "start">>
> = {
  "length and a drifting load": (random, i) => {
    const length = Math.exp(4.6 + 0.6 * normal(random));
    const load = 1 + 0.6 * Math.sin(i / 300) + 0.2 * Math.sin(i / 37);
    return { length, ms: (500 * load + 13 * length) * Math.exp(0.2 * normal(random)) };
  },
  "no length at all": (random, i) => {
    const load = 1 + 0.5 * Math.sin(i / 200);
    return { length: 20 + random() * 300, ms: 2_400 * load * Math.exp(0.25 * normal(random)) };
  },
  "steps of the load": (random, i) => {
    const length = 30 + random() * 250;
    const load = [1, 2.5, 0.6, 1.5][Math.floor(i / 250) % 4] as number;
    return { length, ms: (600 + 10 * length) * load * Math.exp(0.15 * normal(random)) };
  },
  "outliers": (random) => {
    const length = 30 + random() * 250;
    const factor = random() < 0.03 ? 6 + 10 * random() : 1;
    return { length, ms: (600 + 10 * length) * factor * Math.exp(0.15 * normal(random)) };
  },
  "wide": (random) => {
    const length = 30 + random() * 250;
    return { length, ms: (600 + 10 * length) * Math.exp(0.5 * normal(random)) };
  },
  "long jobs": (random) => {
    const length = 500 + random() * 4_000;
    return { length, ms: (2_000 + 6 * length) * Math.exp(0.2 * normal(random)) };
  },
};

/** Makes the jobs of a trace. */
export function makeTrace(name: string, count: number, seed: number): SimulatedJob[] {
  const random = seeded(seed);
  const make = TRACES[name] as (random: () => number, i: number) => Omit<SimulatedJob, "start">;
  return Array.from({ length: count }, (_, i) => ({ start: i * 3_000, ...make(random, i) }));
}

/** Polls each job to its end. */
export function simulate(jobs: readonly SimulatedJob[], poller: Poller): Outcome {
  let overshoot = 0;
  let polls = 0;
  for (const { length, ms } of jobs) {
    let age = 0;
    while (age < ms) {
      age += poller.next(age, length);
      polls++;
    }
    overshoot += age - ms;
    poller.learn?.(length, ms);
  }
  return { overshoot: overshoot / jobs.length, polls: polls / jobs.length };
}
