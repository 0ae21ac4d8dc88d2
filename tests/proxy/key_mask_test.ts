import { assertEquals } from "@std/assert";
import { hideKey, KeyMask, maskKey } from "../../src/proxy/key_mask.ts";
import { concat } from "../support/hex.ts";

const KEY = "tsetsen-prod-tsetsen-Key_1";
const stars = "*".repeat(KEY.length);
const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder("latin1").decode(bytes);

Deno.test("KeyMask hides the key at every split of the bytes, and changes no other byte", () => {
  const text =
    `tsets${KEY}${KEY}-tsetsen-prod-tsetsen-prod-tsetsen-Key_1 tsetsen-prod-tsetsen-Key_`;
  const expected = text.replaceAll(KEY, stars);
  const bytes = encode(text);
  for (let a = 0; a <= bytes.length; a++) {
    for (let b = a; b <= bytes.length; b += 3) {
      const mask = new KeyMask(KEY);
      const parts = [bytes.slice(0, a), bytes.slice(a, b), bytes.slice(b)];
      const out = decode(concat(...parts.map((part) => mask.push(part)), mask.end()));
      assertEquals(out, expected, `${a} ${b}`);
    }
  }
  assertEquals(decode(maskKey(bytes, KEY)), expected);
  assertEquals(decode(bytes), text, "the given bytes are not written to");
});

Deno.test("KeyMask holds back only what may become the key", () => {
  const mask = new KeyMask(KEY);
  assertEquals(decode(mask.push(encode("audio tset"))), "audio ");
  assertEquals(decode(mask.push(encode("!more"))), "tset!more");
  const audio = crypto.getRandomValues(new Uint8Array(60_000)).map((byte) =>
    byte === 0x74 ? 0 : byte
  );
  assertEquals(mask.push(audio), audio);
  assertEquals(mask.end().length, 0);
});

/** Ways in which servers write what they were sent. */
const SPELLINGS: Readonly<Record<string, (key: string) => string>> = {
  "as it is": (key) => key,
  "in capitals": (key) => key.toUpperCase(),
  "percent-encoded in capitals": (key) => hex(key, "%").toUpperCase(),
  "percent-encoded in small letters": (key) => hex(key, "%"),
  "with escapes of JSON": (key) => hex(key, "\\u00"),
  "with escapes of C": (key) => hex(key, "\\x"),
  "in octal": (key) => each(key, (code) => `\\${code.toString(8).padStart(3, "0")}`),
  "with references of HTML": (key) => each(key, (code) => `&#${code};`),
  "with hexadecimal references of HTML": (key) => each(key, (code) => `&#x${code.toString(16)};`),
  "in hexadecimal digits": (key) => hex(key, ""),
  "in base64": (key) => btoa(key),
  "in base64, behind one letter": (key) => btoa(`x${key}`),
  "in base64 of URLs, behind two": (key) =>
    btoa(`x:${key}?`).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""),
};

for (const [name, spell] of Object.entries(SPELLINGS)) {
  Deno.test(`hideKey hides the key ${name}, and nothing of other words`, () => {
    const hidden = hideKey(`bad key "${spell(KEY)}" here`, KEY);
    assertEquals(hidden.includes(spell(KEY)), false, hidden);
    assertEquals(hideKey(`bad key "${spell("tsetseg-prod")}" here`, KEY).includes("bad key"), true);
  });
}

function hex(text: string, before: string): string {
  return each(text, (code) => `${before}${code.toString(16).padStart(2, "0")}`);
}

function each(text: string, spell: (code: number) => string): string {
  return [...text].map((letter) => spell(letter.charCodeAt(0))).join("");
}
