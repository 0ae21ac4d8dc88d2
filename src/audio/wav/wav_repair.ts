/**
 * Writing true lengths into the header of a WAV file.
 *
 * @module
 */

import { BYTES, check } from "../../lib/rules.ts";
import { isPlaceholder, readWav, type Samples } from "./wav_reader.ts";
import { MAX_DATA_BYTES, UNKNOWN_DATA_BYTES, WAV_HEADER_BYTES } from "./wav_writer.ts";

/**
 * Writes true lengths into a WAV that was cut short, or written while its length was not known. Half a sample at the
 * end is dropped.
 *
 * @param wav The whole file.
 * @returns A copy with true lengths in its header. Beyond 4 GiB, which a header cannot name, the length is marked as
 * unknown, as in {@linkcode wavHeader}.
 * @throws {TypeError} when `wav` is not a `Uint8Array`, or does not begin with a WAV header.
 *
 * @example
 * ```ts
 * import { encodeWav, repairWav, wavHeader } from "@tsetsen/sdk";
 *
 * const streamed = new Uint8Array([...wavHeader(), 1, 2, 3, 4]);
 * console.assert(`${repairWav(streamed)}` === `${encodeWav(new Uint8Array([1, 2, 3, 4]))}`);
 * ```
 */
export function repairWav(wav: Uint8Array): Uint8Array<ArrayBuffer> {
  check("wav", wav, BYTES);
  const head = wav.slice();
  const { end, from, bytes } = mendHeader(head, wav.length);
  if (end === head.length) return head;
  const repaired = new Uint8Array(end);
  repaired.set(head.subarray(0, Math.min(end, from + bytes)));
  return repaired;
}

/** Where the samples of a mended file are, and where the file ends. */
export interface Mended extends Samples {
  /** The length of the whole file in bytes, without half a sample at its end. */
  readonly end: number;
}

/**
 * Writes true lengths into the header at the start of `head`, in place.
 *
 * @param size The length of the whole file in bytes.
 * @returns Where the samples are, by their true length, and how long the file must be.
 * @throws {TypeError} when there is no WAV header.
 */
export function mendHeader(head: Uint8Array, size: number): Mended {
  const samples = readWav(head);
  if (!samples?.from) {
    throw new TypeError("A WAV must begin with a WAV header and its data chunk.");
  }
  const { from, blockAlign } = samples;
  const view = new DataView(head.buffer, head.byteOffset);
  const riffBytes = view.getUint32(4, true);
  const known = Math.min(samples.bytes, size - from);
  // Other chunks may follow samples of a known length. They stay where they are.
  const isLast = from + known + known % 2 >= size;
  const bytes = isLast ? known - known % blockAlign : known;
  const end = isLast ? from + bytes + bytes % 2 : size;
  if (bytes !== samples.bytes) {
    const isNamed = end - 8 <= MAX_DATA_BYTES;
    view.setUint32(from - 4, isNamed ? bytes : UNKNOWN_DATA_BYTES, true);
    view.setUint32(4, isNamed ? end - 8 : UNKNOWN_DATA_BYTES + WAV_HEADER_BYTES - 8, true);
  } else if (isPlaceholder(riffBytes) || riffBytes > end - 8) view.setUint32(4, end - 8, true);
  return { ...samples, bytes, end };
}
