import type { ClientHttp2Stream } from "node:http2";

/**
 * The bytes of a stream, read on demand. When a stream breaks, its own iterator drops the bytes that have come and were
 * not read yet, which can be audio that was paid for. On Deno it also drops them after a GOAWAY when nothing broke.
 */
export class Pieces implements AsyncIterable<Uint8Array>, AsyncIterator<Uint8Array> {
  readonly #stream: ClientHttp2Stream;
  readonly #onRead: () => void;
  #rest: Uint8Array | null = null;
  #whole = false;
  #over = false;
  #error: unknown;
  #wake = () => {};

  /** @param onRead Is called after each piece. */
  constructor(stream: ClientHttp2Stream, onRead: () => void) {
    this.#stream = stream;
    this.#onRead = onRead;
    const destroy = stream.destroy.bind(stream);
    stream.destroy = (...args) => {
      this.#rest ??= stream.read();
      return destroy(...args);
    };
    stream.on("readable", () => this.#wake());
    stream.once("end", () => {
      this.#whole = true;
      this.stop();
    });
    stream.once("error", (error) => this.#error ??= error);
    stream.once("close", () => this.stop());
  }

  /** Stops waiting for more. What has come can still be read. */
  stop(): void {
    this.#over = true;
    this.#wake();
  }

  /** Returns the next bytes. Rejects when the stream broke off. */
  async next(): Promise<IteratorResult<Uint8Array>> {
    for (;;) {
      const value = this.#rest ?? this.#stream.read();
      this.#rest = null;
      if (value !== null) {
        this.#onRead();
        return { done: false, value };
      }
      if (this.#whole) return { done: true, value: undefined };
      if (this.#over) {
        const { rstCode } = this.#stream;
        throw this.#error ?? new Error(`the stream was closed with the code ${rstCode}`);
      }
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
