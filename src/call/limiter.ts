/**
 * Bounds how many calls are in flight.
 *
 * @module
 */

import type { Lifetime } from "../lib/lifetime.ts";
import { hostOf } from "../lib/runtime.ts";

interface Waiter {
  readonly lifetime: Lifetime;
  readonly most: number | undefined;
  readonly start: (lease: Lease) => void;
}

/** A place among the calls in flight. */
export interface Lease {
  /** When the place is free again by itself, on the clock of `performance.now()`. */
  readonly until: number;
}

/** How long after its deadline a call that did not end may keep its place, in milliseconds. */
const GRACE_MS = 1_000;

/** How often places whose lease is over are reclaimed while a call waits, in milliseconds. */
const RECLAIM_INTERVAL_MS = 1_000;

/**
 * Lets a fixed number of calls through at once; the others wait their turn, first come, first served.
 *
 * A place is leased, because it may never be released: workerd drops the code of a request whose visitor has left,
 * `finally` included. The lease of a waiting call begins when the place is given to it, for the same reason.
 */
export class Limiter {
  readonly #limit: number;
  readonly #leases = new Set<Lease>();
  #queue: Waiter[] = [];
  #head = 0;
  #waiting = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param limit How many may be let through at once. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether a call waits. */
  get crowded(): boolean {
    return this.#head < this.#queue.length;
  }

  /**
   * Takes a place if one is free.
   *
   * @param lifetime The call. It holds the place to its deadline at the most.
   * @param most How long it holds the place at the most, in milliseconds. Default: to its deadline.
   */
  tryAcquire(lifetime: Lifetime, most?: number): Lease | undefined {
    if (this.#leases.size >= this.#limit) this.#reclaim();
    return this.#leases.size < this.#limit ? this.#lease(lifetime, most) : undefined;
  }

  /**
   * Waits for a place. Rejects when `lifetime` ends first.
   *
   * @param most As in `tryAcquire`.
   * @param silence The longest wait in milliseconds, for messages.
   * @param left What is left of `silence`, in milliseconds.
   */
  async acquire(
    lifetime: Lifetime,
    most?: number,
    silence?: number,
    left?: number,
  ): Promise<Lease> {
    let lease: Lease | undefined;
    const turn = new Promise<Lease>((resolve) => {
      const start = (given: Lease) => resolve(lease = given);
      this.#queue.push({ lifetime, most, start });
    });
    const stopWatching = this.#watch();
    try {
      return await lifetime.race(turn, silence, left);
    } catch (error) {
      // The place may have come at the same moment as the end.
      if (lease !== undefined) this.release(lease);
      throw error;
    } finally {
      stopWatching();
    }
  }

  #lease({ remaining }: Lifetime, most: number = Infinity): Lease {
    const lease = { until: performance.now() + Math.min(remaining, most) + GRACE_MS };
    this.#leases.add(lease);
    return lease;
  }

  /**
   * Gives a place back, and passes it to the first in the queue that still wants it. A lease that was reclaimed has no
   * place.
   */
  release(lease: Lease): void {
    if (!this.#leases.delete(lease)) return;
    while (this.#head < this.#queue.length) {
      const { lifetime, most, start } = this.#queue[this.#head++] as Waiter;
      // Cut off the served part now and then, because a queue that is never empty must not grow for ever.
      if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
        this.#queue = this.#queue.slice(this.#head);
        this.#head = 0;
      }
      if (lifetime.end === undefined && lifetime.remaining > 0) {
        start(this.#lease(lifetime, most));
        return;
      }
    }
    this.#queue = [];
    this.#head = 0;
  }

  #reclaim(): void {
    const now = performance.now();
    for (const lease of [...this.#leases]) if (lease.until < now) this.release(lease);
  }

  /** Reclaims places while a call waits. A timer of workerd dies with its request: there each call has one of its own. */
  #watch(): () => void {
    const start = () => setInterval(() => this.#reclaim(), RECLAIM_INTERVAL_MS);
    if (hostOf() === "other") {
      const timer = start();
      return () => clearInterval(timer);
    }
    if (this.#waiting++ === 0) this.#timer = start();
    return () => {
      if (--this.#waiting === 0) clearInterval(this.#timer);
    };
  }
}
