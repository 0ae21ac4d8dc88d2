/**
 * A generator as one operation.
 *
 * @module
 */

import type { BaseClient } from "../client.ts";
import { ClientClosedError } from "../contract/errors.ts";
import { Lifetime } from "../lib/lifetime.ts";
import { type InterruptedJob, recordInterrupted } from "../call/interrupted_jobs.ts";

/**
 * Runs a generator as one operation: nothing happens before the first `next()`; the signal, the client's `close()` and `return()`
 * end it at once, also while a `next()` is pending.
 */
export class Run<T> implements AsyncIterator<T, void, void> {
  readonly #client: BaseClient;
  readonly #signal: AbortSignal | undefined;
  readonly #work: (lifetime: Lifetime) => AsyncGenerator<T, void, void>;
  readonly #jobs: () => readonly InterruptedJob[];
  #lifetime: Lifetime | undefined;
  #items: AsyncGenerator<T, void, void> | undefined;
  #isCancelled = false;

  /**
   * @param work The work. All its waits end with its lifetime.
   * @param jobs The jobs that the signal or the client's `close()` interrupts.
   */
  constructor(
    client: BaseClient,
    signal: AbortSignal | undefined,
    work: (lifetime: Lifetime) => AsyncGenerator<T, void, void>,
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
    if (this.#isCancelled) return done;
    const lifetime = this.#lifetime ??= new Lifetime(this.#client.openLifetimes, this.#signal);
    const items = this.#items ??= this.#work(lifetime);
    try {
      const result = await items.next();
      if (result.done) lifetime.close();
      return result;
    } catch (error) {
      const { end } = lifetime;
      if (end?.by === "cancel") return done;
      // Nothing goes on after a failure.
      lifetime.stop({ by: "cancel" });
      if (end?.by === "signal") {
        for (const job of this.#jobs()) recordInterrupted(end.reason, job, this.#signal);
        throw end.reason;
      }
      if (end?.by !== "close") throw error;
      // The error names one job; the state names all.
      throw new ClientClosedError(
        "The client was closed while this was under way.",
        this.#jobs()[0],
      );
    }
  }

  /** Ends the work at once. */
  async return(): Promise<IteratorResult<T, void>> {
    this.#isCancelled = true;
    this.#lifetime?.stop({ by: "cancel" });
    try {
      await this.#items?.return();
    } catch {
      // The caller has cancelled it, and asks for no result.
    }
    return { done: true, value: undefined };
  }
}
