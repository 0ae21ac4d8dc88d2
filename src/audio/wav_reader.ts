/**
 * Reading and mending the header of a WAV file.
 *
 * @module
 */

import { BYTES_PER_SAMPLE, SAMPLE_RATE } from "./wav_writer.ts";
import { ServerError } from "../contract/errors.ts";

/** A header longer than this is none. */
export const MAX_HEADER_BYTES: number = 64 * 1024;

/** Where the samples are. */
export interface Samples {
  /** Where they begin: the length of the header, 0 when there is none. */
  readonly from: number;
  /** How many bytes of them there are; `Infinity` when the header does not know. */
  readonly bytes: number;
  /** Samples a second. */
  readonly rate: number;
  /** Bytes a second. */
  readonly byteRate: number;
  /** What they are, in words, when that is not the service's PCM. */
  readonly other?: string;
}

/** The service's PCM without a header. */
export const BARE_PCM: Samples = {
  from: 0,
  bytes: Infinity,
  rate: SAMPLE_RATE,
  byteRate: SAMPLE_RATE * BYTES_PER_SAMPLE,
};

/** What the WAV header at the start of `bytes` says; `undefined` while more bytes are needed. */
export function readWav(bytes: Uint8Array): Samples | undefined {
  const tag = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (!"RIFF".startsWith(tag(0)) || !"WAVE".startsWith(tag(8))) return BARE_PCM;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let samples = BARE_PCM;
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = tag(at);
    const size = view.getUint32(at + 4, true);
    if (name === "data") {
      // 0 and the largest numbers are what writers put where they do not know the length.
      const known = size > 0 && size < 0x7fff_0000;
      return { ...samples, from: at + 8, bytes: known ? size : Infinity };
    }
    if (name === "fmt ") {
      if (at + 24 > bytes.length) return undefined;
      const coding = view.getUint16(at + 8, true);
      const channels = view.getUint16(at + 10, true);
      const rate = view.getUint32(at + 12, true);
      const bits = view.getUint16(at + 22, true);
      samples = { ...BARE_PCM, rate, byteRate: view.getUint32(at + 16, true) };
      // 0xfffe is "extensible": what it says by its other fields.
      const isPcm = coding === 1 || coding === 0xfffe;
      if (!isPcm || channels !== 1 || rate !== SAMPLE_RATE || bits !== 16) {
        const other = `${rate} Hz, ${bits} bits, ${channels} channel(s), coding ${coding}`;
        samples = { ...samples, other };
      }
    }
    at += 8 + size + size % 2;
  }
  return undefined;
}

/** The error for audio that is shorter than its header says. */
export function cutShort(context?: { readonly requestId?: string | undefined }): ServerError {
  return new ServerError("The audio is cut short: it ends before its WAV header says.", context);
}

/**
 * Gives a WAV that was written while its length was not known, or that was cut short, its true lengths.
 *
 * @param wav The whole file.
 * @returns A copy with true lengths in its header. Beyond 4 GiB, which a header cannot name, they stay unknown.
 * @throws {TypeError} when it does not begin with a WAV header.
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
  const copy = wav.slice();
  mendHeader(copy, copy.length);
  return copy;
}

/**
 * Writes true lengths into the header at the start of `head`, in place.
 *
 * @param size How long the whole file is, in bytes.
 * @returns Where the samples are, by their true length.
 * @throws {TypeError} when there is no WAV header.
 */
export function mendHeader(head: Uint8Array, size: number): Samples {
  const samples = readWav(head);
  if (!samples?.from) {
    throw new TypeError("A WAV must begin with a WAV header: RIFF, WAVE, and a data chunk.");
  }
  // The samples are the last chunk; with a length that is known they may be followed by others.
  const bytes = Math.min(samples.bytes, size - samples.from);
  if (bytes < samples.bytes) {
    const view = new DataView(head.buffer, head.byteOffset);
    const write = (at: number, length: number) =>
      view.setUint32(at, Math.min(length, 0xffff_ffff), true);
    write(4, size - 8);
    write(samples.from - 4, bytes);
  }
  return { ...samples, bytes };
}
