/**
 * Events of the SDK's work, for a function that the user gives.
 *
 * @module
 */

import type { TsetsenError } from "./errors.ts";

/** Something that happened inside a call. It holds neither the key nor the text. */
export interface LogEvent {
  /**
   * - `"retry"`: an attempt failed and the call is tried again after `delay`.
   * - `"poll_failed"`: one poll of a job failed and the watch goes on after `delay`.
   */
  readonly type: "retry" | "poll_failed";
  /** The method of the service, for example `"CheckStatus"`. */
  readonly method: string;
  /** The number of the attempt that failed, from 1; for a watch, of the failures in a row. */
  readonly attempt: number;
  /** How long it waits before the next attempt, in milliseconds. */
  readonly delay: number;
  /** What went wrong. */
  readonly error: TsetsenError;
  /** The id of the job, if it is known. */
  readonly requestId: string | undefined;
}

/** Receives an event for each retry and each failed poll. What it throws or rejects with is ignored. */
export type LogHook = (event: LogEvent) => void;

/** Calls a hook, if there is one. */
export function notify<T>(hook: ((event: T) => void) | undefined, event: T): void {
  try {
    const returned: unknown = hook?.(event);
    // An async hook that rejects would end the process otherwise.
    if (returned !== undefined) Promise.resolve(returned).catch(() => {});
  } catch {
    // A broken hook must not cost a paid call.
  }
}
