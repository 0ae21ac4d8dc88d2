/**
 * What the processes of the bench tell each other, as JSON.
 *
 * @module
 */

/** What the server saw since it was last asked. */
export interface ServerStats {
  connections: number;
  requests: number;
}

/** Counts of one measurement: full, or small for a smoke test. */
export interface UnaryTask {
  readonly base: string;
  readonly warmup: number;
  readonly calls: number;
  /** Calls of one client before it is the next one's turn. */
  readonly block: number;
}

/** One client's unary calls. */
export interface UnaryResult {
  /** The median time of a call in milliseconds. */
  readonly median: number;
  /** CPU time of the process, user and system, a call, in milliseconds. */
  readonly cpu: number;
}

export interface StreamSpeedTask {
  readonly base: string;
  readonly bytes: number;
  readonly rounds: number;
}

/** Bytes per second, the median of the rounds. */
export type StreamSpeedResult = Record<Side, number>;

export interface StreamMemoryTask {
  readonly base: string;
  readonly bytes: number;
  readonly side: Side | "fetch";
}

export interface StreamMemoryResult {
  /** Peak of the resident set minus its size before the stream, in bytes. */
  readonly growth: number;
}

export interface NarrationMemoryTask {
  readonly base: string;
  /** The file with the text. */
  readonly text: string;
  /** How often the text is spoken, one after the other. */
  readonly times: number;
  /** Where the audio goes; it is deleted afterwards. */
  readonly path: string;
}

export interface NarrationMemoryResult {
  /** The peak of the resident set in each half of the narration, in bytes. */
  readonly halves: readonly [number, number];
  /** The length of the WAV file. */
  readonly bytes: number;
}

export interface WaitsTask {
  readonly base: string;
  readonly jobs: number;
  readonly side: Side;
}

export interface WaitsResult {
  /** From the first to the last of them, in milliseconds. */
  readonly time: number;
  /** Peak of the resident set in bytes. */
  readonly peak: number;
  /** The longest time from a `fetch` to its answer, in milliseconds. */
  readonly slowest: number;
}

export interface ColdTask {
  readonly base: string;
  /** File URL of the bundle to import. */
  readonly module: string;
}

export interface ColdResult {
  /** Import plus first call in milliseconds. */
  readonly time: number;
}

/** Our client, or bare connect-web over the same generated code. */
export type Side = "ours" | "bare";
