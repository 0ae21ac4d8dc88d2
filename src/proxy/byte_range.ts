/**
 * Parts of audio, for servers of audio that send only all of it (https://www.rfc-editor.org/rfc/rfc9110#name-range-requests).
 *
 * @module
 */

/** Some bytes in the middle: both ends count. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Reads a `Range` header with one range.
 *
 * @returns The range; `"none"` when `length` bytes do not have it; `undefined` when the header is to be ignored.
 */
export function parseRange(range: string | null, length: number): ByteRange | "none" | undefined {
  const [, from = "", to = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range?.trim() ?? "") ?? [];
  if (from === "" && to === "") return undefined;
  // Without a first byte it asks for the last bytes.
  const first = from === "" ? Math.max(0, length - Number(to)) : Number(from);
  const last = from === "" || to === "" ? length - 1 : Math.min(Number(to), length - 1);
  if (from !== "" && to !== "" && Number(to) < first) return undefined;
  return first <= last ? { first, last } : "none";
}

/** Takes the bytes of a range out of all bytes. It ends with the last one. */
export async function* sliceBytes(
  source: AsyncIterable<Uint8Array<ArrayBuffer>>,
  { first, last }: ByteRange,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  let at = 0;
  for await (const chunk of source) {
    const part = chunk.subarray(Math.max(0, first - at), Math.max(0, last + 1 - at));
    at += chunk.length;
    if (part.length > 0) yield part;
    if (at > last) return;
  }
}
