/**
 * Async iterators that start at the first `next()` and end at once when they are left.
 *
 * @module
 */

import type { Scope } from "./scope.ts";

/** A generator that handles the end of its scope by itself. */
export type ScopedRun<T> = (scope: Scope) => AsyncGenerator<T, void, void>;

/**
 * Runs a generator in a scope of its own.
 *
 * A bare async generator's `return()` waits behind a pending `next()`; here it ends the scope first, so that the pending
 * `next()` is over at once.
 */
export class ScopedIterator<T> implements AsyncIterableIterator<T, void, void> {
  readonly #open: () => Scope;
  readonly #run: ScopedRun<T>;
  #scope: Scope | undefined;
  #items: AsyncGenerator<T, void, void> | undefined;
  #left = false;

  /**
   * @param open Opens the scope. Called at the first `next()`; what it throws is what that `next()` rejects with.
   * @param run The work.
   */
  constructor(open: () => Scope, run: ScopedRun<T>) {
    this.#open = open;
    this.#run = run;
  }

  /** The next item. The first call starts the work. */
  next(): Promise<IteratorResult<T, void>> {
    if (this.#left) return Promise.resolve({ done: true, value: undefined });
    if (this.#items === undefined) {
      try {
        this.#scope = this.#open();
      } catch (error) {
        return Promise.reject(error);
      }
      this.#items = this.#run(this.#scope);
    }
    return this.#items.next();
  }

  /** Ends the work at once, also while a `next()` is pending: that one is then done, too. */
  async return(): Promise<IteratorResult<T, void>> {
    this.#left = true;
    this.#scope?.stop({ by: "leave" });
    await this.#items?.return();
    return { done: true, value: undefined };
  }

  /** The iterator itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Ends the work at once, like `return()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }
}
