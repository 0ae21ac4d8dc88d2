/** How much of each is measured. */
export interface Counts {
  readonly warmup: number;
  readonly calls: number;
  readonly block: number;
  readonly streamBytes: number;
  readonly streamRounds: number;
  readonly streamRuns: number;
  readonly memoryRuns: number;
  readonly jobs: number;
  readonly waitRuns: number;
  readonly coldRuns: number;
  /** How often the text is spoken in the shorter and in the longer narration. */
  readonly narrations: readonly [number, number];
}

/** What the bounds are meant for. */
export const FULL: Counts = {
  warmup: 500,
  calls: 3_000,
  block: 50,
  streamBytes: 200_000_000,
  streamRounds: 6,
  streamRuns: 5,
  memoryRuns: 3,
  jobs: 10_000,
  waitRuns: 3,
  coldRuns: 21,
  narrations: [10, 100],
};

/** Enough to see that everything works, and too little to mean anything. */
export const QUICK: Counts = {
  warmup: 20,
  calls: 60,
  block: 10,
  streamBytes: 5_000_000,
  streamRounds: 1,
  streamRuns: 1,
  memoryRuns: 1,
  jobs: 100,
  waitRuns: 1,
  coldRuns: 1,
  narrations: [1, 2],
};
