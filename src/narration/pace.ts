import { type Backoff, backoffDelay } from "../contract/backoff.ts";
import type { RateLimitExceededError } from "../contract/errors.ts";
import type { Lifetime } from "../lib/lifetime.ts";
import { MAX_TIMEOUT_MS } from "../contract/validate.ts";
import type { Tally } from "./progress.ts";

const BACKOFF: Backoff = { baseDelay: 500, maxDelay: 60_000, backoffFactor: 2, jitter: true };

/** How many parts may be in flight. A refusal for rate limit halves it; each round that gets through adds one again. */
export class Pace {
  readonly #most: number;
  readonly #timeout: number;
  #limit: number;
  #inFlight = 0;
  #passed = 0;
  #refusals = 0;
  #since: number | undefined;
  #wake: (() => void) | undefined;
  readonly #tally: Tally;
  readonly #lifetime: Lifetime;

  /**
   * @param most The most that may be in flight.
   * @param timeout How long refusals are waited out in a row, in milliseconds.
   */
  constructor(most: number, timeout: number, tally: Tally, lifetime: Lifetime) {
    this.#most = most;
    this.#limit = most;
    this.#timeout = timeout;
    this.#tally = tally;
    this.#lifetime = lifetime;
  }

  /** Waits for a place. Only one at a time may wait. @returns A function that gives the place back. */
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

  /** Goes on more slowly, after a wait. @throws The error when it would wait for too long. */
  async slowDown(error: RateLimitExceededError): Promise<void> {
    this.#limit = Math.max(1, Math.floor(this.#limit / 2));
    this.#passed = 0;
    const now = performance.now();
    this.#since ??= now;
    const wait = Math.max(error.retryAfter ?? 0, backoffDelay(BACKOFF, this.#refusals++));
    if (now - this.#since + wait > Math.min(this.#timeout, MAX_TIMEOUT_MS)) throw error;
    this.#tally.notify(wait);
    await this.#lifetime.sleep(wait);
  }

  /** A submission got through. */
  accepted(): void {
    this.calm();
    if (this.#limit < this.#most && ++this.#passed > this.#limit) {
      this.#limit++;
      this.#passed = 0;
      this.#wake?.();
    }
  }

  /** Something got through: refusals from now on are counted anew. */
  calm(): void {
    this.#since = undefined;
    this.#refusals = 0;
  }
}
