/**
 * Runs a generator as one operation.
 *
 * @module
 */

import type { BaseClient } from "../client.ts";
import { ClientClosedError, withContext } from "../contract/errors.ts";
import { Lifetime, type LifetimeEnd } from "../lib/lifetime.ts";
import { recordInterrupted } from "../call/interrupted_jobs.ts";
import type { InterruptedJob } from "../call/memory.ts";
import { recordPurchases } from "../call/retry.ts";
import type { ResolvedOptions } from "./options.ts";
import { asTsetsenError } from "./purchase/errors.ts";

/** What the work has bought. */
export interface Purchases {
  /** The jobs that an early end interrupts. */
  openJobs(): readonly InterruptedJob[];
  /** Whether something may have been charged. */
  readonly hasBought: boolean;
}

/**
 * Runs a generator as one operation. Nothing happens before the first `next()`. The signal, the client's `close()` and
 * `return()` end it at once, also while a `next()` is pending.
 */
export class Run<T> implements AsyncIterator<T, void, void> {
  readonly #client: BaseClient;
  readonly #options: Pick<ResolvedOptions, "signal" | "store">;
  readonly #work: (lifetime: Lifetime) => AsyncGenerator<T, void, void>;
  readonly #session: () => Purchases | undefined;
  #lifetime: Lifetime | undefined;
  #items: AsyncGenerator<T, void, void> | undefined;
  #isCancelled = false;
  /** What an early end has interrupted. The reader may ask only later. */
  #interrupted: readonly InterruptedJob[] = [];

  /**
   * @param work The work. All its waits end with its lifetime.
   * @param session What the work has bought; `undefined` before it buys.
   */
  constructor(
    client: BaseClient,
    options: Pick<ResolvedOptions, "signal" | "store">,
    work: (lifetime: Lifetime) => AsyncGenerator<T, void, void>,
    session: () => Purchases | undefined,
  ) {
    this.#client = client;
    this.#options = options;
    this.#work = work;
    this.#session = session;
  }

  /** The next item. */
  async next(): Promise<IteratorResult<T, void>> {
    const done: IteratorResult<T, void> = { done: true, value: undefined };
    if (this.#isCancelled) return done;
    const lifetime = this.#lifetime ??= this.#begin();
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
      throw this.#failure(error, end);
    }
  }

  #begin(): Lifetime {
    const { signal } = this.#options;
    const lifetime = new Lifetime(this.#client.openLifetimes, signal);
    // At once: who waits for something else that ends by the signal may never ask for more here.
    lifetime.onEnd(() => {
      const session = this.#session();
      const jobs = this.#interrupted = session?.openJobs() ?? [];
      if (lifetime.end?.by !== "signal" || session?.hasBought !== true) return;
      const { reason } = lifetime.end;
      for (const job of jobs) recordInterrupted(reason, job, signal);
      if (this.#options.store === undefined) recordPurchases(reason);
    });
    return lifetime;
  }

  /** What to throw, with what is known about the money. */
  #failure(error: unknown, end: LifetimeEnd | undefined): unknown {
    if (end?.by === "signal") return end.reason;
    const session = this.#session();
    const { signal, store } = this.#options;
    const jobs = this.#interrupted;
    let failure = error;
    if (end?.by === "close") {
      // The error names one job; the state names all.
      failure = new ClientClosedError("The client was closed while this was under way.", jobs[0]);
    }
    if (session?.hasBought !== true) return failure;
    const known = asTsetsenError(failure);
    // The error of a store does not name the jobs.
    if (known === undefined) jobs.forEach((job) => recordInterrupted(failure, job, signal));
    else failure = withContext(known, { billable: true });
    // The error may be about a refused part. Without a store, a second run would buy the parts before it again.
    if (store === undefined) recordPurchases(failure);
    return failure;
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
