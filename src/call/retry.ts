/**
 * Retries of an async function, for users of the package.
 *
 * @module
 */

import {
  BACKOFF_OPTIONS,
  backoffDelay,
  type BackoffOptions,
  resolveBackoff,
} from "../contract/backoff.ts";
import { TRANSIENT, TsetsenError } from "../contract/errors.ts";
import { reasonOf } from "../lib/abort.ts";
import { isError } from "../lib/is_error.ts";
import { Lifetime } from "../lib/lifetime.ts";
import { isSpoken, mayBeAcceptedSince } from "./accepted_jobs.ts";
import { interruptedJobs, interruptionsOf, recordInterrupted } from "./interrupted_jobs.ts";
import { memory } from "./memory.ts";
import { type FieldNames, validate, validateFields } from "../contract/validate.ts";

/** A class of errors. */
// deno-lint-ignore no-explicit-any -- any constructor is fine
export type ErrorClass = abstract new (...args: any[]) => Error;

/** Options of {@linkcode retry}. All durations are milliseconds. */
export interface RetryOptions extends BackoffOptions {
  /** How often to try again after the first failure, 0 or more. Default 3. */
  readonly maxRetries?: number | undefined;
  /**
   * The classes of errors to try again for. Default: `ServiceUnavailableError`, `ConnectionError`, `TimeoutError` and
   * `RateLimitExceededError`.
   */
  readonly retryExceptions?: readonly ErrorClass[] | undefined;
  /** Ends a delay at once; `retry` then rejects with the signal's own reason. Default: none. */
  readonly signal?: AbortSignal | undefined;
}

const RETRY_OPTIONS = {
  maxRetries: true,
  retryExceptions: true,
  signal: true,
  ...BACKOFF_OPTIONS,
} as const satisfies FieldNames<Required<RetryOptions>>;

/**
 * Calls an async function, and calls it again with exponential backoff when it fails for a reason that can pass.
 *
 * It never calls again when that could charge again, whatever `retryExceptions` says: {@linkcode isSafeToRetry} decides. It
 * waits as long as the service asks (`retryAfter`), up to `maxDelay`; when the service asks for more, it throws the error at
 * once.
 *
 * @param fn What to call.
 * @param options How often, for which errors, and how long to wait.
 * @returns What `fn` returned in the end.
 * @throws {unknown} The last error of `fn`, or the signal's reason.
 * @throws {TypeError} when a value has the wrong type, or one of `retryExceptions` is no class.
 * @throws {RangeError} when a number is out of its range.
 *
 * @example
 * ```ts
 * import { type Client, retry, ServiceUnavailableError } from "@tsetsen/sdk";
 *
 * function patientVoices(client: Client) {
 *   return retry(() => client.listVoices(), {
 *     maxRetries: 8,
 *     retryExceptions: [ServiceUnavailableError],
 *     maxDelay: 60_000,
 *   });
 * }
 * ```
 */
export async function retry<T>(
  fn: () => T | PromiseLike<T>,
  options: RetryOptions = {},
): Promise<T> {
  validate("fn", fn);
  validateFields("options", options, RETRY_OPTIONS);
  const { maxRetries = 3, retryExceptions = TRANSIENT, signal } = options;
  for (const Class of retryExceptions) validate("each of retryExceptions", Class);
  const backoff = resolveBackoff(options);
  if (signal?.aborted) throw reasonOf(signal);
  for (let failures = 0;; failures++) {
    const start = performance.now();
    try {
      return await fn();
    } catch (error) {
      if (failures >= maxRetries || !isSafeToRetry(error) || submitted(error, start)) throw error;
      if (!retryExceptions.some((Class) => error instanceof Class)) throw error;
      const { retryAfter = 0 } = error as TsetsenError;
      if (retryAfter > backoff.maxDelay) throw error;
      await sleep(Math.max(retryAfter, backoffDelay(backoff, failures)), signal, error);
    }
  }
}

/**
 * Remembers that work failed with `error` after it had bought something. Doing it again buys that again, whatever the error
 * itself is about.
 */
export function recordPurchases(error: unknown): void {
  if (Object(error) === error) memory().purchases.add(error as object);
}

/**
 * Whether the work that failed can be done again without being charged again. Every retry around a call that costs
 * credits must ask it, your own and that of a framework.
 *
 * It is false when a submission or a stream may have been accepted (`charged` is `"unknown"` or `"yes"`), also when an abort
 * or `cancel()` interrupted it, and when the audio of `speak` fails. It is false for a value that is no object, because nobody
 * can look up what an abort with such a reason interrupted. It is true for an error about a job that is paid for (a poll, a
 * download), because asking again about the same job costs nothing. Do not submit the text again in that case. It says nothing
 * about whether the failure can pass. It is false for a copy of an error (`structuredClone`, `postMessage`), which has lost
 * its facts: ask before you copy it. It knows nothing of an error that is not of a call, and is true then: a time limit around a
 * call (`Promise.race`) leaves the call running, so give the call its own `timeout` or `signal`.
 *
 * It never throws.
 *
 * @param error What the work failed with.
 * @returns Whether doing it again costs nothing more.
 *
 * @example
 * ```ts
 * import { type Client, isSafeToRetry } from "@tsetsen/sdk";
 *
 * async function submitTwice(client: Client, text: string, voiceId: string) {
 *   try {
 *     return await client.submit({ text, voiceId });
 *   } catch (error) {
 *     if (!isSafeToRetry(error)) throw error;
 *     return await client.submit({ text, voiceId });
 *   }
 * }
 * ```
 */
export function isSafeToRetry(error: unknown): boolean {
  if (Object(error) !== error || memory().purchases.has(error as object)) return false;
  if (!(error instanceof TsetsenError)) {
    // A copy of an error of this package (`structuredClone`, `postMessage`) has its message only.
    const isCopy = isError(error) && /^(\w+_|time)\w+: | charged/.test(error.message);
    return !isCopy &&
      interruptionsOf(error).every(({ charged, billable }) =>
        charged === "no" || billable === false
      );
  }
  const { charged, billable, requestId } = error;
  if (charged === undefined || charged === "no") return true;
  // When the error does not know it: an error about an accepted job comes from work that follows the job. The audio of `speak`
  // is one work with the purchase.
  return !(billable ?? !(charged === "yes" && requestId !== undefined && !isSpoken(requestId)));
}

/** Whether `fn` itself has submitted the job that the error is about: calling it again would submit another. */
function submitted(error: unknown, start: number): boolean {
  return interruptedJobs(error).some(({ requestId }) => mayBeAcceptedSince(requestId, start));
}

async function sleep(
  ms: number,
  signal: AbortSignal | undefined,
  failure: unknown,
): Promise<void> {
  const lifetime = new Lifetime(new Set(), signal);
  try {
    await lifetime.sleep(ms);
  } catch (end) {
    const { reason } = end as { readonly reason: unknown };
    for (const job of interruptedJobs(failure)) recordInterrupted(reason, job, signal);
    throw reason;
  } finally {
    lifetime.close();
  }
}
