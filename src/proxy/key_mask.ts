/**
 * Keeping the key out of what passes through.
 *
 * @module
 */

import { redact } from "../lib/redact.ts";

const STAR = 0x2a;
const EMPTY: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/**
 * Replaces the key by as many stars, wherever it stands in bytes that come in pieces of any size. The length stays, and
 * so does every length that is written in the bytes.
 */
export class KeyMask {
  readonly #key: Uint8Array;
  #held: Uint8Array<ArrayBuffer> = EMPTY;

  /** @param key The key, in ASCII; empty when there is nothing to hide. */
  constructor(key: string) {
    this.#key = new TextEncoder().encode(key);
  }

  /** Takes the next bytes and gives back what is certain; the beginning of what may be the key waits for its rest. */
  push(chunk: Uint8Array): Uint8Array<ArrayBuffer> {
    const key = this.#key;
    let bytes = chunk as Uint8Array<ArrayBuffer>;
    if (key.length === 0) return bytes;
    // A copy is made only when something must change: the bytes may be somebody else's.
    let own = this.#held.length > 0;
    if (own) {
      bytes = new Uint8Array(this.#held.length + chunk.length);
      bytes.set(this.#held);
      bytes.set(chunk, this.#held.length);
      this.#held = EMPTY;
    }
    for (let at = 0; (at = bytes.indexOf(key[0] as number, at)) >= 0;) {
      let same = 1;
      while (same < key.length && bytes[at + same] === key[same]) same++;
      if (same === key.length) {
        if (!own) bytes = bytes.slice();
        own = true;
        bytes.fill(STAR, at, at + same);
        at += same;
      } else if (at + same === bytes.length) {
        this.#held = bytes.slice(at);
        return bytes.subarray(0, at);
      } else at++;
    }
    return bytes;
  }

  /** What was held back: nothing follows, so it is not the key. */
  end(): Uint8Array<ArrayBuffer> {
    const rest = this.#held;
    this.#held = EMPTY;
    return rest;
  }
}

/** The same for bytes in one piece. */
export function maskKey(bytes: Uint8Array, key: string): Uint8Array<ArrayBuffer> {
  const mask = new KeyMask(key);
  const sure = mask.push(bytes);
  const rest = mask.end();
  if (rest.length === 0) return sure;
  const all = new Uint8Array(sure.length + rest.length);
  all.set(sure);
  all.set(rest, sure.length);
  return all;
}

/** A text without the key, in any case of letters, and without long parts of it. */
export function hideKey(text: string, key: string): string {
  if (key === "") return text;
  // All characters of a key stand for themselves in a pattern.
  return redact(text.replace(new RegExp(key, "gi"), "[redacted]"), [key]);
}
