/**
 * A part of bytes that come in pieces.
 *
 * @module
 */

/** Takes some bytes out of all bytes, and ends with the last of them. `to` is behind the last. */
export async function* sliceBytes(
  source: AsyncIterable<Uint8Array<ArrayBuffer>>,
  from: number,
  to: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  let at = 0;
  for await (const chunk of source) {
    const part = chunk.subarray(Math.max(0, from - at), Math.max(0, to - at));
    at += chunk.length;
    if (part.length > 0) yield part;
    if (at >= to) return;
  }
}
