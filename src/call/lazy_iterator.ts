/**
 * Async iterators that start at the first `next()` and end at once when they are left.
 *
 * @module
 */

import type { Call } from "./call.ts";

/**
 * Runs a generator as one operation. The first `next()` opens it, its errors are those of the operation, and it is
 * closed whatever happens.
 *
 * The `return()` of a bare async generator waits behind a pending `next()`. Here it ends the operation first, and the
 * pending `next()` is over at once.
 */
export class LazyIterator<T> implements AsyncIterableIterator<T, void, void> {
  readonly #open: () => Call;
  readonly #run: (call: Call) => AsyncGenerator<T, void, void>;
  #call: Call | undefined;
  #items: AsyncGenerator<T, void, void> | undefined;
  #left = false;

  /**
   * @param open Opens the operation. What it throws is what the first `next()` rejects with.
   * @param run The work.
   */
  constructor(open: () => Call, run: (call: Call) => AsyncGenerator<T, void, void>) {
    this.#open = open;
    this.#run = run;
  }

  /** The next item. The first call starts the work. */
  async next(): Promise<IteratorResult<T, void>> {
    const done: IteratorResult<T, void> = { done: true, value: undefined };
    if (this.#left) return done;
    const call = this.#call ??= this.#open();
    const items = this.#items ??= this.#run(call);
    try {
      const result = await items.next();
      if (result.done) call.done();
      return result;
    } catch (error) {
      if (call.lifetime.end?.by === "cancel") return done;
      const failure = call.error(error);
      // It must not go on at the service.
      call.lifetime.stop({ by: "cancel" });
      throw failure;
    }
  }

  /** Ends the work at once, also while a `next()` is pending: that one is then done, too. */
  async return(): Promise<IteratorResult<T, void>> {
    this.#left = true;
    this.#call?.lifetime.stop({ by: "cancel" });
    try {
      await this.#items?.return();
    } catch {
      // It was told to stop, and its error interests nobody.
    }
    this.#call?.log.end({ outcome: "cancelled" });
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
