import type { Lifetime } from "../lib/lifetime.ts";
import { isWebStream, openWebStream, quietly } from "../lib/web_stream.ts";
import { describe } from "../lib/rules.ts";
import type { CutSentence, SentenceCutter } from "./sentence_cutter.ts";

/**
 * No more text is read while this many characters wait to be bought, because a source without an end must not fill the
 * memory.
 */
const MAX_WAITING = 10_000;

/** After this many pieces, timers and other work get a turn. */
const PIECES_IN_A_TURN = 256;

/** Marks a place among the pieces where the text fell silent. */
const SILENCE = Symbol("silence");

/**
 * Reads a text that arrives in pieces, and gives its sentences in order. It reads on while sentences wait, but cuts a
 * sentence only when it is asked for. The work for later sentences then does not delay the first.
 */
export class SentenceFeed {
  readonly #cutter: SentenceCutter;
  readonly #silence: number;
  readonly #lifetime: Lifetime;
  /** What has been read and not been cut. */
  readonly #pieces: (string | typeof SILENCE)[] = [];
  readonly #sentences: CutSentence[] = [];
  /** The characters of both. */
  #waiting = 0;
  /** When the text counts as silent, by `performance.now()`. */
  #silentAt = Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #end: { readonly error?: unknown } | undefined;
  #isFlushed = false;
  /** Wakes whoever waits for a sentence, or for a place to put a piece. */
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
    while (!this.#cut() && this.#end === undefined) {
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

  /** Cuts until a sentence waits. @returns Whether one does. */
  #cut(): boolean {
    while (this.#sentences.length === 0 && this.#pieces.length > 0) {
      const piece = this.#pieces.shift()!;
      if (piece === SILENCE) this.#add(this.#cutter.pause());
      else {
        this.#waiting -= piece.length;
        this.#add(this.#cutter.push(piece));
      }
    }
    const isWhole = this.#end !== undefined && !("error" in this.#end);
    if (this.#sentences.length === 0 && isWhole && !this.#isFlushed) {
      this.#isFlushed = true;
      this.#add(this.#cutter.flush());
    }
    if (this.#waiting <= MAX_WAITING) this.#room?.();
    return this.#sentences.length > 0;
  }

  #add(sentences: readonly CutSentence[]): void {
    for (const sentence of sentences) this.#waiting += sentence.text.length;
    this.#sentences.push(...sentences);
  }

  async #read(pieces: AsyncIterable<string>): Promise<void> {
    const { items, cancel } = isWebStream(pieces)
      ? openWebStream(pieces)
      : { items: pieces, cancel: undefined };
    const source = items[Symbol.asyncIterator]();
    let isDone = false;
    try {
      for (let count = 1;; count++) {
        if (this.#waiting > MAX_WAITING) await this.#untilRoom();
        // Pieces that are all there would keep timers from running, and an abort with them.
        if (count % PIECES_IN_A_TURN === 0) await this.#lifetime.sleep(0);
        // `next()` may return a result that is not a promise, as in a loop.
        const step: Promise<IteratorResult<unknown>> = Promise.resolve(source.next());
        const { done, value } = await this.#lifetime.race(step);
        isDone = done === true;
        if (isDone) break;
        if (typeof value !== "string") {
          throw new TypeError(`textStream must give strings: got ${describe(value)}`);
        }
        if (value === "") continue;
        this.#waiting += value.length;
        this.#listen();
        // The request of a sentence goes out before more text is read.
        if (this.#put(value)) await this.#lifetime.sleep(0);
      }
    } finally {
      clearTimeout(this.#timer);
      if (!isDone) {
        void cancel?.();
        // It may wait for a piece that never comes, and must not hide the error.
        void quietly(async () => await source.return?.());
      }
    }
  }

  /** Keeps a piece. @returns Whether it completed a sentence that was waited for. */
  #put(piece: string | typeof SILENCE): boolean {
    this.#pieces.push(piece);
    if (this.#wake === undefined || !this.#cut()) return false;
    this.#notify();
    return true;
  }

  /** Waits for room. This time does not count as silence, because nothing is read. */
  async #untilRoom(): Promise<void> {
    this.#silentAt = Infinity;
    while (this.#waiting > MAX_WAITING) {
      await this.#lifetime.race(new Promise<void>((resolve) => this.#room = resolve));
    }
    this.#listen();
  }

  /** Counts the silence from now on. One timer serves many pieces, because starting a timer costs more than a piece. */
  #listen(): void {
    if (this.#silence === Infinity) return;
    this.#silentAt = performance.now() + this.#silence;
    this.#timer ??= setTimeout(() => this.#hear(), this.#silence);
  }

  #hear(): void {
    this.#timer = undefined;
    if (this.#silentAt === Infinity) return;
    const left = this.#silentAt - performance.now();
    if (left > 0) this.#timer = setTimeout(() => this.#hear(), left);
    else this.#put(SILENCE);
  }

  #finish(end: { readonly error?: unknown }): void {
    this.#end = end;
    this.#notify();
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
