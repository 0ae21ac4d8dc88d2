/**
 * Watching a job: an async iterator of status updates, and its schedule.
 *
 * @module
 */

import { TsetsenTTS } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { Call, type CallFacts, callUnary, type Core } from "./call.ts";
import { TsetsenError } from "../contract/errors.ts";
import {
  type CheckStatusRequest,
  type CheckStatusResponse,
  fromCheckStatus,
  RequestStatus,
  toCheckStatus,
} from "../contract/models.ts";
import type { CallOptions } from "../contract/options.ts";
import { LazyIterator } from "./lazy_iterator.ts";
import { validateFields } from "../contract/validate.ts";

/** Options of {@linkcode Client.watchStatus} and {@linkcode Client.waitForCompletion}. All durations are milliseconds. */
export interface WatchOptions extends CallOptions {
  /**
   * The longest time to wait for the job's end in milliseconds, the call in flight included, above 0 and at most
   * 2,147,483,647. Default: no limit. A single poll is bounded by the client's own `timeout`.
   */
  readonly timeout?: number | undefined;
  /**
   * The time between two polls in milliseconds, above 0. Default: it adapts to the job's age, from 200 ms at first to
   * 5 s, with jitter.
   */
  readonly pollInterval?: number | undefined;
  /**
   * How many polls in a row may fail for a reason that can pass, 0 or more. Default: the client's `maxRetries`. The next
   * one comes after the client's `backoff`, 5 s at most unless the service asks for more.
   */
  readonly maxRetries?: number | undefined;
}

/** What one poll of a job found. */
export interface StatusUpdate {
  /** The id of the job. */
  readonly requestId: string;
  /** The status of the job now. */
  readonly status: RequestStatus;
  /** Whether the status differs from that of the update before; true for the first. */
  readonly changed: boolean;
  /** The time since the watch began, in milliseconds. */
  readonly elapsed: number;
  /** The number of the poll, from 1. Failed polls count: where numbers are missing, polls have failed. */
  readonly attempt: number;
  /** The whole response. */
  readonly response: CheckStatusResponse;
}

/** An async iterator of status updates. It polls only while it is iterated; leaving it ends the poll in flight. */
export type StatusWatch = AsyncIterableIterator<StatusUpdate, void, void> & AsyncDisposable;

const MIN_INTERVAL = 200;
const MAX_INTERVAL = 5_000;

/**
 * Watches a job. Bad input throws at once, nothing is sent before the first `next()`.
 *
 * @param seen Is told of each response.
 * @param text The text of the job where it is known, to keep it out of errors.
 */
export function watchStatus(
  core: Core,
  request: string | CheckStatusRequest,
  options: WatchOptions,
  seen?: (response: CheckStatusResponse) => void,
  text?: string,
): StatusWatch {
  const message = toCheckStatus(request, core.options.apiKey);
  validateFields("options", options);
  const { apiKey: key, requestId } = message;
  const watched = { method: "CheckStatus", subject: "The job", key, requestId, text };
  return new LazyIterator(
    () => new Call(core, watched, options, options.timeout),
    (watch) => poll(core, { ...watched, subject: undefined }, options, watch, seen),
  );
}

// Not a closure: each closure of a generator has a prototype of its own, and thousands of jobs may be watched at once.
async function* poll(
  core: Core,
  facts: CallFacts & { readonly requestId: string },
  { headers, pollInterval }: WatchOptions,
  watch: Call,
  seen: ((response: CheckStatusResponse) => void) | undefined,
): AsyncGenerator<StatusUpdate, void, void> {
  const { key: apiKey, requestId } = facts;
  const message = { apiKey, requestId };
  const { checkStatus } = TsetsenTTS.method;
  const { lifetime } = watch;
  const start = performance.now();
  let status: RequestStatus | undefined;
  let failures = 0;
  for (let attempt = 1;; attempt++) {
    let delay: number;
    try {
      // One try a poll: failures are counted here, across polls.
      const once = { maxRetries: 0, headers };
      const wire = await callUnary(core, checkStatus, message, facts, once, lifetime);
      const response = fromCheckStatus(wire, requestId);
      const changed = response.status !== status;
      const elapsed = performance.now() - start;
      failures = 0;
      status = response.status;
      seen?.(response);
      yield { requestId, status, changed, elapsed, attempt, response };
      if (status === RequestStatus.COMPLETED || status === RequestStatus.FAILED) return;
      delay = pollInterval ?? adaptiveInterval(performance.now() - start);
    } catch (error) {
      if (lifetime.end !== undefined || !(error instanceof TsetsenError)) throw error;
      const wait = watch.retryDelay(error, failures++, "poll_failed", MAX_INTERVAL);
      if (wait === undefined) throw error;
      delay = Math.max(wait, pollInterval ?? 0);
    }
    await lifetime.sleep(delay);
  }
}

/** The delay before the next poll of a job that has been watched for `elapsed` milliseconds. */
export function adaptiveInterval(elapsed: number, random: number = Math.random()): number {
  const interval = Math.min(Math.max(elapsed / 8, MIN_INTERVAL), MAX_INTERVAL);
  // Downwards only, so that the longest interval stays the longest.
  return interval * (1 - random * 0.2);
}
