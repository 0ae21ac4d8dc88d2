import type { Client } from "../../mod.ts";
import { ClientClosedError } from "../errors.ts";
import { Scope } from "../scope.ts";
import { type InterruptedJob, trace } from "../trace.ts";

/**
 * Runs a generator as one operation: nothing happens before the first `next()`; the signal, the client's `close()` and `return()`
 * end it at once, also while a `next()` is pending.
 */
export class Run<T> implements AsyncIterator<T, void, void> {
  readonly #client: Client;
  readonly #signal: AbortSignal | undefined;
  readonly #work: (scope: Scope) => AsyncGenerator<T, void, void>;
  readonly #jobs: () => readonly InterruptedJob[];
  #scope: Scope | undefined;
  #items: AsyncGenerator<T, void, void> | undefined;
  #left = false;

  /**
   * @param work The work. It waits only by its scope.
   * @param jobs The jobs that an end by the signal or by the client interrupts.
   */
  constructor(
    client: Client,
    signal: AbortSignal | undefined,
    work: (scope: Scope) => AsyncGenerator<T, void, void>,
    jobs: () => readonly InterruptedJob[],
  ) {
    this.#client = client;
    this.#signal = signal;
    this.#work = work;
    this.#jobs = jobs;
  }

  /** The next item. */
  async next(): Promise<IteratorResult<T, void>> {
    const done: IteratorResult<T, void> = { done: true, value: undefined };
    if (this.#left) return done;
    const scope = this.#scope ??= new Scope(this.#client.openScopes, this.#signal);
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
      if (end?.by === "signal") {
        for (const job of this.#jobs()) trace(end.reason, job);
        throw end.reason;
      }
      if (end?.by !== "close") throw error;
      // One error names one job; the state names them all.
      throw new ClientClosedError(
        "The client was closed while this was under way.",
        this.#jobs()[0],
      );
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
