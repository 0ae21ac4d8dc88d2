/**
 * PCM and WAV as bytes and streams.
 *
 * The service's PCM has one format: 24,000 Hz, 16-bit little-endian, mono.
 *
 * @module
 */

import { concatBytes } from "../lib/bytes.ts";

/** Samples a second of the service's PCM. */
export const SAMPLE_RATE = 24_000;

/** Bytes of one sample of the service's PCM: 16 bits, mono. */
export const BYTES_PER_SAMPLE = 2;

/** Length of the WAV header that this SDK writes, in bytes. */
export const WAV_HEADER_BYTES = 44;

// What a header says when the length is not known yet; players then read on to the end of the stream.
const UNKNOWN_LENGTH = 0xffff_ffff;

/**
 * A WAV header for the service's PCM: RIFF, a `fmt ` chunk (PCM, mono, 24,000 Hz, 16 bits) and the head of the `data`
 * chunk, 44 bytes. See "Multimedia Programming Interface and Data Specifications 1.0" (IBM and Microsoft, 1991).
 *
 * @param dataBytes How many bytes of PCM follow, at most 4,294,967,258. Without it the header says 4,294,967,295, as is
 * the convention for streams whose length is not known.
 * @throws {RangeError} when `dataBytes` is not a whole number in that range.
 *
 * @example A second of silence
 * ```ts
 * import { wavHeader } from "@tsetsen/sdk";
 *
 * const pcm = new Uint8Array(24_000 * 2);
 * const wav = new Uint8Array([...wavHeader(pcm.length), ...pcm]);
 * console.assert(wav.length === 44 + 48_000);
 * ```
 */
export function wavHeader(dataBytes?: number): Uint8Array<ArrayBuffer> {
  const extra = WAV_HEADER_BYTES - 8;
  const most = UNKNOWN_LENGTH - 1 - extra;
  if (
    dataBytes !== undefined && !(Number.isInteger(dataBytes) && dataBytes >= 0 && dataBytes <= most)
  ) {
    throw new RangeError(`dataBytes must be a whole number from 0 to ${most}: got ${dataBytes}`);
  }
  const header = new Uint8Array(WAV_HEADER_BYTES);
  const view = new DataView(header.buffer);
  const ascii = (at: number, text: string) => {
    for (let i = 0; i < text.length; i++) header[at + i] = text.charCodeAt(i);
  };
  ascii(0, "RIFF");
  // A chunk of odd length is followed by a zero byte that the RIFF size counts.
  const padded = dataBytes === undefined ? UNKNOWN_LENGTH : extra + dataBytes + dataBytes % 2;
  view.setUint32(4, padded, true);
  ascii(8, "WAVEfmt ");
  view.setUint32(16, 16, true); // length of the fmt chunk
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // channels
  view.setUint32(24, SAMPLE_RATE, true);
  view.setUint32(28, SAMPLE_RATE * BYTES_PER_SAMPLE, true); // bytes a second
  view.setUint16(32, BYTES_PER_SAMPLE, true); // bytes a frame
  view.setUint16(34, 8 * BYTES_PER_SAMPLE, true); // bits a sample
  ascii(36, "data");
  view.setUint32(40, dataBytes ?? UNKNOWN_LENGTH, true);
  return header;
}

/**
 * PCM of the service's format as a complete WAV file.
 *
 * @param pcm Whole 16-bit samples, in one piece or in several.
 * @returns The header, 44 bytes, and the samples.
 *
 * @example
 * ```ts
 * import { encodeWav } from "@tsetsen/sdk";
 *
 * const wav = encodeWav([new Uint8Array(4), new Uint8Array(2)]);
 * console.assert(wav.length === 50);
 * ```
 */
export function encodeWav(pcm: Uint8Array | readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const chunks = pcm instanceof Uint8Array ? [pcm] : pcm;
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  // The RIFF size counts the byte that pads an odd length.
  return concatBytes([wavHeader(length), ...chunks, new Uint8Array(length % 2)]);
}
