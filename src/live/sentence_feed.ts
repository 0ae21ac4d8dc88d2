import type { Lifetime } from "../lib/lifetime.ts";
import { describe } from "../lib/rules.ts";
import type { CutSentence, SentenceCutter } from "./sentence_cutter.ts";

/** No more text is read while so many characters wait to be bought: a source without an end must not fill the memory. */
const MAX_WAITING = 10_000;

/** After so many pieces everything else gets its turn. */
const PIECES_IN_A_TURN = 256;

/** Reads a text that arrives in pieces, and gives its sentences in order. It reads on while sentences wait. */
export class SentenceFeed {
  readonly #cutter: SentenceCutter;
  readonly #silence: number;
  readonly #lifetime: Lifetime;
  readonly #sentences: CutSentence[] = [];
  #waiting = 0;
  /** When the text counts as silent, by `performance.now()`. */
  #silentAt = Infinity;
  #end: { readonly error?: unknown } | undefined;
  /** Wakes whoever waits for a sentence, or for a place to put one. */
  #wake: (() => void) | undefined;
  #room: (() => void) | undefined;

  /** @param silence How long to wait for the next piece before a sentence that looks complete counts, in milliseconds. */
  constructor(
    pieces: AsyncIterable<string>,
    cutter: SentenceCutter,
    silence: number,
    lifetime: Lifetime,
  ) {
    this.#cutter = cutter;
    this.#silence = silence;
    this.#lifetime = lifetime;
    this.#read(pieces).then(
      () => this.#finish({}),
      (error) => this.#finish({ error }),
    );
  }

  /** The next sentence; `undefined` at the end. @throws {unknown} What the source failed with, behind its last sentence. */
  async next(): Promise<CutSentence | undefined> {
    while (this.#sentences.length === 0 && this.#end === undefined) {
      await this.#lifetime.race(new Promise<void>((resolve) => this.#wake = resolve));
    }
    const sentence = this.#sentences.shift();
    if (sentence !== undefined) {
      this.#waiting -= sentence.text.length;
      this.#room?.();
      return sentence;
    }
    if (this.#end !== undefined && "error" in this.#end) throw this.#end.error;
    return undefined;
  }

  async #read(pieces: AsyncIterable<string>): Promise<void> {
    const source = pieces[Symbol.asyncIterator]();
    let isDone = false;
    try {
      for (let count = 1;; count++) {
        while (this.#waiting > MAX_WAITING) {
          await this.#lifetime.race(new Promise<void>((resolve) => this.#room = resolve));
        }
        // Pieces that are all there keep timers, and an abort, from ever running.
        if (count % PIECES_IN_A_TURN === 0) await this.#lifetime.sleep(0);
        const { done, value } = await this.#piece(source);
        isDone = done === true;
        if (isDone) break;
        if (typeof value !== "string") {
          throw new TypeError(`textStream must give strings: got ${describe(value)}`);
        }
        if (value === "") continue;
        this.#silentAt = performance.now() + this.#silence;
        this.#add(this.#cutter.push(value));
      }
      this.#add(this.#cutter.flush());
    } finally {
      // Its return() may wait behind a piece that never comes.
      if (!isDone) Promise.resolve(source.return?.()).catch(() => {});
    }
  }

  /** The next piece. After a silence the sentence that looks complete is given before it. */
  async #piece(source: AsyncIterator<string>): Promise<IteratorResult<unknown>> {
    const next = source.next();
    if (this.#silentAt < Infinity) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const silence = new Promise<undefined>((resolve) => {
        const left = this.#silentAt - performance.now();
        timer = setTimeout(() => resolve(undefined), Math.max(0, left));
      });
      try {
        const result = await this.#lifetime.race(Promise.race([next, silence]));
        if (result !== undefined) return result;
      } finally {
        clearTimeout(timer);
      }
      this.#silentAt = Infinity;
      this.#add(this.#cutter.pause());
    }
    return await this.#lifetime.race(next);
  }

  #add(sentences: readonly CutSentence[]): void {
    for (const sentence of sentences) this.#waiting += sentence.text.length;
    this.#sentences.push(...sentences);
    if (sentences.length > 0) this.#wake?.();
  }

  #finish(end: { readonly error?: unknown }): void {
    this.#end = end;
    this.#wake?.();
  }
}
