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

/** Lets a fixed number through at once; the others wait their turn, first come, first served. */
export class Limiter {
  #free: number;
  #queue: Waiter[] = [];
  #head = 0;

  /** @param limit How many may be let through at once. */
  constructor(limit: number) {
    this.#free = limit;
  }

  /** Whether someone waits. */
  get crowded(): boolean {
    return this.#head < this.#queue.length;
  }

  /** Takes a place if one is free. */
  tryAcquire(): boolean {
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
    try {
      await lifetime.race(turn);
    } catch (error) {
      // The place may have come in the same moment as the end.
      if (started) this.release();
      throw error;
    }
  }

  /** Gives a place back: to the first in the queue that still wants it. */
  release(): void {
    while (this.#head < this.#queue.length) {
      const next = this.#queue[this.#head++] as Waiter;
      // Cut off the served part now and then, so that a queue never emptied does not grow for ever.
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
}
