/**
 * How long to wait between two attempts: exponential backoff with jitter.
 *
 * @module
 */

import { type FieldNames, validateFields } from "./validate.ts";
import { MAX_TIMEOUT_MS } from "../lib/rules.ts";

/** How the delay between attempts grows. All durations are milliseconds. */
export interface BackoffOptions {
  /** The delay before the first retry, in milliseconds, above 0 and at most 2,147,483,647. Default 500. */
  readonly baseDelay?: number | undefined;
  /** The longest delay before jitter, in milliseconds, above 0 and at most 2,147,483,647. Default 10,000. */
  readonly maxDelay?: number | undefined;
  /** What the delay is multiplied by after each retry, at least 1. Default 2. */
  readonly backoffFactor?: number | undefined;
  /** Whether a delay varies by up to 20 % either way, so that many clients do not come back at once. Default true. */
  readonly jitter?: boolean | undefined;
}

/** A checked and complete backoff. */
export interface Backoff {
  /** The delay before the first retry, in milliseconds. */
  readonly baseDelay: number;
  /** The longest delay, in milliseconds. */
  readonly maxDelay: number;
  /** What the delay is multiplied by after each retry. */
  readonly backoffFactor: number;
  /** Whether a delay varies by up to 20 % either way. */
  readonly jitter: boolean;
}

/** The names of the options. */
export const BACKOFF_OPTIONS: FieldNames<Required<BackoffOptions>> = {
  baseDelay: true,
  maxDelay: true,
  backoffFactor: true,
  jitter: true,
};

/** Checks the options and fills in the defaults, which are those of the Python SDK. */
export function resolveBackoff(
  options: BackoffOptions = {},
  known?: typeof BACKOFF_OPTIONS,
): Backoff {
  validateFields("options", options, known);
  const { baseDelay = 500, maxDelay = 10_000, backoffFactor = 2, jitter = true } = options;
  return { baseDelay, maxDelay, backoffFactor, jitter };
}

/** The delay in milliseconds before retry number `retry`, the first being 0. */
export function backoffDelay(backoff: Backoff, retry: number): number {
  const delay = Math.min(backoff.baseDelay * backoff.backoffFactor ** retry, backoff.maxDelay);
  return Math.min(backoff.jitter ? delay * (0.8 + Math.random() * 0.4) : delay, MAX_TIMEOUT_MS);
}
