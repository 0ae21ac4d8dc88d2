/**
 * Words divided at the end of a line.
 *
 * Mongolian orthography divides a word between syllables. Each half has a vowel, the second half begins with a
 * consonant, and vowel harmony holds in both, except in suffixes that have one form. A hyphen that belongs to the word
 * ("3-р", "ХХК-ийн", names, pairs) may stand at a line's end, too; the rules that tell it from a dividing one are
 * observed. A soft hyphen always divides.
 *
 * @module
 */

import type { Found } from "./finding.ts";

const DIVIDED =
  /(?<![\p{L}\p{M}\p{N}-])(?<first>\p{Script=Cyrillic}{1,40})(?<hyphen>[-\u2010\u00ad])[ \t]{0,40}(?:\r\n|[\n\r\u2028])[ \t]{0,40}(?<second>\p{Script=Cyrillic}{1,40})(?!\p{L})/gu;
const VOWEL = /[аэиоуөүеёюяы]/i;
const STARTS_WITH_VOWEL = /^[аэиоуөү]/;
/** Suffixes with one form for all vowels: "яв-⏎жээ", "яваа-⏎гүй". */
const ONE_FORM = /(?:[жч]ээ|гүй\p{L}{0,6})$/u;
const BACK = /[аоуёяы]/i;
const FRONT = /[эөү]/i;
/** Words that stand alone behind a dash. */
const WORDS: ReadonlySet<string> = /* @__PURE__ */ new Set(/* @__PURE__ */ (
  "ба бол бас бөгөөд буюу нь уу үү вэ бэ юм шүү даа дээ энэ тэр тэгээд гэхдээ " +
  "харин гэж гэв гэсэн хэмээн эсвэл би бид чи та тэд мөн юу хэн хаана хэзээ ийм тийм"
).split(" "));

/** The divided words of a text. */
export function* dividedWords(text: string): Generator<Found> {
  for (const { 0: all, index, groups } of text.matchAll(DIVIDED)) {
    const { first, hyphen, second } = groups as Record<"first" | "hyphen" | "second", string>;
    if (hyphen !== "\u00ad" && !isDivision(first, second)) continue;
    yield {
      kind: "divided-word",
      start: index,
      end: index + all.length,
      message: "A word is divided at the end of a line",
      suggestion: first + second,
    };
  }
}

/** Whether the hyphen between them divides one word. */
function isDivision(first: string, second: string): boolean {
  // Names ("Ням-Осор") and abbreviations ("ХХК-ийн") have a hyphen of their own.
  if (!/\p{Ll}$/u.test(first) || !/^\p{Ll}/u.test(second)) return false;
  if (!VOWEL.test(first) || !VOWEL.test(second) || WORDS.has(second)) return false;
  // "эцэг-эх"
  if (STARTS_WITH_VOWEL.test(second)) return false;
  // "аль-аль", "ном-мом"
  if (first.length > 2 && first.slice(1).toLowerCase() === second.slice(1)) return false;
  if (first.toLowerCase() === second) return false;
  const both = (first + second).replace(ONE_FORM, "");
  return !(BACK.test(both) && FRONT.test(both));
}
