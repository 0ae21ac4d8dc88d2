/**
 * Trying an async function again: the public utility.
 *
 * @module
 */

import { backoffDelay, type BackoffOptions, resolveBackoff } from "../contract/backoff.ts";
import {
  ConnectionError,
  RateLimitExceededError,
  ServiceUnavailableError,
  TimeoutError,
  TsetsenError,
} from "../contract/errors.ts";
import { Lifetime } from "../lib/lifetime.ts";
import { validate, validateFields } from "../contract/validate.ts";

/** A class of errors. */
// deno-lint-ignore no-explicit-any -- any constructor is fine
export type ErrorClass = abstract new (...args: any[]) => Error;

/** Options of {@linkcode retry}. All durations are milliseconds. */
export interface RetryOptions extends BackoffOptions {
  /** How often to try again after the first failure, 0 or more. Default 3. */
  readonly maxRetries?: number | undefined;
  /**
   * The classes of errors to try again for. Default: {@linkcode ServiceUnavailableError}, {@linkcode ConnectionError},
   * {@linkcode TimeoutError} and {@linkcode RateLimitExceededError}.
   */
  readonly retryExceptions?: readonly ErrorClass[] | undefined;
  /** Ends a delay at once; `retry` then rejects with the signal's own reason. */
  readonly signal?: AbortSignal | undefined;
}

const RETRY_EXCEPTIONS: readonly ErrorClass[] = [
  ServiceUnavailableError,
  ConnectionError,
  TimeoutError,
  RateLimitExceededError,
];

/**
 * Calls an async function, and calls it again with exponential backoff when it fails for a reason that can pass.
 *
 * What may already have cost credits is never tried again, whatever `retryExceptions` says: an error whose `charged` is
 * `"unknown"`, or `"yes"` for a stream that broke off. A wait that the service asks for (`retryAfter`) is kept, up to
 * `maxDelay`; when it asks for more, the error is thrown at once.
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
  validateFields("options", options);
  const { maxRetries = 3, retryExceptions = RETRY_EXCEPTIONS, signal } = options;
  for (const Class of retryExceptions) validate("each of retryExceptions", Class);
  const backoff = resolveBackoff(options);
  signal?.throwIfAborted();
  for (let failures = 0;; failures++) {
    try {
      return await fn();
    } catch (error) {
      if (failures >= maxRetries || isSpent(error)) throw error;
      if (!retryExceptions.some((Class) => error instanceof Class)) throw error;
      const { retryAfter = 0 } = error as TsetsenError;
      if (retryAfter > backoff.maxDelay) throw error;
      await sleep(Math.max(retryAfter, backoffDelay(backoff, failures)), signal);
    }
  }
}

/** Whether trying again could cost credits a second time. The poll of a job, which has an id, never does. */
function isSpent(error: unknown): boolean {
  if (!(error instanceof TsetsenError)) return false;
  return error.charged === "unknown" ||
    (error.charged === "yes" && error.requestId === undefined);
}

async function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  const lifetime = new Lifetime(new Set(), signal);
  try {
    await lifetime.sleep(ms);
  } catch {
    throw signal?.reason;
  } finally {
    lifetime.close();
  }
}
