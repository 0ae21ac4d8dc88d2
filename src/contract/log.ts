/**
 * The events of each call, for a function that the user gives.
 *
 * @module
 */

import type { Charged, TsetsenError } from "./errors.ts";

/** What every event says. No event holds the key, the text, or the reason of an abort. */
export interface LogContext {
  /** The number of the call in this process, from 1: all events of a call have the same. */
  readonly callId: number;
  /** The `callId` of the watch that the call is a poll of; `undefined` for every other call. */
  readonly parentId: number | undefined;
  /**
   * The method of the service, for example `"CheckStatus"`; `"WatchStatus"` for a watch of a job or a wait for it (its
   * polls are calls of their own); `"Download"` for a download.
   */
  readonly method: string;
  /** The id of the job, if it is known. */
  readonly requestId: string | undefined;
  /** Whether the call costs credits. */
  readonly billable: boolean;
  /** What is known about the money at this time; `undefined` for a call that costs nothing and is about no job. */
  readonly charged: Charged | undefined;
  /**
   * The number of the request that the event is about, from 1. `"start"`: 0. `"end"`: how many requests were sent.
   * `"poll_failed"`: how many polls have failed in a row.
   */
  readonly attempt: number;
}

/** A call begins: a stream or a watch with its first `next()`. */
export interface StartEvent extends LogContext {
  /** What happened. */
  readonly type: "start";
}

/** A request is sent. */
export interface AttemptEvent extends LogContext {
  /** What happened. */
  readonly type: "attempt";
}

/** How something ended. */
export interface OutcomeEvent extends LogContext {
  /**
   * - `"answer"`: a request ended: with the whole answer; for a stream with its first message, for a download with its headers.
   * - `"end"`: the call ended, its retries included. It is the last event of the call.
   */
  readonly type: "answer" | "end";
  /** The time since `"attempt"` or `"start"`, in milliseconds. */
  readonly duration: number;
  /**
   * The bytes of the messages, or of the file, that have come; `undefined` when none have, or when the transport does not count
   * them.
   */
  readonly bytes: number | undefined;
  /** `"cancelled"`: by an abort, by leaving a loop, or because another request has brought the answer. */
  readonly outcome: "ok" | "failed" | "cancelled";
  /** Why it failed. */
  readonly error?: TsetsenError | undefined;
  /** With `"end"`: the last status of the job, a {@linkcode RequestStatus}, if the call has asked for it. */
  readonly status?: number | undefined;
}

/** Another request follows after `delay`. */
export interface RetryEvent extends LogContext {
  /**
   * - `"retry"`: a request failed, or has had no answer for so long that a second one is sent.
   * - `"poll_failed"`: a poll of a job failed, and the watch goes on.
   */
  readonly type: "retry" | "poll_failed";
  /** How long it waits before the next request, in milliseconds. */
  readonly delay: number;
  /** What went wrong. */
  readonly error: TsetsenError;
}

/** Something that happened inside a call. It holds neither the key nor the text. */
export type LogEvent = StartEvent | AttemptEvent | OutcomeEvent | RetryEvent;

/** Receives an event for each step of each call. What it throws or rejects with is ignored. */
export type LogHook = (event: LogEvent) => void;

/** Calls a hook, if there is one. */
export function notify<T>(hook: ((event: T) => void) | undefined, event: T): void {
  try {
    const returned: unknown = hook?.(event);
    // Without the `catch`, an async hook that rejects would end the process.
    if (returned !== undefined) Promise.resolve(returned).catch(() => {});
  } catch {
    // A broken hook must not cost a paid call.
  }
}
