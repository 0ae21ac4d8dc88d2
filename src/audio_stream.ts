/**
 * What streamed and downloaded audio have in common.
 *
 * @module
 */

import { join } from "./audio.ts";

/** What the audio is, known once its first chunk has come. */
export interface AudioFacts {
  /** The media type, for example `"audio/wav"`. */
  readonly contentType: string;
  /** The length in bytes; `undefined` when it is not known beforehand. */
  readonly contentLength?: number | undefined;
  /** Bytes to put in front of the audio in a response: a WAV header for bare PCM. */
  readonly head?: Uint8Array | undefined;
}

type Chunk = Uint8Array<ArrayBuffer>;

/**
 * Audio as an async iterator of bytes. It can be read once. Nothing is asked of the service before the first chunk is
 * asked for, and leaving the loop, `cancel()`, or cancelling one of its streams ends the transfer at once.
 */
export class AudioStream implements AsyncIterableIterator<Uint8Array, void, void>, AsyncDisposable {
  readonly #items: AsyncIterator<Uint8Array, void, void>;
  readonly #facts: () => AudioFacts;

  /** @internal */
  constructor(items: AsyncIterator<Uint8Array, void, void>, facts: () => AudioFacts) {
    this.#items = items;
    this.#facts = facts;
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
    return this.#readable([]);
  }

  /**
   * The audio as the `Response` of a server, with its content type, and its length if that is known; a stream's PCM gets
   * a WAV header. It resolves when the first chunk has come, so that a failure can still become another response. When
   * the client goes away, the transfer ends.
   *
   * @param init Status and headers; given headers win.
   * @throws {TsetsenError} of the class that fits when the transfer fails before its first chunk.
   */
  async toResponse(init: ResponseInit = {}): Promise<Response> {
    const first = await this.next();
    const { contentType, contentLength, head } = this.#facts();
    const headers = new Headers({ "content-type": contentType, "cache-control": "no-store" });
    if (contentLength !== undefined) headers.set("content-length", `${contentLength}`);
    new Headers(init.headers).forEach((value, name) => headers.set(name, value));
    const ready = first.done ? [head] : [head, first.value];
    return new Response(this.#readable(ready as Chunk[]), { ...init, headers });
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

  #readable(ready: (Chunk | undefined)[]): ReadableStream<Chunk> {
    return new ReadableStream<Chunk>({
      start: (controller) => {
        for (const chunk of ready) if (chunk !== undefined) controller.enqueue(chunk);
      },
      pull: async (controller) => {
        const { done, value } = await this.next();
        if (done) controller.close();
        else controller.enqueue(value as Chunk);
      },
      cancel: () => this.cancel(),
    }, { highWaterMark: 0 });
  }
}
