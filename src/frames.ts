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

import { badAnswer, brokenOff } from "./error_mapping.ts";

/** Trailers are a few short lines; more than this many bytes is no honest answer. */
const MAX_TRAILER_BYTES = 64 * 1024;

const TRAILER = 0x80;

/** Follows the frames of an answer through chunks of any size. */
export class FrameChecker {
  readonly #maxMessageBytes: number;
  readonly #origin: string;
  readonly #unary: boolean;
  readonly #head = new Uint8Array(5);
  #headBytes = 0;
  #remaining = 0;
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
   * Takes the next bytes.
   *
   * @returns What of them to hand on now: all but the trailers themselves, which `finish` gives.
   * @throws {ServerError} when a frame is too large, has other flags, or comes after the trailers.
   */
  push(chunk: Uint8Array): Uint8Array {
    let at = 0;
    let end = chunk.length;
    while (at < chunk.length) {
      this.#empty = false;
      if (this.#remaining > 0) {
        const taken = Math.min(this.#remaining, chunk.length - at);
        if (this.#trailers !== undefined) {
          const { length } = this.#trailers;
          this.#trailers.set(chunk.subarray(at, at + taken), length - this.#remaining);
          end = Math.min(end, at);
        }
        this.#remaining -= taken;
        at += taken;
        continue;
      }
      if (this.#trailers !== undefined) {
        throw badAnswer(this.#origin, "it goes on after its trailers");
      }
      this.#head[this.#headBytes++] = chunk[at++] as number;
      if (this.#headBytes === 5) this.#open();
    }
    return end === chunk.length ? chunk : chunk.subarray(0, end);
  }

  /**
   * Takes the end of the answer.
   *
   * @returns The trailers, with a grpc-message that can be decoded.
   * @throws {ConnectionError} when it ends inside a frame or without trailers.
   */
  finish(): Uint8Array {
    if (this.#remaining > 0 || this.#headBytes > 0 || this.#trailers === undefined) {
      throw brokenOff(this.#origin);
    }
    return decodable(this.#trailers);
  }

  #open(): void {
    const [flags, a, b, c, d] = this.#head as unknown as [number, number, number, number, number];
    const length = a * 2 ** 24 + (b << 16) + (c << 8) + d;
    if (flags !== 0 && flags !== TRAILER) {
      throw badAnswer(this.#origin, `a frame has the flags ${flags}, neither message nor trailers`);
    }
    const limit = flags === TRAILER ? MAX_TRAILER_BYTES : this.#maxMessageBytes;
    if (length > limit) {
      throw badAnswer(
        this.#origin,
        `a frame announces ${length} bytes, and at most ${limit} are accepted` +
          (flags === TRAILER ? "" : " (maxMessageBytes)"),
      );
    }
    if (flags === TRAILER) this.#trailers = new Uint8Array(length);
    else if (this.#unary && ++this.#messages > 1) {
      throw badAnswer(this.#origin, "it has more than one message");
    }
    this.#headBytes = 0;
    this.#remaining = length;
  }
}

/**
 * A message that is not well percent-encoded must not cost the status (PROTOCOL-HTTP2.md), as it does in the parser: its
 * percent signs then become question marks, which keeps the frame's length.
 */
function decodable(trailers: Uint8Array): Uint8Array {
  if (!trailers.includes(PERCENT)) return trailers;
  // One character a byte, so that positions in the text are positions in the bytes.
  const text = Array.from(trailers, (byte) => String.fromCharCode(byte)).join("");
  const message = /^grpc-message:.*$/im.exec(text);
  if (message === null || isDecodable(message[0])) return trailers;
  for (let at = message.index; at < message.index + message[0].length; at++) {
    if (trailers[at] === PERCENT) trailers[at] = QUESTION_MARK;
  }
  return trailers;
}

const PERCENT = 0x25;
const QUESTION_MARK = 0x3f;

/** Whether a percent-encoded text can be decoded. */
export function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
