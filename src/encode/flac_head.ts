/**
 * The start of a FLAC file: the mark and the block STREAMINFO (RFC 9639, section 8.2).
 *
 * @module
 */

/** The mark, the head of the block, and the block. */
export const FLAC_HEAD_BYTES: number = 4 + 4 + 34;

/** Where the number of samples stands: 36 bits, of which 32 begin here. */
const SAMPLES_AT = 22;

/** The start with the number of samples, which was not known when it was written. */
export function flacHead(start: Uint8Array, samples: number): Uint8Array<ArrayBuffer> {
  const head = start.slice();
  const view = new DataView(head.buffer);
  view.setUint8(
    SAMPLES_AT - 1,
    view.getUint8(SAMPLES_AT - 1) & 0xf0 | Math.floor(samples / 2 ** 32) & 0xf,
  );
  view.setUint32(SAMPLES_AT, samples % 2 ** 32);
  return head;
}
