/**
 * Finds mistakes in a text: in its markup, in its words, in the characters between them.
 *
 * @module
 */

import { dividedWords } from "./divided.ts";
import { type FindingKind, type Found, nameOf } from "./finding.ts";
import { markup } from "../markup/markup.ts";
import { apart, outside } from "../markup/ranges.ts";
import { checkAbbreviation, checkInitial, checkWord, type WordFinding } from "./words.ts";

/** Format characters and blank letters: nobody sees them. The variation selectors behind an emoji go with the emoji. */
const INVISIBLE =
  "\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff9-\\ufffb\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}";
/** The Unicode blocks Mongolian and Mongolian Supplement; U+202F joins suffixes there. */
const TRADITIONAL = "\\u1800-\\u18af\\u{11660}-\\u{1167f}";
const EMOJI = "(?:\\p{RI}{1,2}|[0-9#*]\\ufe0f?\\u20e3|\\u20e3|\\p{Emoji_Modifier}" +
  "|(?![©®™‼⁉])\\p{Extended_Pictographic}|[©®™‼⁉]\\ufe0f)" +
  "[\\ufe0e\\ufe0f\\u20e3\\u200d\\u{e0020}-\\u{e007f}]*";
const HOST = "(?:[\\p{L}\\p{N}-]{1,63}\\.){1,8}";
/** Endings under which an address is known without http:// or www. */
const ENDINGS = "(?:mn|com|org|net|edu|gov|info|io|ai|MN|COM)(?![\\p{L}\\p{N}])";
/** A name begins, or one in capitals, as under a law. */
const NAME = "[А-ЯЁӨҮ](?:[а-яёөү]|[А-ЯЁӨҮ]{2})";
const NOT_ADDRESS = "\\s\\x85<>\"'«»“”„";

// Every alternative consumes what it looks at, or looks at a bounded stretch, so the search is linear. Repeated groups
// are bounded, too, because the engine of Bun and Safari gives up after a hundred thousand turns and reports no match.
const THINGS = /* @__PURE__ */ new RegExp(
  /* @__PURE__ */ [
    `(?<email>[\\p{L}\\p{N}._%+-]{1,64}@${HOST}\\p{L}{2,63})`,
    `(?<url>(?:[Hh][Tt][Tt][Pp][Ss]?|[Ff][Tt][Pp])://[^${NOT_ADDRESS}]+|[Ww]{3}\\.[^${NOT_ADDRESS}]+|` +
    `(?:[A-Za-z0-9-]{1,63}\\.){1,8}${ENDINGS}(?:[/?#][^${NOT_ADDRESS}]*)?)`,
    // M.Баяр, M.БАЯР; with a space, only behind an initial or where no item or vitamin can stand: "Д.H. Бат", "нарийн бичиг M. Баяр".
    `(?<initial>(?<![\\p{L}\\p{M}\\p{N}@/_-])[A-Z](?=\\.(?:\\p{Lu}\\.){0,2}${NAME})` +
    `|(?<=[А-ЯЁӨҮ]\\.)[A-Z](?=\\. ${NAME})` +
    `|(?<=^|\\n|[\\p{Ll},.!?»”] )[HMOPTX](?=\\. ${NAME}))`,
    `(?<traditional>[${TRADITIONAL}]+(?:[\\s\\u202f\\u200c\\u200d]{1,8}[${TRADITIONAL}]+){0,99})`,
    `(?<emoji>(?:${EMOJI}){1,99})`,
    `(?<word>(?:(?![${INVISIBLE}${TRADITIONAL}])[\\p{L}\\p{M}]){1,256})`,
    "(?<control>[\\0-\\x08\\v\\f\\x0e-\\x1f\\x7f-\\x9f]+)",
    `(?<invisible>[${INVISIBLE}]+)`,
    "(?<damaged>[\\ufffd\\p{Cs}\\p{Co}\\p{Noncharacter_Code_Point}]+" +
    // "Ирэх вэ?би" lacks a space, not a letter.
    "|(?<=\\p{Ll})(?<!(?<!\\p{L})(?:уу|үү|юу|юү|вэ|бэ))\\?+(?=\\p{Ll}))",
  ].join("|"),
  "gu",
);

/**
 * Goes through a text and returns what looks wrong, in order and apart.
 *
 * @param isOwn Whether the text is the author's own, before any repair.
 */
export function scan(text: string, isOwn: boolean = true): Found[] {
  const first = apart([...dividedWords(text), ...markup(text, isOwn)]);
  return apart([...first, ...outside(mistakes(text), first)]);
}

/** The mistakes of words and characters, in order. */
function* mistakes(text: string): Generator<Found> {
  const cyrillic = /\p{Script=Cyrillic}/u.test(text);
  for (const match of text.matchAll(THINGS)) {
    const groups = match.groups as Record<keyof typeof CHECKS, string | undefined>;
    for (const [name, check] of Object.entries(CHECKS)) {
      const thing = groups[name as keyof typeof CHECKS];
      if (thing === undefined) continue;
      const finding = check(thing) ??
        (cyrillic && name === "word" ? checkAbbreviation(thing) : undefined);
      if (finding === undefined) continue;
      const length = name === "url" ? withoutEnd(thing).length : thing.length;
      yield { ...finding, start: match.index, end: match.index + length };
    }
  }
}

const CHECKS = {
  email: () =>
    finding("email", "An e-mail address has no agreed reading: write it as it should sound"),
  url: () =>
    finding(
      "url",
      "A web address has no agreed reading: leave it out or write how it should sound",
    ),
  initial: checkInitial,
  traditional: () =>
    finding("traditional-script", "Traditional Mongolian script: the service reads Cyrillic"),
  emoji: () =>
    finding("emoji", "An emoji or pictograph is not spoken, or spoken unforeseeably", ""),
  word: checkWord,
  control: (thing: string) =>
    finding(
      "control-character",
      `Control character ${nameOf(thing)}`,
      // These three end lines.
      thing.replace(/[^\v\f\x85]/g, "").replace(/[\v\f\x85]/g, "\n"),
    ),
  invisible: (thing: string) =>
    finding("invisible-character", `Invisible character ${nameOf(thing)}`, ""),
  damaged: checkDamage,
} satisfies Record<string, (thing: string) => WordFinding | undefined>;

function finding(kind: FindingKind, message: string, suggestion?: string): WordFinding {
  return suggestion === undefined ? { kind, message } : { kind, message, suggestion };
}

function checkDamage(thing: string): WordFinding {
  const kind = "damaged-character";
  if (thing.startsWith("?")) {
    return finding(kind, "A question mark inside a word: a letter (ө or ү?) was lost, or a space");
  }
  const message = `${nameOf(thing)} is what a damaged or private character left`;
  // Half a surrogate pair says nothing, and cannot be sent. A reader may still guess the others.
  return /^\p{Cs}+$/u.test(thing) ? finding(kind, message, "") : finding(kind, message);
}

/** An address without the punctuation of the sentence around it. */
function withoutEnd(address: string): string {
  let end = address.length;
  while (end > 1 && /[.,;:!?)\]}…]/.test(address.charAt(end - 1))) end--;
  return address.slice(0, end);
}
