import type { Client, GenerateSpeechRequest } from "../../mod.ts";
import {
  InsufficientCreditsError,
  RateLimitExceededError,
  TsetsenError,
} from "../contract/errors.ts";
import type { Lifetime } from "../lib/lifetime.ts";
import { recordInterrupted } from "../call/interrupted_jobs.ts";
import type { Book } from "./book.ts";
import type { Settings } from "./options.ts";
import type { Pace } from "./pace.ts";
import type { Tally } from "./progress.ts";
import type { Purchase } from "./state.ts";

/** What one part is bought with. */
export interface Order {
  readonly request: GenerateSpeechRequest;
  /** The characters of its text. */
  readonly characters: number;
}

/** What the service has accepted, and how it goes into the books. */
interface Sale<T> {
  readonly value: T;
  readonly purchase: Purchase;
}

interface Till {
  readonly client: Client;
  readonly book: Book;
  readonly tally: Tally;
  readonly settings: Settings;
  readonly lifetime: Lifetime;
  /**
   * Decides, before the next is submitted, whether a failed submission is the last.
   *
   * @param unknowns How many in a row had an unknown outcome, this one included.
   * @returns The error for all that was not submitted; `undefined` to go on.
   */
  readonly stopAfter: (error: unknown, unknowns: number) => unknown;
}

/**
 * Where parts are paid for: one after the other, in order. An intent is kept before each submission, and its outcome before the
 * next. So a process that is killed leaves at most one part behind whose outcome is not known.
 */
export class Counter {
  readonly #till: Till;
  readonly #pace: Pace;
  #last: Promise<unknown> = Promise.resolve();
  #halt: { readonly error: unknown } | undefined;
  #unknowns = 0;

  constructor(till: Till, pace: Pace) {
    this.#till = till;
    this.#pace = pace;
  }

  /** Sells nothing any more. Who still waits gets this error. */
  halt(error: unknown): void {
    this.#halt ??= { error };
  }

  /**
   * Buys a part when it is its turn. Refusals for rate limit are waited out.
   *
   * @param send Submits it. What it rejects with says whether anything was charged.
   * @returns What was accepted, and a function that gives the place among the parts in flight back.
   */
  buy<T>(
    index: number,
    order: Order,
    send: () => Promise<Sale<T>>,
  ): Promise<{ value: T; release: () => void }> {
    const sale = this.#last.then(() => this.#attempts(index, order, send));
    this.#last = sale.catch(() => {});
    return sale;
  }

  async #attempts<T>(index: number, order: Order, send: () => Promise<Sale<T>>) {
    for (;;) {
      const release = await this.#pace.place();
      try {
        this.#mustBeOpen();
        await this.#checkBalance(order);
        const value = await this.#attempt(index, send);
        this.#pace.accepted();
        return { value, release };
      } catch (error) {
        release();
        // The balance, which costs nothing, says nothing about a charge.
        const refused = error instanceof RateLimitExceededError &&
          (error.charged ?? "no") === "no";
        try {
          if (!refused) throw error;
          await this.#pace.slowDown(error);
        } catch (failure) {
          const stop = this.#till.stopAfter(failure, this.#unknowns);
          if (stop !== undefined) this.halt(stop);
          throw failure;
        }
      }
    }
  }

  async #attempt<T>(index: number, send: () => Promise<Sale<T>>): Promise<T> {
    const { book } = this.#till;
    const before = book.at(index);
    try {
      await book.set(index, { status: "submitting" });
      this.#mustBeOpen();
    } catch (error) {
      await book.set(index, before).catch(() => {});
      throw error;
    }
    let sale: Sale<T>;
    try {
      sale = await send();
    } catch (error) {
      const { charged, requestId } = error instanceof TsetsenError ? error : {};
      // An id that came before the failure leads to what is paid for.
      const paid: Purchase = requestId ? { status: "submitted", requestId } : { status: "failed" };
      this.#unknowns = charged === "yes" || charged === "no" ? 0 : this.#unknowns + 1;
      // A store that fails now must not hide what happened to the money.
      const purchase: Purchase = charged === "yes" ? paid : { status: "unknown" };
      await book.set(index, charged === "no" ? before : purchase).catch(() => {});
      throw error;
    }
    this.#unknowns = 0;
    try {
      await book.set(index, sale.purchase);
    } catch (error) {
      recordInterrupted(error, { requestId: sale.purchase.requestId, charged: "yes" });
      throw error;
    }
    return sale.value;
  }

  async #checkBalance({ request, characters }: Order): Promise<void> {
    const { client, settings, tally, lifetime } = this.#till;
    const { minBalance } = settings;
    if (minBalance === undefined) return;
    const { apiKey } = request;
    const { credits } = await client.getUserBalance({ apiKey }, { signal: lifetime.signal });
    const cost = Math.ceil(tally.highestCost * characters);
    if (credits - cost >= minBalance) return;
    const why = credits < minBalance
      ? "less than"
      : `and the next part takes about ${cost}, which would leave less than`;
    throw new InsufficientCreditsError(
      `The balance is ${credits} credits, ${why} the minBalance of ${minBalance}: nothing more was submitted.`,
      { charged: "no", reason: "below_min_balance" },
    );
  }

  #mustBeOpen(): void {
    if (this.#halt !== undefined) throw this.#halt.error;
    const { end } = this.#till.lifetime;
    if (end !== undefined) throw end;
  }
}
