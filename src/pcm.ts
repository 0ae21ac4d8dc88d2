/**
 * From the chunks of a stream, of any size, to whole samples.
 *
 * @module
 */

import { BYTES_PER_SAMPLE, join, SAMPLE_RATE } from "./audio.ts";
import { ServerError } from "./errors.ts";

/** A header longer than this is none. */
const MAX_HEADER_BYTES = 64 * 1024;

/**
 * Cuts chunks at the borders of 16-bit samples, and drops a RIFF/WAVE header at the start: whether the service sends one
 * is not documented.
 */
export class PcmReader {
  /** Bytes not given out yet: half a sample, or the start while it may still be a header. */
  #held: Uint8Array = new Uint8Array();
  #started = false;
  /** Bytes of samples still to come; a header may say how many. */
  #left = Infinity;

  /**
   * Takes a chunk.
   *
   * @returns The whole samples that are known now; perhaps none. A view into the chunk where that is possible.
   * @throws {ServerError} when a header announces another format.
   */
  push(chunk: Uint8Array): Uint8Array {
    let bytes = this.#held.length === 0 ? chunk : join([this.#held, chunk]);
    if (!this.#started) {
      const header = readWavHeader(bytes);
      if (header === undefined) {
        this.#held = bytes.slice();
        return bytes.subarray(0, 0);
      }
      this.#started = true;
      this.#left = header.dataBytes;
      bytes = bytes.subarray(header.length);
    }
    bytes = bytes.subarray(0, Math.min(bytes.length, this.#left));
    const whole = bytes.length - bytes.length % BYTES_PER_SAMPLE;
    this.#held = bytes.slice(whole);
    this.#left -= whole;
    return bytes.subarray(0, whole);
  }

  /** Takes the end. @returns What was held back in case it was the start of a header. Half a sample is dropped. */
  end(): Uint8Array {
    const bytes = this.#held;
    // From 12 bytes on it is a header for sure, though one without samples.
    const isAudio = !this.#started && bytes.length < 12;
    return bytes.subarray(0, isAudio ? bytes.length - bytes.length % BYTES_PER_SAMPLE : 0);
  }
}

/** What a WAV header says. */
export interface WavHeader {
  /** Where the samples begin. */
  readonly length: number;
  /** How many bytes of samples there are; `Infinity` when the header does not know. */
  readonly dataBytes: number;
}

/** The header at the start of `bytes`, of length 0 when there is none; `undefined` while more bytes are needed. */
export function readWavHeader(bytes: Uint8Array): WavHeader | undefined {
  const tag = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  const isStart = "RIFF".startsWith(tag(0)) && "WAVE".startsWith(tag(8));
  if (!isStart) return { length: 0, dataBytes: Infinity };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = tag(at);
    const size = view.getUint32(at + 4, true);
    if (name === "data") {
      // 0 and the largest numbers are what writers put where they do not know the length.
      const known = size > 0 && size < 0x7fff_0000;
      return { length: at + 8, dataBytes: known ? size : Infinity };
    }
    if (name === "fmt ") {
      if (at + 24 > bytes.length) return undefined;
      const channels = view.getUint16(at + 10, true);
      const rate = view.getUint32(at + 12, true);
      const bits = view.getUint16(at + 22, true);
      if (channels !== 1 || rate !== SAMPLE_RATE || bits !== 16) {
        throw new ServerError(
          `The stream is WAV of ${rate} Hz, ${bits} bits, ${channels} channels: expected ${SAMPLE_RATE} Hz, 16, 1.`,
        );
      }
    }
    at += 8 + size + size % 2;
  }
  if (bytes.length > MAX_HEADER_BYTES) {
    throw new ServerError("The stream begins with a WAV header that has no end.");
  }
  return undefined;
}
