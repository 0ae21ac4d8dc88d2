/**
 * The header of a WAV of any length: RF64 (EBU Tech 3306) where 32 bits are not enough.
 *
 * @module
 */

import {
  BYTES_PER_SAMPLE,
  MAX_DATA_BYTES,
  wavHeader,
  wavHeaderFor,
} from "../audio/wav/wav_writer.ts";

/** The bytes of a ds64 chunk, or of the JUNK chunk that reserves its room: name, length and 28 bytes. */
const DS64_BYTES = 36;

/**
 * The header.
 *
 * @param dataBytes The bytes of the samples; `undefined` while they are not known.
 * @param large Whether there is room for lengths above 4 GiB. The header is 36 bytes longer then.
 */
export function wavHead(dataBytes: number | undefined, large: boolean): Uint8Array<ArrayBuffer> {
  if (!large) return wavHeaderFor(dataBytes);
  const isLarge = dataBytes !== undefined && dataBytes + DS64_BYTES > MAX_DATA_BYTES;
  const plain = isLarge ? wavHeader() : wavHeaderFor(dataBytes);
  const head = new Uint8Array(plain.length + DS64_BYTES);
  const view = new DataView(head.buffer);
  head.set(plain.subarray(0, 12));
  head.set(plain.subarray(12), 12 + DS64_BYTES);
  view.setUint32(4, view.getUint32(4, true) + DS64_BYTES, true);
  name(head, 12, isLarge ? "ds64" : "JUNK");
  view.setUint32(16, DS64_BYTES - 8, true);
  if (isLarge) {
    name(head, 0, "RF64");
    view.setUint32(4, 0xffff_ffff, true);
    view.setUint32(head.length - 4, 0xffff_ffff, true);
    view.setBigUint64(20, BigInt(head.length - 8 + dataBytes + dataBytes % 2), true);
    view.setBigUint64(28, BigInt(dataBytes), true);
    view.setBigUint64(36, BigInt(dataBytes / BYTES_PER_SAMPLE), true);
  }
  return head;
}

/**
 * Refuses a length that a plain WAV cannot name.
 *
 * @throws {RangeError} when the samples do not fit.
 */
export function checkWavLength(dataBytes: number | undefined, large: boolean): void {
  if (large || dataBytes === undefined || dataBytes <= MAX_DATA_BYTES) return;
  throw new RangeError(
    `The audio must be at most 4 GiB as WAV: it is ${dataBytes} bytes. Give large: true for RF64, or another format.`,
  );
}

function name(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
}
