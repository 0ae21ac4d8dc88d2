/**
 * Bounds how many parts are in flight, and how long a rate limit is waited for.
 *
 * @module
 */

import { type Backoff, backoffDelay } from "../../contract/backoff.ts";
import type { RateLimitExceededError } from "../../contract/errors.ts";
import { MAX_TIMEOUT_MS } from "../../lib/rules.ts";
import type { Lifetime } from "../../lib/lifetime.ts";
import type { ProgressCounter } from "./progress.ts";

const BACKOFF: Backoff = { baseDelay: 500, maxDelay: 60_000, backoffFactor: 2, jitter: true };

/** Bounds the parts in flight. A refusal for rate limit halves the bound. Each round of accepted parts adds one again. */
export class Pace {
  readonly #max: number;
  readonly #timeout: number;
  #limit: number;
  #inFlight = 0;
  #passed = 0;
  #refusals = 0;
  #since: number | undefined;
  #wake: (() => void) | undefined;
  readonly #progress: ProgressCounter;
  readonly #lifetime: Lifetime;

  /**
   * @param max How many may be in flight at most.
   * @param timeout How long refusals are waited out in a row, in milliseconds.
   */
  constructor(max: number, timeout: number, progress: ProgressCounter, lifetime: Lifetime) {
    this.#max = max;
    this.#limit = max;
    this.#timeout = timeout;
    this.#progress = progress;
    this.#lifetime = lifetime;
  }

  /** Waits for a place. Only one caller at a time may wait. @returns A function that frees the place. */
  async place(): Promise<() => void> {
    while (this.#inFlight >= this.#limit) {
      await this.#lifetime.race(new Promise<void>((resolve) => this.#wake = resolve));
    }
    this.#inFlight++;
    let held = true;
    return () => {
      if (held) this.#inFlight--;
      held = false;
      this.#wake?.();
    };
  }

  /** Waits, and lowers the bound. @throws The error when the wait would be too long. */
  async slowDown(error: RateLimitExceededError): Promise<void> {
    this.#limit = Math.max(1, Math.floor(this.#limit / 2));
    this.#passed = 0;
    const now = performance.now();
    this.#since ??= now;
    const wait = Math.max(error.retryAfter ?? 0, backoffDelay(BACKOFF, this.#refusals++));
    if (now - this.#since + wait > Math.min(this.#timeout, MAX_TIMEOUT_MS)) throw error;
    this.#progress.notify(wait);
    await this.#lifetime.sleep(wait);
  }

  /** Counts a submission that was accepted. */
  accepted(): void {
    this.calm();
    if (this.#limit < this.#max && ++this.#passed > this.#limit) {
      this.#limit++;
      this.#passed = 0;
      this.#wake?.();
    }
  }

  /** Counts refusals anew, because a call was answered. */
  calm(): void {
    this.#since = undefined;
    this.#refusals = 0;
  }
}
