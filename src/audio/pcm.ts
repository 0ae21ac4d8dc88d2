/**
 * From the chunks of a stream, of any size, to whole samples.
 *
 * @module
 */

import { BYTES_PER_SAMPLE } from "./wav_writer.ts";
import { concatBytes } from "../lib/bytes.ts";
import { ServerError } from "../contract/errors.ts";
import { cutShort, MAX_HEADER_BYTES, readWav } from "./wav_reader.ts";

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
   * @throws {ServerError} when a header announces another format, or has no end.
   */
  push(chunk: Uint8Array): Uint8Array {
    let bytes = this.#held.length === 0 ? chunk : concatBytes([this.#held, chunk]);
    if (!this.#started) {
      const samples = readWav(bytes);
      if (samples === undefined) {
        if (bytes.length > MAX_HEADER_BYTES) {
          throw new ServerError("The audio begins with a WAV header that has no end.");
        }
        this.#held = bytes.slice();
        return bytes.subarray(0, 0);
      }
      if (samples.other !== undefined) {
        throw new ServerError(
          `The audio is WAV of ${samples.other}: expected 24000 Hz, 16 bits, 1 channel, coding 1 (PCM).`,
        );
      }
      this.#started = true;
      this.#left = samples.bytes;
      bytes = bytes.subarray(samples.from);
    }
    bytes = bytes.subarray(0, Math.min(bytes.length, this.#left));
    const whole = bytes.length - bytes.length % BYTES_PER_SAMPLE;
    this.#held = bytes.slice(whole);
    this.#left -= whole;
    return bytes.subarray(0, whole);
  }

  /**
   * Takes the end.
   *
   * @returns What was held back in case it was the start of a header. Half a sample is dropped.
   * @throws {ServerError} when a header announced more, or is not complete itself.
   */
  end(): Uint8Array {
    const { length } = this.#held;
    if (this.#started) {
      if (this.#left < Infinity && this.#left > length) throw cutShort();
      return this.#held.subarray(0, 0);
    }
    // From 12 bytes on it is a header for sure.
    if (length >= 12) throw cutShort();
    return this.#held.subarray(0, length - length % BYTES_PER_SAMPLE);
  }
}
