/**
 * What this process remembers of its jobs. All copies of the package share it: development servers, bundlers and package
 * managers make more than one, and a job that another copy has paid for must not be lost or bought again.
 *
 * @module
 */

import type { Charged } from "../contract/errors.ts";

/** A version of the package that changes the shape of {@linkcode Memory} must use another name. */
const MEMORY: unique symbol = Symbol.for("@tsetsen/sdk/memory") as never;

/** A job that was accepted. */
export interface AcceptedJob {
  /** When, on the clock of `performance.now()`. */
  readonly time: number;
  /** The number of characters of its text; `undefined` when that is not known. */
  readonly length: number | undefined;
  /** Whether the service has answered about the job. */
  isKnown: boolean;
  /** Whether `speak` has bought it: doing that again for its audio buys another. */
  isSpoken?: boolean;
}

/** A job, or a call that may have become one, that an error interrupted. */
export interface InterruptedJob {
  /** The id of the job; `undefined` when none had come yet. */
  readonly requestId: string | undefined;
  /** What is known about the money. */
  readonly charged: Charged;
}

/** An interrupted job, and what a retry needs to know of it. */
export interface Interruption extends InterruptedJob {
  /** False when the work only followed a job that was paid for: doing it again costs nothing. */
  readonly billable?: boolean;
  /** The signal that the interrupted call was given. */
  readonly signal: AbortSignal | undefined;
}

/** What the copies share. */
export interface Memory {
  /** The jobs that were accepted a moment ago, by their ids, oldest first. */
  readonly jobs: Map<string, AcceptedJob>;
  /** When the last job was accepted that is no longer kept, on the clock of `performance.now()`; -1 for never. */
  forgottenUntil: number;
  /** What the reasons of signals, or errors that are not ours, interrupted. */
  readonly interruptions: WeakMap<object, Interruption[]>;
  /** Errors of work that has bought more than the job that they name. */
  readonly purchases: WeakSet<object>;
  /** The files that hold the paid audio that had come, by the error that broke it off. */
  readonly files: WeakMap<object, string[]>;
}

let own: Memory = {
  jobs: new Map(),
  forgottenUntil: -1,
  interruptions: new WeakMap(),
  purchases: new WeakSet(),
  files: new WeakMap(),
};

/** The memory of all copies. The first copy that needs it makes it. */
export function memory(): Memory {
  const globals = globalThis as { [MEMORY]?: Memory };
  own = globals[MEMORY] ?? own;
  // Unlike an assignment, it does not throw where the globals are frozen.
  Reflect.set(globals, MEMORY, own);
  return own;
}
