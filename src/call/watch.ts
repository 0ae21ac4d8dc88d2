/**
 * Watching a job: an async iterator of status updates, and its schedule.
 *
 * @module
 */

import { Call, type CallFacts, type Core } from "./call.ts";
import { callUnary } from "./unary.ts";
import { ServerError, TsetsenError } from "../contract/errors.ts";
import {
  type CheckStatusRequest,
  type CheckStatusResponse,
  fromCheckStatus,
  RequestStatus,
  toCheckStatus,
} from "../contract/models.ts";
import { CALL_OPTIONS, type CallOptions } from "../contract/options.ts";
import { acceptedJob, recordKnown } from "./accepted_jobs.ts";
import { LazyIterator } from "./lazy_iterator.ts";
import { type FieldNames, validateFields } from "../contract/validate.ts";

/** Options of {@linkcode Client.watchStatus} and {@linkcode Client.waitForCompletion}. All durations are milliseconds. */
export interface WatchOptions extends CallOptions {
  /**
   * The longest time to wait for the job's end in milliseconds, the call in flight included, above 0 and at most
   * 2,147,483,647. Default: no limit. A single poll is bounded by the client's own `timeout`.
   */
  readonly timeout?: number | undefined;
  /**
   * The time between two polls in milliseconds, above 0 and at most 2,147,483,647. Default: the client learns from the jobs
   * that it has seen end, and polls when this one is likely to end; until it has seen three, about once a second.
   */
  readonly pollInterval?: number | undefined;
  /**
   * How many polls in a row may fail for a reason that can pass, 0 or more. Default: the client's `maxRetries`. The
   * next poll comes after the client's `backoff`, at most 5 s later unless the service asks for more.
   */
  readonly maxRetries?: number | undefined;
}

/** The names of the options of a watch. */
export const WATCH_OPTIONS: FieldNames<Required<WatchOptions>> = {
  ...CALL_OPTIONS,
  pollInterval: true,
};

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

/** The longest wait after a failed poll, in milliseconds, unless the service asks for more. */
const MAX_FAILURE_WAIT_MS = 5_000;

/** How long a watch without a timeout goes on at a status that this version does not know, in milliseconds. */
const MAX_UNKNOWN_MS = 300_000;

/**
 * Watches a job. Bad input throws at once. Nothing is sent before the first `next()`.
 *
 * @param seen Receives each response.
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
  validateFields("options", options, WATCH_OPTIONS);
  const { apiKey: key, requestId } = message;
  const watched = { method: "WatchStatus", subject: "The job", key, requestId, text };
  return new LazyIterator(
    () => new Call(core, watched, options, options.timeout),
    (watch) => {
      const facts = { method: "CheckStatus", key, requestId, text, parentId: watch.log.id };
      return poll(core, facts, options, watch, seen);
    },
  );
}

// Not a closure: each closure of a generator has a prototype of its own, and thousands of jobs may be watched at once.
async function* poll(
  core: Core,
  facts: CallFacts & { readonly requestId: string },
  { headers, onResponse, pollInterval, timeout }: WatchOptions,
  watch: Call,
  seen: ((response: CheckStatusResponse) => void) | undefined,
): AsyncGenerator<StatusUpdate, void, void> {
  const { key: apiKey, requestId } = facts;
  const message = { apiKey, requestId };
  const { lifetime } = watch;
  const start = performance.now();
  let status: RequestStatus | undefined;
  let failures = 0;
  let unknownSince: number | undefined;
  const { schedule } = core;
  const accepted = acceptedJob(requestId);
  const born = accepted?.time ?? start;
  const age = () => performance.now() - born;
  if (accepted !== undefined && !accepted.isKnown && schedule.hasLearned && !pollInterval) {
    await lifetime.sleep(schedule.next(age(), accepted.length, true));
  }
  for (let attempt = 1;; attempt++) {
    let delay: number;
    try {
      // One attempt for each poll: failures are counted here, across polls.
      const once = { maxRetries: 0, headers, onResponse };
      const wire = await callUnary(
        core,
        (to, call) => to.checkStatus(message, call),
        facts,
        once,
        lifetime,
      );
      const response = fromCheckStatus(wire, requestId);
      const changed = response.status !== status;
      const elapsed = performance.now() - start;
      failures = 0;
      recordKnown(requestId);
      status = watch.log.status = response.status;
      seen?.(response);
      if (status === RequestStatus.COMPLETED && accepted !== undefined) {
        // The service's own time is exact. No job ends later than its end is seen.
        const { totalTime = Infinity, characterCount } = response.metrics ?? {};
        const length = accepted.length ?? characterCount;
        if (length !== undefined) schedule.learn(length, Math.min(totalTime, age()));
      }
      yield { requestId, status, changed, elapsed, attempt, response };
      if (status === RequestStatus.COMPLETED || status === RequestStatus.FAILED) return;
      if (status === RequestStatus.PENDING || status === RequestStatus.PROCESSING) {
        unknownSince = undefined;
      } else if (timeout === undefined) {
        unknownSince ??= performance.now();
        if (performance.now() - unknownSince > MAX_UNKNOWN_MS) throw unknownStatus(status, facts);
      }
      delay = pollInterval ?? jittered(schedule.next(age(), accepted?.length));
    } catch (error) {
      if (lifetime.end !== undefined || !(error instanceof TsetsenError)) throw error;
      const wait = watch.retryDelay(error, failures++, "poll_failed", MAX_FAILURE_WAIT_MS);
      if (wait === undefined) throw error;
      delay = Math.max(wait, pollInterval ?? 0);
    }
    await lifetime.sleep(delay);
  }
}

function unknownStatus(status: number, { requestId }: { readonly requestId: string }): ServerError {
  return new ServerError(
    `The job stays at status ${status} which this version does not know: ask again by its id.`,
    { requestId, charged: "yes", billable: false },
  );
}

/** Keeps clients that start together from polling together. It only shortens: no wait is longer than the schedule says. */
function jittered(ms: number): number {
  return ms * (1 - Math.random() * 0.05);
}
