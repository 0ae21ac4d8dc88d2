/**
 * Submits parts, one after the other.
 *
 * @module
 */

import type { BaseClient } from "../../client.ts";
import type { GenerateSpeechRequest } from "../../contract/models.ts";
import {
  InsufficientCreditsError,
  type RateLimitExceededError,
  withContext,
} from "../../contract/errors.ts";
import type { Lifetime } from "../../lib/lifetime.ts";
import { interruptedJobs, recordInterrupted } from "../../call/interrupted_jobs.ts";
import type { ResolvedOptions } from "../options.ts";
import type { Purchase } from "../state.ts";
import { asTsetsenError } from "./errors.ts";
import type { Journal } from "./journal.ts";
import type { Pace } from "./pace.ts";
import type { ProgressCounter } from "./progress.ts";

/** What one part is bought with. */
export interface Order {
  readonly request: GenerateSpeechRequest;
  /** The characters of its text. */
  readonly characters: number;
}

/** What the service has accepted, and what the journal keeps of it. */
export interface Submission<T> {
  readonly value: T;
  /** `undefined` when it is only known that it was submitted. */
  readonly purchase: Purchase | undefined;
}

/** What a submitter works with. */
export interface SubmitterOptions {
  readonly client: BaseClient;
  readonly journal: Journal;
  readonly progress: ProgressCounter;
  readonly options: ResolvedOptions;
  readonly lifetime: Lifetime;
  /**
   * Decides, before the next part is submitted, whether a failed submission is the last.
   *
   * @param unknowns How many submissions in a row had an unknown outcome, this one included.
   * @returns The error for all parts that were not submitted; `undefined` to go on.
   */
  readonly stopAfter: (error: unknown, unknowns: number) => unknown;
}

/**
 * Submits parts in order, one at a time. The journal records an intent before each submission, and its outcome before
 * the next one. A killed process therefore leaves at most one part whose outcome is not known.
 */
export class Submitter {
  readonly #with: SubmitterOptions;
  readonly #pace: Pace;
  #last: Promise<unknown> = Promise.resolve();
  #halt: { readonly error: unknown } | undefined;
  #unknowns = 0;

  constructor(options: SubmitterOptions, pace: Pace) {
    this.#with = options;
    this.#pace = pace;
  }

  /** Stops submitting. Pending callers reject with `error`. */
  halt(error: unknown): void {
    this.#halt ??= { error };
  }

  /**
   * Submits a part when it is its turn. It waits while the service refuses it for rate limit.
   *
   * @param send Submits it. Its error says whether anything was charged. The reason of an abort must belong to this
   * submission alone.
   * @returns What was accepted, and a function that frees the place among the parts in flight; `undefined` when another run has
   * submitted the part meanwhile.
   */
  submit<T>(
    index: number,
    order: Order,
    send: () => Promise<Submission<T>>,
  ): Promise<{ value: T; release: () => void } | undefined> {
    const submission = this.#last.then(() => this.#attempts(index, order, send));
    this.#last = submission.catch(() => {});
    return submission;
  }

  async #attempts<T>(index: number, order: Order, send: () => Promise<Submission<T>>) {
    for (;;) {
      const release = await this.#pace.place();
      try {
        this.#checkOpen();
        await this.#checkBalance(order);
        const submission = await this.#attempt(index, send);
        if (submission === undefined) {
          release();
          return undefined;
        }
        this.#pace.accepted();
        return { value: submission.value, release };
      } catch (error) {
        release();
        const known = asTsetsenError(error);
        const isRefused = known?.code === "rate_limit_exceeded" && known.charged === "no";
        try {
          if (!isRefused) throw error;
          await this.#pace.slowDown(error as RateLimitExceededError);
        } catch (failure) {
          const stop = this.#with.stopAfter(failure, this.#unknowns);
          if (stop !== undefined) this.halt(stop);
          throw failure;
        }
      }
    }
  }

  async #attempt<T>(
    index: number,
    send: () => Promise<Submission<T>>,
  ): Promise<Submission<T> | undefined> {
    const { journal } = this.#with;
    const before = journal.at(index);
    if (!await journal.intend(index)) return undefined;
    try {
      this.#checkOpen();
    } catch (error) {
      await journal.set(index, before).catch(() => {});
      throw error;
    }
    let submission: Submission<T>;
    try {
      submission = await send();
    } catch (error) {
      // An abort rejects with its reason, which is that of this submission alone.
      const { charged, requestId } = asTsetsenError(error) ?? interruptedJobs(error).at(-1) ?? {};
      // An id that came before the failure leads to the paid job.
      const paid: Purchase = requestId
        ? { status: "submitted", requestId, submittedAt: Date.now() }
        : { status: "failed" };
      this.#unknowns = charged === "yes" || charged === "no" ? 0 : this.#unknowns + 1;
      const outcome: Purchase = charged === "yes" ? paid : { status: "unknown" };
      // The error of the submission says what happened to the money. It wins over an error of the store.
      await journal.set(index, charged === "no" ? before : outcome).catch(() => {});
      throw error;
    }
    this.#unknowns = 0;
    const { purchase } = submission;
    try {
      if (purchase !== undefined) await journal.set(index, purchase);
    } catch (error) {
      if (asTsetsenError(error) === undefined) {
        const { signal } = this.#with.options;
        recordInterrupted(error, { requestId: purchase?.requestId, charged: "yes" }, signal);
      }
      throw error;
    }
    return submission;
  }

  async #checkBalance({ request, characters }: Order): Promise<void> {
    const { client, options, progress, lifetime } = this.#with;
    const { minBalance } = options;
    if (minBalance === undefined) return;
    const { apiKey } = request;
    let credits: number;
    try {
      ({ credits } = await client.getUserBalance({ apiKey }, { signal: lifetime.signal }));
    } catch (error) {
      const known = asTsetsenError(error);
      // The part was not submitted.
      throw known === undefined ? error : withContext(known, { charged: "no" });
    }
    const cost = Math.ceil(progress.highestCost * characters);
    if (credits - cost >= minBalance) return;
    const why = credits < minBalance
      ? "less than"
      : `and the next part takes about ${cost}, which would leave less than`;
    throw new InsufficientCreditsError(
      `The balance is ${credits} credits, ${why} the minBalance of ${minBalance}: nothing more was submitted.`,
      { charged: "no", reason: "below_min_balance" },
    );
  }

  #checkOpen(): void {
    if (this.#halt !== undefined) throw this.#halt.error;
    const { end } = this.#with.lifetime;
    if (end !== undefined) throw end;
  }
}
