import { Scope } from "../scope.ts";

/**
 * Runs a generator as one operation: nothing happens before the first `next()`; the signal and `return()` end it at once, also
 * while a `next()` is pending.
 */
export class Run<T> implements AsyncIterator<T, void, void> {
  readonly #signal: AbortSignal | undefined;
  readonly #work: (scope: Scope) => AsyncGenerator<T, void, void>;
  readonly #interrupted: (reason: unknown) => void;
  #scope: Scope | undefined;
  #items: AsyncGenerator<T, void, void> | undefined;
  #left = false;

  /**
   * @param work The work. It waits only by its scope.
   * @param interrupted Is told the signal's reason when that has ended the work.
   */
  constructor(
    signal: AbortSignal | undefined,
    work: (scope: Scope) => AsyncGenerator<T, void, void>,
    interrupted: (reason: unknown) => void,
  ) {
    this.#signal = signal;
    this.#work = work;
    this.#interrupted = interrupted;
  }

  /** The next item. */
  async next(): Promise<IteratorResult<T, void>> {
    const done: IteratorResult<T, void> = { done: true, value: undefined };
    if (this.#left) return done;
    const scope = this.#scope ??= new Scope(new Set(), this.#signal);
    const items = this.#items ??= this.#work(scope);
    try {
      const result = await items.next();
      if (result.done) scope.close();
      return result;
    } catch (error) {
      const { end } = scope;
      if (end?.by === "leave") return done;
      // Nothing of it may go on.
      scope.stop({ by: "leave" });
      if (end?.by !== "signal") throw error;
      this.#interrupted(end.reason);
      throw end.reason;
    }
  }

  /** Ends the work at once. */
  async return(): Promise<IteratorResult<T, void>> {
    this.#left = true;
    this.#scope?.stop({ by: "leave" });
    try {
      await this.#items?.return();
    } catch {
      // It was told to stop; how it stopped is of no interest any more.
    }
    return { done: true, value: undefined };
  }
}
