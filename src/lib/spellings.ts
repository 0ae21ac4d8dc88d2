/**
 * The spellings in which servers quote a text: escapes of JSON, C, URLs and HTML, and base64.
 *
 * @module
 */

import { base64Decode } from "./bytes.ts";

/** A text without its escapes, with the place of each code unit in the written text. */
export interface Reading {
  /** The code units, in lower case. */
  readonly text: string;
  /** Where each begins. */
  readonly from: readonly number[];
  /** Where each ends. */
  readonly to: readonly number[];
}

/** One byte: `%d0`, `\xd0`, `\320`. A text that is escaped twice doubles the backslashes, and writes `%25d0`. */
const BYTE = "%(?:25)*[\\da-f]{2}|\\\\{1,4}x[\\da-f]{2}|\\\\{1,4}[0-3][0-7]{2}";

/** Runs of bytes; code points as `\u0441`, `%u0441`, `\u{441}`, `&#x441;` and `&#1089;`; and white space of JSON, C and HTML. */
const ESCAPE = new RegExp(
  `((?:${BYTE})+)|\\\\{1,4}u\\{([\\da-f]{1,6})\\}|(?:%|\\\\{1,4})u([\\da-f]{4})|` +
    "&(?:amp;)*#x([\\da-f]{1,6});|&(?:amp;)*#(\\d{1,7});|\\\\{1,4}[nrt]|&(?:amp;)*nbsp;",
  "gi",
);

/** Reads a text: each escape becomes the characters that it stands for. */
export function read(written: string): Reading {
  let text = "";
  const from: number[] = [];
  const to: number[] = [];
  const add = (units: string, start: number, end: number) => {
    for (let i = 0; i < units.length; i++) {
      text += lowerCase(units.charAt(i));
      from.push(start);
      to.push(end);
    }
  };
  const plain = (start: number, end: number) => {
    for (let at = start; at < end; at++) add(written.charAt(at), at, at + 1);
  };
  let at = 0;
  for (const match of written.matchAll(ESCAPE)) {
    const [escape, bytes, braced, four, hex, decimal] = match;
    plain(at, match.index);
    at = match.index + escape.length;
    const digits = braced ?? four ?? hex;
    if (bytes !== undefined) addBytes(bytes, match.index, add);
    else if (digits !== undefined) add(fromCode(parseInt(digits, 16)), match.index, at);
    else if (decimal !== undefined) add(fromCode(Number(decimal)), match.index, at);
    else add(" ", match.index, at);
  }
  plain(at, written.length);
  return { text, from, to };
}

/** Finds base64, and decodes it in lower case. */
export function decodeBase64(written: string): { from: number; to: number; text: string }[] {
  const found: { from: number; to: number; text: string }[] = [];
  for (const match of written.matchAll(/[\w+/-]{12,}={0,2}/g)) {
    const [token] = match;
    // A quote may be cut. Four characters are three bytes, and a single one beyond them decodes to nothing.
    const whole = token.replace(/=+$/, "");
    const sound = whole.length % 4 === 1 ? whole.slice(0, -1) : whole;
    try {
      const text = new TextDecoder().decode(base64Decode(sound));
      found.push({ from: match.index, to: match.index + token.length, text: lowered(text) });
    } catch {
      // It is not base64.
    }
  }
  return found;
}

/** The same reading with one space for each run of spaces, because logs fold lines and pages join spaces. */
export function joinSpaces({ text, from, to }: Reading): Reading {
  const joined = { text: "", from: [] as number[], to: [] as number[] };
  for (let i = 0; i < text.length; i++) {
    const end = to[i] as number;
    if (text[i] === " " && joined.text.endsWith(" ")) {
      joined.to[joined.to.length - 1] = end;
      continue;
    }
    joined.text += text[i];
    joined.from.push(from[i] as number);
    joined.to.push(end);
  }
  return joined;
}

/** A text in lower case, code unit by code unit: its length stays. */
export function lowered(text: string): string {
  let result = "";
  for (let i = 0; i < text.length; i++) result += lowerCase(text.charAt(i));
  return result;
}

function lowerCase(unit: string): string {
  // A form writes "+" for a space.
  if (unit === "+" || unit.trim() === "") return " ";
  const lower = unit.toLowerCase();
  return lower.length === 1 ? lower : unit;
}

function fromCode(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : "\uFFFD";
}

/** Decodes a run of escaped bytes as UTF-8, and gives each character the place of its own bytes. */
function addBytes(
  escape: string,
  start: number,
  add: (units: string, from: number, to: number) => void,
): void {
  const units = [...escape.matchAll(new RegExp(BYTE, "gi"))];
  const bytes = units.map(([unit]) => {
    const octal = /^\\+([0-3][0-7]{2})$/.exec(unit)?.[1];
    return octal === undefined ? parseInt(unit.slice(-2), 16) : parseInt(octal, 8);
  });
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let at = 0;
  for (const character of decoder.decode(Uint8Array.from(bytes))) {
    const code = character.codePointAt(0) as number;
    const length = code === 0xfffd || code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    const last = units[Math.min(at + length, units.length) - 1] as RegExpMatchArray;
    const from = start + (units[at]?.index ?? 0);
    add(character, from, start + (last.index as number) + last[0].length);
    at = Math.min(at + length, units.length - 1);
  }
}
