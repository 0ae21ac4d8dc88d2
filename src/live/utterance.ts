import type { Lifetime } from "../lib/lifetime.ts";
import type { SentenceState } from "./live_sentence.ts";

/** The most bytes of a sentence that wait for the reader, 44 seconds. Then its stream waits, too. */
const MAX_BUFFERED_BYTES = 2 ** 21;

/** A sentence on its way from its buyer, who adds chunks, to the reader, who takes them. */
export class Utterance {
  readonly state: SentenceState;
  /** The pause after it, in milliseconds. */
  readonly pause: number;
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;
  #end: { readonly error?: unknown } | undefined;
  #wake: (() => void) | undefined;
  #room: (() => void) | undefined;

  constructor(index: number, text: string, pause: number) {
    this.pause = pause;
    this.state = {
      index,
      text,
      start: undefined,
      samples: 0,
      isComplete: false,
      charged: "no",
      requestId: undefined,
    };
  }

  /** Adds audio. */
  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    this.#wake?.();
  }

  /** Adds audio. Resolves when there is room for more. */
  async add(chunk: Uint8Array, lifetime: Lifetime): Promise<void> {
    this.push(chunk);
    while (this.#bytes > MAX_BUFFERED_BYTES) {
      await lifetime.race(new Promise<void>((resolve) => this.#room = resolve));
    }
  }

  /** Ends the audio, with the error that it failed with if there is one. */
  finish(end: { readonly error?: unknown } = {}): void {
    this.#end = end;
    this.#wake?.();
  }

  /** The next chunk; `undefined` at the end. @throws {unknown} What the sentence failed with, behind its last chunk. */
  async take(lifetime: Lifetime): Promise<Uint8Array | undefined> {
    while (this.#chunks.length === 0 && this.#end === undefined) {
      await lifetime.race(new Promise<void>((resolve) => this.#wake = resolve));
    }
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#bytes -= chunk.length;
      this.#room?.();
      return chunk;
    }
    if (this.#end !== undefined && "error" in this.#end) throw this.#end.error;
    return undefined;
  }
}
