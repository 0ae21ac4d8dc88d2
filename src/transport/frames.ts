/**
 * The frames of gRPC-Web. Those of an answer are checked before they are parsed: a broken or hostile answer costs bounded
 * memory and ends in the right error.
 *
 * A frame is one byte of flags (0 for a message, 128 for the trailers; 1 means compressed, which is never asked for), four
 * bytes of length, big-endian, and the data. The trailers come last, exactly once.
 * See https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-WEB.md
 *
 * @module
 */

import type { TransportAnswer } from "../contract/transport.ts";
import { concatBytes, pushChunk } from "../lib/bytes.ts";
import { badAnswer } from "./error_mapping.ts";

/** Trailers are a few short lines; more than this many bytes is no honest answer. */
const MAX_TRAILER_BYTES = 64 * 1024;

/** The flags of the trailers frame; those of a message are 0. */
export const TRAILER = 0x80;

/** Bytes of a frame before its data: one of flags, four of length. */
export const FRAME_HEAD_BYTES = 5;

/** Makes one frame. */
export function frame(flags: number, data: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes([frameHead(flags, data.length), data]);
}

/** Makes the head of a frame. */
export function frameHead(flags: number, length: number): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(FRAME_HEAD_BYTES);
  head[0] = flags;
  for (let i = 4; i > 0; i--, length >>>= 8) head[i] = length;
  return head;
}

/** Collects the frames of an answer from chunks of any size. */
export class FrameReader {
  /** The data of the trailers frame, once it is complete. */
  trailers: Uint8Array | undefined;
  /** What is wrong with the answer, once that is known. The messages before it are good. */
  error: Error | undefined;
  /** Whether no byte has come yet. */
  empty = true;
  readonly #maxMessageBytes: number;
  readonly #origin: string;
  readonly #unary: boolean;
  readonly #endFlags: number;
  /** The head of the frame as far as it has come. */
  #headBytes = 0;
  #flags = 0;
  #length = 0;
  /** The data of the frame as far as it has come, and the number of bytes that are missing. */
  #parts: Uint8Array[] = [];
  #missing = 0;
  #count = 0;
  #messages: Uint8Array[][] = [];
  /** How many of them have been taken. A chunk may hold thousands, and `Array.shift` would move the rest for each. */
  #taken = 0;
  #started = false;

  /**
   * @param maxMessageBytes The largest message to accept, in bytes.
   * @param origin Where the answer comes from, for the errors.
   * @param unary Whether more than one message is an error.
   * @param endFlags The flags of the last frame. Default: those of the trailers of gRPC-Web.
   */
  constructor(maxMessageBytes: number, origin: string, unary: boolean, endFlags: number = TRAILER) {
    this.#maxMessageBytes = maxMessageBytes;
    this.#origin = origin;
    this.#unary = unary;
    this.#endFlags = endFlags;
  }

  /** Takes the next bytes. After an error it takes none. */
  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length && this.error === undefined;) {
      this.empty = false;
      if (this.#headBytes < FRAME_HEAD_BYTES) {
        if (this.trailers !== undefined) {
          this.error = badAnswer(this.#origin, "it goes on after its trailers");
          return;
        }
        const byte = chunk[at++] as number;
        if (this.#headBytes++ === 0) this.#flags = byte;
        else this.#length = this.#length * 256 + byte;
        if (this.#headBytes < FRAME_HEAD_BYTES) continue;
        this.#open();
        if (this.error !== undefined) return;
      }
      const part = chunk.subarray(at, at + this.#missing);
      at += part.length;
      this.#missing -= part.length;
      pushChunk(this.#parts, part);
      if (this.#missing > 0) return;
      const parts = this.#parts;
      this.#parts = [];
      this.#headBytes = this.#length = 0;
      if (this.#flags === this.#endFlags) this.trailers = join(parts);
      else this.#messages.push(parts);
    }
  }

  /** The next complete message in its parts, which may be views into the chunks; `undefined` while there is none. */
  shift(): readonly Uint8Array[] | undefined {
    if (this.#taken === this.#messages.length) return undefined;
    const message = this.#messages[this.#taken++];
    if (this.#taken === this.#messages.length) {
      this.#messages = [];
      this.#taken = 0;
    }
    return message;
  }

  /** Whether the answer has begun with a frame of gRPC-Web. */
  get started(): boolean {
    return this.#started;
  }

  /** Whether the answer is complete: it ends behind its trailers. */
  get complete(): boolean {
    return this.#headBytes === 0 && this.trailers !== undefined;
  }

  /** Checks the head that has come. */
  #open(): void {
    const [flags, length] = [this.#flags, this.#length];
    const isEnd = flags === this.#endFlags;
    const limit = isEnd ? MAX_TRAILER_BYTES : this.#maxMessageBytes;
    let problem: string | undefined;
    if (flags !== 0 && !isEnd) {
      // A decoder of text turns the flags of the trailers into EF BF BD.
      const meaning = flags === 0xef ? "239: bytes read as text on the way" : "1 is compressed";
      problem = `a frame has the flags ${flags}, neither message nor trailers (${meaning})`;
    } else if (length > limit) {
      problem = `a frame announces ${length} bytes, and at most ${limit} are accepted` +
        (isEnd ? "" : " (maxMessageBytes)");
    } else if (flags === 0 && this.#unary && ++this.#count > 1) {
      problem = "it has more than one message";
    }
    if (problem !== undefined) this.error = badAnswer(this.#origin, problem);
    else this.#started = true;
    this.#missing = length;
  }
}

/** Adds the bytes of a message to those of its answer. */
export function countBytes(answer: TransportAnswer, parts: readonly Uint8Array[]): void {
  answer.bytes = parts.reduce((sum, { length }) => sum + length, answer.bytes ?? 0);
}

/** Joins the parts of a message. A single part is not copied. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 ? parts[0] as Uint8Array : concatBytes(parts);
}
