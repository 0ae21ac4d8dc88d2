/**
 * Reading the header of a WAV file.
 *
 * @module
 */

import { BYTES_PER_SAMPLE, SAMPLE_RATE } from "./wav_writer.ts";
import { ServerError } from "../../contract/errors.ts";

/** The longest header that is read, in bytes. A longer one counts as one without an end. */
export const MAX_HEADER_BYTES: number = 64 * 1024;

/** Where the samples are. */
export interface Samples {
  /** Where they begin: the length of the header, 0 when there is none. */
  readonly from: number;
  /** How many bytes of them there are; `Infinity` when the header does not say. */
  readonly bytes: number;
  /** Samples a second. */
  readonly rate: number;
  /** Bytes a second. */
  readonly byteRate: number;
  /** Bytes of one sample of all channels. */
  readonly blockAlign: number;
  /** What they are, in words, when that is not the service's PCM. */
  readonly other?: string;
}

/** The service's PCM without a header. */
export const BARE_PCM: Samples = {
  from: 0,
  bytes: Infinity,
  rate: SAMPLE_RATE,
  byteRate: SAMPLE_RATE * BYTES_PER_SAMPLE,
  blockAlign: BYTES_PER_SAMPLE,
};

/**
 * "data" and "fmt ", the names of chunks, as little-endian numbers. Numbers are fast to compare: a header is read again
 * for each piece of it that comes, and may have thousands of chunks.
 */
const DATA = 0x6174_6164, FORMAT = 0x2074_6d66;

/** What the WAV header at the start of `bytes` says; `undefined` while more bytes are needed. */
export function readWav(bytes: Uint8Array): Samples | undefined {
  const tag = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (!"RIFF".startsWith(tag(0)) || !"WAVE".startsWith(tag(8))) return BARE_PCM;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let samples: Samples = { ...BARE_PCM, other: "no format" };
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = view.getUint32(at, true);
    const size = view.getUint32(at + 4, true);
    if (name === DATA) {
      return { ...samples, from: at + 8, bytes: isPlaceholder(size) ? Infinity : size };
    }
    if (name === FORMAT) {
      if (at + 24 > bytes.length) return undefined;
      const coding = view.getUint16(at + 8, true);
      const channels = view.getUint16(at + 10, true);
      const rate = view.getUint32(at + 12, true);
      const bits = view.getUint16(at + 22, true);
      // A header may leave the block size out.
      const blockAlign = view.getUint16(at + 20, true) ||
        Math.max(1, channels * Math.ceil(bits / 8));
      samples = { ...BARE_PCM, rate, byteRate: view.getUint32(at + 16, true), blockAlign };
      // 0xfffe is "extensible": the other fields decide.
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

/** Whether a size means that the writer did not know the length: 0, or one of the largest numbers. */
export function isPlaceholder(size: number): boolean {
  return size === 0 || size >= 0x7fff_0000;
}

/** The error for audio that is shorter than its header says. */
export function cutShort(context?: { readonly requestId?: string | undefined }): ServerError {
  return new ServerError("The audio is cut short: it ends before its WAV header says.", context);
}
