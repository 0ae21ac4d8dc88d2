/**
 * A bound on single waits inside something that may last for long.
 *
 * @module
 */

import type { Scope } from "./scope.ts";

/** Ends a scope when a single wait lasts too long. One timer for the whole stream, not one for each chunk. */
export class IdleTimer {
  readonly #scope: Scope;
  readonly #timeout: number;
  #since: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param scope What to end.
   * @param timeout The longest wait, in milliseconds.
   */
  constructor(scope: Scope, timeout: number) {
    this.#scope = scope;
    this.#timeout = timeout;
  }

  /** Bounds one wait. */
  async during<T>(wait: Promise<T>): Promise<T> {
    this.#since = performance.now();
    if (this.#timer === undefined) this.#arm(this.#timeout);
    try {
      return await wait;
    } finally {
      this.#since = undefined;
    }
  }

  /** Lets go of the timer. */
  close(): void {
    clearTimeout(this.#timer);
  }

  #arm(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#since === undefined) return;
      const left = this.#since + this.#timeout - performance.now();
      // Timers may fire a little early.
      if (left > 1) this.#arm(left);
      else this.#scope.stop({ by: "idle", ms: this.#timeout });
    }, ms);
  }
}
