/**
 * Makes whole samples of the chunks of a stream.
 *
 * @module
 */

import { BYTES_PER_SAMPLE } from "./wav_writer.ts";
import { concatBytes } from "../../lib/bytes.ts";
import { ServerError } from "../../contract/errors.ts";
import { HEAD_BYTES, recognize } from "../format/format.ts";
import { mayBeginFile } from "../format/marks.ts";
import { BARE_PCM, cutShort, MAX_HEADER_BYTES, readWav } from "./wav_reader.ts";

/** The number of bytes that are held back at the start when they may be those of a file: 0.7 ms of sound. */
const START_BYTES = 32;

/**
 * Cuts chunks at the borders of 16-bit samples, and drops a RIFF/WAVE header at the start. It is not documented whether
 * the service sends one.
 */
export class PcmReader {
  /** Bytes that are not given out yet: half a sample, or the start while it may still be a header. */
  #held: Uint8Array = new Uint8Array();
  #started = false;
  /** Bytes of samples still to come; a header may say how many. */
  #left = Infinity;

  /**
   * Takes a chunk.
   *
   * @returns The whole samples that are known now; perhaps none. A view into the chunk where that is possible.
   * @throws {ServerError} when the start is that of another format, or of a header without an end.
   */
  push(chunk: Uint8Array): Uint8Array {
    let bytes = this.#held.length === 0 ? chunk : concatBytes([this.#held, chunk]);
    if (!this.#started) {
      checkStart(bytes);
      const isShort = bytes.length < START_BYTES && mayBeginFile(bytes[0] ?? 0);
      const samples = isShort ? undefined : readWav(bytes);
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
    // A start of a header that is short enough to be samples counts as samples.
    if (readWav(this.#held) !== BARE_PCM && length >= 12) throw cutShort();
    return this.#held.subarray(0, length - length % BYTES_PER_SAMPLE);
  }
}

/**
 * Refuses a start that is not the service's PCM. Frames without a mark count only when there are two, because one could
 * be samples.
 */
function checkStart(bytes: Uint8Array): void {
  if (bytes.length === 0) return;
  const { format, name } = recognize(bytes.subarray(0, HEAD_BYTES), false);
  // A few samples may be letters.
  const isSound = format === "pcm" || format === "wav" ||
    (format === "text" && bytes.length < START_BYTES);
  if (isSound) return;
  throw new ServerError(
    `The stream must be PCM, bare or as WAV of 24000 Hz, 16 bits, 1 channel: got ${name}.`,
  );
}
