/**
 * Audio that is read while it comes.
 *
 * @module
 */

import { pushChunk } from "../../lib/bytes.ts";

/** The chunks of a part: a writer adds them, and one reader takes them. */
export class LiveAudio implements AsyncIterable<Uint8Array> {
  /** The chunks so far. */
  readonly chunks: Uint8Array[] = [];
  #end: { readonly error?: unknown } | undefined;
  #wake: (() => void) | undefined;
  /** How many chunks the reader has taken. */
  #read = 0;

  /** Adds a chunk. Small chunks that the reader has not seen become one. */
  push(chunk: Uint8Array): void {
    if (this.#read < this.chunks.length) pushChunk(this.chunks, chunk);
    else this.chunks.push(chunk);
    this.#wake?.();
  }

  /** Ends the audio. */
  close(): void {
    this.#end ??= {};
    this.#wake?.();
  }

  /** Ends the audio with an error, which the reader gets behind the chunks. */
  fail(error: unknown): void {
    this.#end ??= { error };
    this.#wake?.();
  }

  /** The chunks, those that are there and those that come. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    for (;;) {
      while (this.#read >= this.chunks.length) {
        if (this.#end !== undefined) {
          if ("error" in this.#end) throw this.#end.error;
          return;
        }
        await new Promise<void>((resolve) => this.#wake = resolve);
      }
      yield this.chunks[this.#read++] as Uint8Array;
    }
  }
}
