/**
 * What streamed and downloaded audio have in common.
 *
 * @module
 */

import { join, toReadable } from "./audio.ts";

/**
 * Audio as an async iterator of bytes. It can be read once. Nothing is asked of the service before the first chunk is
 * asked for, and leaving the loop, `cancel()`, or cancelling one of its streams ends the transfer at once.
 */
export class AudioStream implements AsyncIterableIterator<Uint8Array, void, void>, AsyncDisposable {
  readonly #items: AsyncIterator<Uint8Array, void, void>;

  /** @internal */
  constructor(items: AsyncIterator<Uint8Array, void, void>) {
    this.#items = items;
  }

  /**
   * The next chunk, at least one byte. The first call starts the transfer.
   *
   * @throws {TsetsenError} of the class that fits when the transfer fails.
   */
  next(): Promise<IteratorResult<Uint8Array, void>> {
    return this.#items.next();
  }

  /** Ends the transfer. A pending `next()` is done at once. */
  async return(): Promise<IteratorResult<Uint8Array, void>> {
    await this.#items.return?.();
    return { done: true, value: undefined };
  }

  /** Ends the transfer. The same as `return()`. */
  async cancel(): Promise<void> {
    await this.return();
  }

  /** The audio itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Ends the transfer, at the end of an `await using` declaration's block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** The same bytes as a `ReadableStream`, with backpressure: a chunk is asked for when one is read. */
  toReadableStream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return toReadable(this);
  }

  /**
   * All of the bytes.
   *
   * @throws {TsetsenError} of the class that fits when the transfer fails.
   */
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this) chunks.push(chunk);
    return join(chunks);
  }
}
