/**
 * Takes a part of bytes that come in pieces.
 *
 * @module
 */

/** Yields the bytes from `from` up to, not including, `to`, and ends there. */
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
