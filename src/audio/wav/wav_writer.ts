/**
 * PCM and WAV as bytes and streams.
 *
 * The service's PCM has one format: 24,000 Hz, 16-bit little-endian, mono.
 *
 * @module
 */

import { BYTES, check, wholeNumber } from "../../lib/rules.ts";
import { concatBytes, isBytes } from "../../lib/bytes.ts";

/** Samples a second of the service's PCM. */
export const SAMPLE_RATE = 24_000;

/** Bytes of one sample of the service's PCM: 16 bits, mono. */
export const BYTES_PER_SAMPLE = 2;

/** Length of the WAV header that this SDK writes, in bytes. */
export const WAV_HEADER_BYTES = 44;

/**
 * The size of the samples in a header when their length is not known yet. SoX writes it, and most readers accept it.
 * 0xFFFFFFFF counts as empty for Go's readers and is refused by Rust's hound; 0 counts as empty for nearly all.
 */
export const UNKNOWN_DATA_BYTES = 0x7fff_f000;

/** The most bytes of samples that a header can name. */
export const MAX_DATA_BYTES: number = 0xffff_ffff - 1 - (WAV_HEADER_BYTES - 8);

/**
 * Makes a WAV header for the service's PCM: RIFF, a `fmt ` chunk (PCM, mono, 24,000 Hz, 16 bits) and the head of the
 * `data` chunk, 44 bytes. See "Multimedia Programming Interface and Data Specifications 1.0" (IBM and Microsoft, 1991).
 *
 * @param dataBytes How many bytes of PCM follow, 0 to 4,294,967,258. Without it the header names 2,147,479,552 bytes
 * (0x7FFFF000), which is how SoX marks a stream of unknown length. Players read on to the end of the stream; readers
 * that do not know the mark stop after 12.4 hours.
 * @returns The header.
 * @throws {TypeError} when `dataBytes` is not a number.
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
  if (dataBytes !== undefined) check("dataBytes", dataBytes, wholeNumber(0, MAX_DATA_BYTES));
  const size = dataBytes ?? UNKNOWN_DATA_BYTES;
  const header = new Uint8Array(WAV_HEADER_BYTES);
  const view = new DataView(header.buffer);
  const ascii = (at: number, text: string) => {
    for (let i = 0; i < text.length; i++) header[at + i] = text.charCodeAt(i);
  };
  ascii(0, "RIFF");
  // A chunk of odd length is followed by a zero byte that the RIFF size counts.
  view.setUint32(4, WAV_HEADER_BYTES - 8 + size + size % 2, true);
  ascii(8, "WAVEfmt ");
  view.setUint32(16, 16, true); // length of the fmt chunk
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // channels
  view.setUint32(24, SAMPLE_RATE, true);
  view.setUint32(28, SAMPLE_RATE * BYTES_PER_SAMPLE, true); // bytes a second
  view.setUint16(32, BYTES_PER_SAMPLE, true); // bytes a frame
  view.setUint16(34, 8 * BYTES_PER_SAMPLE, true); // bits a sample
  ascii(36, "data");
  view.setUint32(40, size, true);
  return header;
}

/**
 * Makes the header for a number of bytes of PCM. Beyond 4 GiB, which a header cannot name, it marks the length as
 * unknown.
 */
export function wavHeaderFor(dataBytes: number | undefined): Uint8Array<ArrayBuffer> {
  return wavHeader(dataBytes !== undefined && dataBytes <= MAX_DATA_BYTES ? dataBytes : undefined);
}

/**
 * Makes a complete WAV file of the service's PCM.
 *
 * @param pcm 16-bit samples, in one piece or in several. Half a sample at the end, which a cut can leave, is dropped.
 * @returns The header, 44 bytes, and the samples.
 * @throws {TypeError} when `pcm` is neither bytes nor an array of bytes.
 * @throws {RangeError} when the file is larger than an array of the runtime may be.
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
  const chunks = isBytes(pcm) ? [pcm] : pcm;
  check("pcm", chunks, ["array", "bytes"]);
  for (const chunk of chunks) check("each of pcm", chunk, BYTES);
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const half = length % BYTES_PER_SAMPLE;
  const wav = concatBytes([wavHeaderFor(length - half), ...chunks]);
  return half === 0 ? wav : wav.slice(0, -half);
}
