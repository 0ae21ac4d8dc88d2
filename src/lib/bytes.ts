/**
 * Joining, collecting and decoding bytes.
 *
 * @module
 */

/**
 * Whether a value is a `Uint8Array`. It compares the name, because `instanceof` refuses bytes of another realm (jsdom,
 * `node:vm`).
 */
export function isBytes(value: unknown): value is Uint8Array {
  return Object.prototype.toString.call(value) === "[object Uint8Array]";
}

/** Chunks up to this size are joined as they come. */
const SMALL_BYTES = 1024;

/**
 * Adds a chunk to a list that will be joined. A chunk in the list costs some 500 bytes besides its own, and a sender
 * may choose very small chunks. Small ones are therefore joined at once, and the list takes a small multiple of its
 * bytes.
 */
export function pushChunk(chunks: Uint8Array[], chunk: Uint8Array): void {
  const last = chunks.at(-1);
  if (last === undefined || last.length + chunk.length > SMALL_BYTES) chunks.push(chunk);
  else chunks[chunks.length - 1] = concatBytes([last, chunk]);
}

/** Joins chunks into one array of their own. */
export function concatBytes(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    result.set(chunk, at);
    at += chunk.length;
  }
  return result;
}

/**
 * Decodes base64, padded or not, of the standard or the URL alphabet.
 *
 * @throws {DOMException} when it is not base64.
 */
export function base64Decode(text: string): Uint8Array {
  const bytes = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(bytes, (byte) => byte.charCodeAt(0));
}
