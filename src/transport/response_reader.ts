/**
 * The answer to a request, message by message: bounded in what it may cost, checked, and let go of when the call is over.
 *
 * @module
 */

import type { Lifetime } from "../lib/lifetime.ts";
import { type BodyReader, bodyReader } from "./body_reader.ts";
import { brokenOff } from "./error_mapping.ts";
import { FrameReader } from "./frames.ts";

/** What reading an answer is bound to. */
export interface ResponseReaderOptions {
  /** Ends the request and its answer. */
  readonly lifetime: Lifetime;
  /** Whether there must be no more than one message. */
  readonly unary: boolean;
  /** The largest message to accept, in bytes. */
  readonly maxMessageBytes: number;
  /** Origin of the endpoint, for the errors. */
  readonly origin: string;
  /** What must not show in errors. */
  readonly secrets: readonly string[];
}

/** An answer whose head is that of gRPC-Web. */
export class ResponseReader {
  /** Its headers. */
  readonly headers: Headers;
  /** The data of its trailers, once `next()` has told the end; headers that hold the status may come without them. */
  trailers: Uint8Array | undefined;
  readonly #options: ResponseReaderOptions;
  readonly #frames: FrameReader;
  readonly #reader: BodyReader | undefined;
  readonly #unlisten: () => void;
  #messages: Generator<Uint8Array, void, void> | undefined;
  #ended = false;

  /** @throws {ConnectionError} when there is neither a body nor a status. */
  constructor(response: Response, options: ResponseReaderOptions) {
    const { lifetime, maxMessageBytes, origin, unary } = options;
    this.headers = response.headers;
    this.#options = options;
    this.#frames = new FrameReader(maxMessageBytes, origin, unary);
    this.#reader = response.body ? bodyReader(response.body, !unary) : undefined;
    // After a garbage collection an abort may no longer reach the body (nodejs/undici#3644), and Deno keeps the connection
    // of a body that is only aborted: cancel it by hand.
    this.#unlisten = lifetime.onEnd(() => this.#drop());
  }

  /**
   * The next message, or `undefined` at the end.
   *
   * @throws {ServerError} when the answer is not acceptable.
   * @throws {ConnectionError} when it breaks off.
   */
  async next(): Promise<Uint8Array | undefined> {
    try {
      for (;;) {
        const next = this.#messages?.next();
        if (next?.done === false) return next.value;
        if (this.#ended) return undefined;
        await this.#read();
      }
    } catch (error) {
      this.#unlisten();
      this.#drop();
      throw error;
    }
  }

  async #read(): Promise<void> {
    const { origin, secrets } = this.#options;
    const result = await this.#reader?.read().catch((error) => {
      throw brokenOff(origin, error, secrets);
    });
    if (result?.value !== undefined) {
      this.#messages = this.#frames.push(result.value);
      return;
    }
    this.#ended = true;
    this.#unlisten();
    // Headers that already hold the status may come without a body ("trailers-only").
    if (!this.#frames.empty || !this.headers.has("grpc-status")) {
      this.trailers = this.#frames.finish();
    }
  }

  #drop(): void {
    this.#reader?.cancel().catch(() => {});
  }
}
