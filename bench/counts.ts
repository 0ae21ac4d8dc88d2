/** How much of each is measured. */
export interface Counts {
  /** Calls of each client before any is measured. */
  readonly warmup: number;
  /** Rounds of sequential calls, 50 a round, and of calls 64 at once, 320 a round. */
  readonly rounds: readonly [sequential: number, atOnce: number];
  readonly streamRounds: number;
  readonly memoryRuns: number;
  readonly jobs: number;
  readonly waitRuns: number;
  readonly coldRuns: number;
  /** How often the text is spoken in the shorter and in the longer narration. */
  readonly narrations: readonly [number, number];
}

/** What the bounds are meant for. */
export const FULL: Counts = {
  warmup: 2_000,
  rounds: [60, 30],
  streamRounds: 20,
  memoryRuns: 3,
  jobs: 10_000,
  waitRuns: 3,
  coldRuns: 15,
  narrations: [10, 100],
};

/** Enough to see that everything works, and too little to mean anything. */
export const QUICK: Counts = {
  warmup: 100,
  rounds: [2, 2],
  streamRounds: 1,
  memoryRuns: 1,
  jobs: 100,
  waitRuns: 1,
  coldRuns: 1,
  narrations: [1, 2],
};
