/**
 * Keeps the key out of everything that passes through the proxy.
 *
 * @module
 */

import { base64Encode } from "@bufbuild/protobuf/wire";
import { redact, REDACTED } from "../lib/redact.ts";

/** The headers with a key. */
export const KEY_HEADERS = ["x-api-key", "x-goog-api-key"] as const;

const STAR = 0x2a;
const EMPTY: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/**
 * Replaces each character of the key by a star, in bytes that come in pieces of any size. The length stays the same,
 * and so do the lengths that are written in the bytes.
 */
export class KeyMask {
  readonly #key: Uint8Array;
  #held: Uint8Array<ArrayBuffer> = EMPTY;

  /** @param key The key, in ASCII; empty when there is nothing to hide. */
  constructor(key: string) {
    this.#key = new TextEncoder().encode(key);
  }

  /** Takes the next bytes. @returns The bytes that are certain. Bytes that may begin the key wait for the rest. */
  push(chunk: Uint8Array): Uint8Array<ArrayBuffer> {
    const key = this.#key;
    let bytes = chunk as Uint8Array<ArrayBuffer>;
    if (key.length === 0) return bytes;
    // A copy is made when something must change, because the bytes may belong to somebody else.
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

  /** Takes the end. @returns The bytes that waited. Nothing follows them, so they are not the key. */
  end(): Uint8Array<ArrayBuffer> {
    const rest = this.#held;
    this.#held = EMPTY;
    return rest;
  }
}

/** Replaces the key by stars in bytes that are in one piece. */
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

/**
 * Hides the key in a text, in any case of letters, and long parts of it. If the text holds the key in another spelling,
 * the whole text is hidden.
 */
export function hideKey(text: string, key: string): string {
  if (key === "") return text;
  // All characters of a key stand for themselves in a pattern.
  const hidden = redact(text.replace(new RegExp(key, "gi"), REDACTED), [key]);
  return showsKey(hidden, key) ? REDACTED : hidden;
}

/**
 * Whether the key stands in a text: in any case of letters, percent-encoded, with escapes of JSON, C or HTML, in
 * hexadecimal digits, or in base64.
 */
export function showsKey(text: string, key: string): boolean {
  if (key === "") return false;
  const wanted = key.toLowerCase();
  if (decodings(text).some((form) => form.toLowerCase().includes(wanted))) return true;
  const bytes = new TextEncoder().encode(key);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if (text.toLowerCase().replace(/[\s:]/g, "").includes(hex)) return true;
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  return base64Forms(bytes).some((form) => plain.includes(form));
}

/** The text, and the text with each kind of escape undone. */
function decodings(text: string): string[] {
  const char = (digits: string, base: number) => {
    const code = parseInt(digits, base);
    return code <= 0x10ffff ? String.fromCodePoint(code) : "";
  };
  return [
    text,
    text.replace(/%([0-9a-f]{2})/gi, (_, digits) => char(digits, 16)),
    text.replace(/\\+u\{?([0-9a-f]{4})\}?|\\+x([0-9a-f]{2})/gi, (_, u, x) => char(u ?? x, 16)),
    text.replace(/\\+([0-7]{3})/g, (_, digits) => char(digits, 8)),
    text.replace(/&#x([0-9a-f]{1,6});/gi, (_, digits) => char(digits, 16))
      .replace(/&#(\d{1,7});/g, (_, digits) => char(digits, 10)),
  ];
}

/** The part of base64 that depends only on the key, for each of the three places where the key can begin in it. */
function base64Forms(key: Uint8Array): string[] {
  return [0, 1, 2].map((before) => {
    const bytes = new Uint8Array(before + key.length);
    bytes.set(key, before);
    const first = before === 0 ? 0 : before + 1;
    return base64Encode(bytes, "std_raw").slice(first, Math.floor(bytes.length * 8 / 6));
  });
}
