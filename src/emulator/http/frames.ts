import { concatBytes } from "../../lib/bytes.ts";
import { FRAME_HEAD_BYTES } from "../../transport/frames.ts";

export { frame, FRAME_HEAD_BYTES, TRAILER } from "../../transport/frames.ts";

/** Encodes trailers as the data of a trailers frame. */
export function trailerData(trailers: Iterable<[string, string]>): Uint8Array<ArrayBuffer> {
  const lines = [...trailers].map(([name, value]) => `${name}: ${value}\r\n`);
  return new TextEncoder().encode(lines.join(""));
}

/** A part of a frame, head included. */
interface FramePart {
  readonly flags: number;
  readonly bytes: Uint8Array;
  /** Whether the frame ends here. */
  readonly isLast: boolean;
}

/** Finds the frames in pieces of any size. It keeps no bytes, and passes on the parts of an unfinished frame. */
export class FrameScanner {
  #flags = 0;
  #headBytes = 0;
  #length = 0;
  #left = 0;

  /** Scans the next piece. @returns Its parts, as views into it. */
  *push(piece: Uint8Array): Generator<FramePart, void, void> {
    for (let at = 0; at < piece.length;) {
      const start = at;
      for (; this.#headBytes < FRAME_HEAD_BYTES && at < piece.length; at++) {
        const byte = piece[at] as number;
        if (this.#headBytes++ === 0) this.#flags = byte;
        else this.#length = this.#length * 256 + byte;
        if (this.#headBytes === FRAME_HEAD_BYTES) this.#left = this.#length;
      }
      const isHeadComplete = this.#headBytes === FRAME_HEAD_BYTES;
      const data = isHeadComplete ? Math.min(this.#left, piece.length - at) : 0;
      at += data;
      this.#left -= data;
      const isLast = isHeadComplete && this.#left === 0;
      if (isLast) this.#headBytes = this.#length = 0;
      yield { flags: this.#flags, bytes: piece.subarray(start, at), isLast };
    }
  }
}

/** Cuts a body into its frames. The last one may be incomplete. */
export async function* splitFrames(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const scanner = new FrameScanner();
  let parts: Uint8Array[] = [];
  for await (const piece of body) {
    for (const { bytes, isLast } of scanner.push(piece)) {
      parts.push(bytes);
      if (!isLast) continue;
      yield concatBytes(parts);
      parts = [];
    }
  }
  if (parts.length > 0) yield concatBytes(parts);
}
