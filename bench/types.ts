/**
 * What the processes of the bench send each other, as JSON.
 *
 * @module
 */

/** What the server saw since it was last asked. */
export interface ServerStats {
  connections: number;
  requests: number;
}

export interface UnaryTask {
  readonly base: string;
  /** The clients: names, and the file URLs of their bundles. */
  readonly contenders: Readonly<Record<string, string>>;
  /** Calls of each client before anything is measured. */
  readonly warmup: number;
  readonly rounds: number;
  /** Calls of one client before it is the next one's turn. */
  readonly block: number;
  /** Calls at once. */
  readonly inFlight: number;
}

/** What a client takes for a call or a stream: medians of the rounds. */
export interface UnaryResult {
  /** Time from the first to the last of a block, a call, in milliseconds. */
  readonly time: number;
  /** CPU time of the process, user and system, a call, in milliseconds. */
  readonly cpu: number;
  /** Both as ratios to each client: the median of the ratios of one round, because a busy machine slows whole rounds. */
  readonly timeTo: Readonly<Record<string, number>>;
  readonly cpuTo: Readonly<Record<string, number>>;
}

export interface StreamSpeedTask {
  readonly base: string;
  readonly contenders: Readonly<Record<string, string>>;
  readonly bytes: number;
  readonly rounds: number;
}

export interface StreamMemoryTask {
  readonly base: string;
  readonly contender: string;
  readonly bytes: number;
  readonly streams: number;
}

export interface StreamMemoryResult {
  /** Peak of the resident set minus its size before the streams, in bytes. */
  readonly growth: number;
  /** Of all streams, in milliseconds. */
  readonly time: number;
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
  readonly contender: string;
  readonly jobs: number;
}

export interface WaitsResult {
  /** From the first to the last of them, in milliseconds. */
  readonly time: number;
  /** CPU time of the process, user and system, in milliseconds. */
  readonly cpu: number;
  /** Peak of the resident set in bytes. */
  readonly peak: number;
  /** The longest time from a `fetch` to its answer, in milliseconds. */
  readonly slowest: number;
}

export interface ColdTask {
  readonly base: string;
  /** File URL of the bundle to import. */
  readonly contender: string;
}

export interface ColdResult {
  /** Import in milliseconds. */
  readonly imported: number;
  /** Import plus first call in milliseconds. */
  readonly time: number;
}
