/**
 * A bound on how many calls are in flight.
 *
 * @module
 */

import type { Lifetime } from "../lib/lifetime.ts";

interface Waiter {
  readonly lifetime: Lifetime;
  readonly start: () => void;
}

/** How long a place is held at the most. */
export interface Lease {
  /** When the place is free again by itself, on the clock of `performance.now()`. */
  readonly until: number;
}

/** How often those that wait look for places whose lease is over, in milliseconds. */
const RECLAIM_INTERVAL_MS = 1_000;

/**
 * Lets a fixed number of calls through at once; the others wait their turn, first come, first served.
 *
 * A place is leased: workerd drops the code of a request whose visitor has left, `finally` included, so a place may never be
 * released.
 */
export class Limiter {
  #free: number;
  #queue: Waiter[] = [];
  #head = 0;
  readonly #leases = new Set<Lease>();
  #reclaimAt = -Infinity;
  #waiting = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param limit How many may be let through at once. */
  constructor(limit: number) {
    this.#free = limit;
  }

  /** Whether a call waits. */
  get crowded(): boolean {
    return this.#head < this.#queue.length;
  }

  /** Takes a place if one is free. */
  tryAcquire(): boolean {
    if (this.#free === 0) this.#reclaim();
    if (this.#free === 0) return false;
    this.#free--;
    return true;
  }

  /** Waits for a place; rejects when `lifetime` ends first. */
  async acquire(lifetime: Lifetime): Promise<void> {
    let started = false;
    const turn = new Promise<void>((resolve) => {
      const start = () => {
        started = true;
        resolve();
      };
      this.#queue.push({ lifetime, start });
    });
    this.#watch();
    this.#waiting++;
    try {
      await lifetime.race(turn);
    } catch (error) {
      // The place may have come in the same moment as the end.
      if (started) this.release();
      throw error;
    } finally {
      if (--this.#waiting === 0) this.#stopWatching();
    }
  }

  /** Bounds how long a place that was taken is held, in milliseconds. */
  lease(ms: number): Lease {
    const lease = { until: performance.now() + ms };
    this.#leases.add(lease);
    return lease;
  }

  /**
   * Gives a place back: to the first in the queue that still wants it.
   *
   * @param lease The lease of the place. Once it is over, the place is no longer the caller's to give.
   */
  release(lease?: Lease): void {
    if (lease !== undefined && !this.#leases.delete(lease)) return;
    while (this.#head < this.#queue.length) {
      const next = this.#queue[this.#head++] as Waiter;
      // Cut off the served part now and then: a queue that is never empty must not grow for ever.
      if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
        this.#queue = this.#queue.slice(this.#head);
        this.#head = 0;
      }
      if (next.lifetime.end === undefined) {
        next.start();
        return;
      }
    }
    this.#queue = [];
    this.#head = 0;
    this.#free++;
  }

  #reclaim(): void {
    const now = performance.now();
    for (const lease of [...this.#leases]) if (lease.until < now) this.release(lease);
  }

  /** Reclaims places while calls wait. A timer of workerd dies with its request, so one that is overdue is replaced. */
  #watch(): void {
    const now = performance.now();
    if (now < this.#reclaimAt + RECLAIM_INTERVAL_MS) return;
    this.#reclaimAt = now + RECLAIM_INTERVAL_MS;
    this.#timer = setTimeout(() => {
      this.#reclaimAt = -Infinity;
      this.#reclaim();
      if (this.#waiting > 0) this.#watch();
    }, RECLAIM_INTERVAL_MS);
  }

  #stopWatching(): void {
    clearTimeout(this.#timer);
    this.#reclaimAt = -Infinity;
  }
}
