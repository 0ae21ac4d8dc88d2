import type { BaseClient } from "../../mod.ts";
import type { Lifetime } from "../lib/lifetime.ts";
import { Buyer } from "./buyer.ts";
import type { LiveSentence } from "./live_sentence.ts";
import type { LiveSettings } from "./options.ts";
import type { SentenceFeed } from "./sentence_feed.ts";
import { Utterance } from "./utterance.ts";

/**
 * Buys the sentences in order, one after the other, and at most `ahead` of them ahead of the reader. After a failure
 * nothing more is bought.
 */
export class Purchases {
  readonly #lifetime: Lifetime;
  readonly #ahead: number;
  readonly #bought: Utterance[] = [];
  readonly #running = new Set<Promise<unknown>>();
  /** How many sentences the reader has asked for. */
  #wanted = 0;
  /** How many the reader has got. */
  #given = 0;
  #end: { readonly error?: unknown } | undefined;
  /** Wakes the reader, and the purchase that waits for it. */
  #wakeReader: (() => void) | undefined;
  #wakeBuyer: (() => void) | undefined;

  constructor(
    client: BaseClient,
    feed: SentenceFeed,
    settings: LiveSettings,
    lifetime: Lifetime,
  ) {
    this.#lifetime = lifetime;
    this.#ahead = settings.ahead;
    this.#track(this.#buyAll(feed, new Buyer(client, settings, lifetime))).then(
      () => this.#finish({}),
      (error) => this.#finish({ error }),
    );
  }

  /** The sentences that were bought or are being bought. */
  get sentences(): readonly LiveSentence[] {
    return this.#bought.map(({ state }) => state);
  }

  /** The next sentence, which may still be on its way; `undefined` at the end. */
  async next(): Promise<Utterance | undefined> {
    this.#wanted++;
    this.#wakeBuyer?.();
    while (this.#given >= this.#bought.length && this.#end === undefined) {
      await this.#lifetime.race(new Promise<void>((resolve) => this.#wakeReader = resolve));
    }
    const utterance = this.#bought[this.#given];
    if (utterance !== undefined) {
      this.#given++;
      return utterance;
    }
    if (this.#end !== undefined && "error" in this.#end) throw this.#end.error;
    return undefined;
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  async #buyAll(feed: SentenceFeed, buyer: Buyer): Promise<void> {
    for (let sentence; (sentence = await feed.next()) !== undefined;) {
      while (this.#end === undefined && this.#bought.length >= this.#wanted + this.#ahead) {
        await this.#lifetime.race(new Promise<void>((resolve) => this.#wakeBuyer = resolve));
      }
      if (this.#end !== undefined) return;
      const utterance = new Utterance(this.#bought.length, sentence.text, sentence.pause);
      this.#bought.push(utterance);
      this.#wakeReader?.();
      // The next is sent when this one is accepted. A failure before that ends everything.
      await new Promise<void>((accepted, failed) => {
        this.#track(buyer.buy(utterance, accepted)).catch((error) => {
          this.#finish({ error });
          failed(error);
        });
      });
      // The reader gets this audio before work on the next sentence begins.
      await this.#lifetime.sleep(0);
    }
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work);
    const over = () => this.#running.delete(work);
    work.then(over, over);
    return work;
  }

  #finish(end: { readonly error?: unknown }): void {
    this.#end ??= end;
    this.#wakeReader?.();
    this.#wakeBuyer?.();
  }
}
