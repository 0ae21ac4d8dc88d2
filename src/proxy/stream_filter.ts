/**
 * The frames of an answer on their way through: messages without the key, trailers made fit for visitors.
 *
 * @module
 */

import { MAX_TRAILER_BYTES, readTrailers, TRAILER, trailerFrame } from "./frames.ts";
import { KeyMask } from "./key_mask.ts";
import { Code, Refused } from "./refused.ts";

type Field = readonly [name: string, value: string];
type Bytes = Uint8Array<ArrayBuffer>;

/** Follows the frames of an answer through chunks of any size, and holds nothing back but what may become the key. */
export class StreamFilter {
  readonly #mask: KeyMask;
  readonly #visible: (fields: Field[]) => Field[];
  readonly #head = new Uint8Array(5);
  #headBytes = 0;
  #remaining = 0;
  #trailers: Uint8Array | undefined;
  #ended = false;

  /**
   * @param key What must not pass.
   * @param visible Makes the trailers fit.
   */
  constructor(key: string, visible: (fields: Field[]) => Field[]) {
    this.#mask = new KeyMask(key);
    this.#visible = visible;
  }

  /** Whether the trailers have passed: the answer is complete. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whether what has passed ends with a whole frame, so that trailers may follow. */
  get atBoundary(): boolean {
    return this.#remaining === 0 || this.#trailers !== undefined;
  }

  /**
   * Takes the next bytes.
   *
   * @returns What may be sent on.
   * @throws {Refused} when a frame is not acceptable; `atBoundary` is true then.
   */
  *push(chunk: Uint8Array): Generator<Bytes, void, void> {
    let at = 0;
    while (at < chunk.length && !this.#ended) {
      if (this.#remaining > 0) {
        const part = chunk.subarray(at, at + this.#remaining);
        at += part.length;
        yield* this.#data(part);
        continue;
      }
      this.#head[this.#headBytes++] = chunk[at++] as number;
      if (this.#headBytes === 5) yield* this.#open();
    }
  }

  *#open(): Generator<Bytes, void, void> {
    this.#headBytes = 0;
    const flags = this.#head[0];
    const length = new DataView(this.#head.buffer).getUint32(1);
    // Compressed was never asked for; what is in it could not be looked at.
    if ((flags !== 0 && flags !== TRAILER) || (flags === TRAILER && length > MAX_TRAILER_BYTES)) {
      throw new Refused(Code.Internal, "The answer of the speech service is not acceptable.");
    }
    this.#remaining = length;
    if (flags === TRAILER) {
      this.#trailers = new Uint8Array(length);
      if (length === 0) yield* this.#data(new Uint8Array(0));
    } else yield this.#head.slice();
  }

  *#data(part: Uint8Array): Generator<Bytes, void, void> {
    const trailers = this.#trailers;
    if (trailers !== undefined) {
      trailers.set(part, trailers.length - this.#remaining);
      this.#remaining -= part.length;
      if (this.#remaining > 0) return;
      this.#ended = true;
      yield trailerFrame(this.#visible(readTrailers(trailers)));
      return;
    }
    this.#remaining -= part.length;
    const sure = this.#mask.push(part);
    if (sure.length > 0) yield sure;
    // The next frame begins with a byte that no key has.
    const rest = this.#remaining === 0 ? this.#mask.end() : undefined;
    if (rest?.length) yield rest;
  }
}

/**
 * The one message and the trailers of an answer that has come whole.
 *
 * @returns `undefined` when it breaks off.
 * @throws {Refused} when it is not acceptable.
 */
export function splitAnswer(
  answer: Uint8Array,
): { message: Uint8Array | undefined; trailers: Field[] } | undefined {
  let message: Uint8Array | undefined;
  for (let at = 0; at + 5 <= answer.length;) {
    const length = new DataView(answer.buffer, answer.byteOffset + at).getUint32(1);
    const data = answer.subarray(at + 5, at + 5 + length);
    const flags = answer[at];
    const trailer = flags === TRAILER;
    if (trailer ? length > MAX_TRAILER_BYTES : flags !== 0 || message !== undefined) break;
    if (data.length < length) return undefined;
    if (trailer) return { message, trailers: readTrailers(data) };
    message = data;
    at += 5 + length;
    if (at + 5 > answer.length) return undefined;
  }
  if (answer.length < 5) return undefined;
  throw new Refused(Code.Internal, "The answer of the speech service is not acceptable.");
}
