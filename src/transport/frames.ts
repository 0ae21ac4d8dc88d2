/**
 * The frames of a gRPC-Web answer: checked before they reach the parser, so that a broken or hostile answer costs
 * bounded memory and ends in the right error.
 *
 * A frame is one byte of flags (0 a message, 128 the trailers; 1 would mean compressed, which is never asked for), four
 * bytes of length, big-endian, and the data. The trailers come last, exactly once.
 * See https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md
 *
 * @module
 */

import { concatBytes, pushChunk } from "../lib/bytes.ts";
import { badAnswer, brokenOff } from "./error_mapping.ts";

/** Trailers are a few short lines; more than this many bytes is no honest answer. */
const MAX_TRAILER_BYTES = 64 * 1024;

/** The flags of the trailers' frame; those of a message are 0. */
export const TRAILER = 0x80;

/** Puts the frames of an answer together, from chunks of any size. */
export class FrameReader {
  readonly #maxMessageBytes: number;
  readonly #origin: string;
  readonly #unary: boolean;
  /** The frame's head as far as it has come. */
  #headBytes = 0;
  #flags = 0;
  #length = 0;
  /** The frame's data as far as it has come, and how much of it is missing. */
  #parts: Uint8Array[] = [];
  #missing = 0;
  #messages = 0;
  #trailers: Uint8Array | undefined;
  #empty = true;

  /**
   * @param maxMessageBytes The largest message to accept.
   * @param origin Whose answer it is, for the errors.
   * @param unary Whether there must be no more than one message.
   */
  constructor(maxMessageBytes: number, origin: string, unary: boolean) {
    this.#maxMessageBytes = maxMessageBytes;
    this.#origin = origin;
    this.#unary = unary;
  }

  /** Whether no byte has come yet. */
  get empty(): boolean {
    return this.#empty;
  }

  /**
   * Takes the next bytes. They are looked at as the messages are asked for: what is good comes before what is not.
   *
   * @returns The messages that they complete, as views into the chunk where that is possible.
   * @throws {ServerError} when a frame is too large, has other flags, or comes after the trailers.
   */
  *push(chunk: Uint8Array): Generator<Uint8Array, void, void> {
    for (let at = 0; at < chunk.length;) {
      this.#empty = false;
      if (this.#headBytes < 5) {
        if (this.#trailers !== undefined) {
          throw badAnswer(this.#origin, "it goes on after its trailers");
        }
        const byte = chunk[at++] as number;
        if (this.#headBytes++ === 0) this.#flags = byte;
        else this.#length = this.#length * 256 + byte;
        if (this.#headBytes < 5) continue;
        this.#open();
      }
      const part = chunk.subarray(at, at + this.#missing);
      at += part.length;
      this.#missing -= part.length;
      if (this.#missing > 0 || this.#parts.length > 0) pushChunk(this.#parts, part);
      if (this.#missing > 0) break;
      const data = this.#parts.length > 0 ? concatBytes(this.#parts) : part;
      if (this.#parts.length > 0) this.#parts = [];
      this.#headBytes = this.#length = 0;
      if (this.#flags === TRAILER) this.#trailers = data;
      else yield data;
    }
  }

  /**
   * Takes the end of the answer.
   *
   * @returns The data of the trailers.
   * @throws {ConnectionError} when it ends inside a frame or without trailers.
   */
  finish(): Uint8Array {
    if (this.#headBytes > 0 || this.#trailers === undefined) throw brokenOff(this.#origin);
    return this.#trailers;
  }

  /** Checks the head that has come. */
  #open(): void {
    const [flags, length] = [this.#flags, this.#length];
    if (flags !== 0 && flags !== TRAILER) {
      throw badAnswer(
        this.#origin,
        `a frame has the flags ${flags}, neither message nor trailers (1 is compressed)`,
      );
    }
    const limit = flags === TRAILER ? MAX_TRAILER_BYTES : this.#maxMessageBytes;
    if (length > limit) {
      throw badAnswer(
        this.#origin,
        `a frame announces ${length} bytes, and at most ${limit} are accepted` +
          (flags === TRAILER ? "" : " (maxMessageBytes)"),
      );
    }
    if (flags === 0 && this.#unary && ++this.#messages > 1) {
      throw badAnswer(this.#origin, "it has more than one message");
    }
    this.#missing = length;
  }
}
