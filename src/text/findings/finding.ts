/**
 * What {@linkcode checkText} can find.
 *
 * - `latin-letter`: Latin or Greek look-alikes in a Cyrillic word (or the reverse)
 * - `letter-substitute`: a stand-in for ө or ү: є, ї, θ, ɵ, ѳ, ö, v, y …
 * - `mixed-scripts`: a word of Cyrillic and other letters that no look-alike explains
 * - `foreign-letter`: a Cyrillic letter that Mongolian does not have
 * - `decomposed-letter`: a letter and its mark as two characters (и + ◌̆ for й)
 * - `traditional-script`: Mongolian in the vertical script
 * - `no-cyrillic`: letters, but none of them Cyrillic
 * - `nothing-to-say`: no letter and no digit
 * - `control-character`, `invisible-character`: characters that nobody sees or says
 * - `damaged-character`: the remains of a lost encoding: U+FFFD, half a surrogate pair, private use, `?` inside a word
 * - `emoji`, `url`, `email`: they have no agreed way to be read aloud
 * - `markdown`, `entity` (`&mdash;`), `tag` (of HTML), `ssml`: markup, which the service does not read as markup
 * - `divided-word`: a word divided at the end of a line
 *
 * Where the rules come from:
 *
 * | kind | source |
 * | --- | --- |
 * | `latin-letter` | the confusables of Unicode (UTS #39); k, m, t, initials and abbreviations: observed |
 * | `letter-substitute` | the habits that English Wikipedia ("Mongolian Cyrillic alphabet") and hamagmongol.narod.ru describe; `letters.ts` has the source of each letter |
 * | `mixed-scripts` | mixed-script detection (UTS #39, 5.1), for single words |
 * | `foreign-letter` | the alphabet of 35 letters |
 * | `decomposed-letter` | Unicode normalization (UAX #15): what NFC makes one character |
 * | `traditional-script` | the Unicode blocks Mongolian and Mongolian Supplement |
 * | `no-cyrillic`, `nothing-to-say` | an assumption: the service documents its language as Mongolian (`mn`) and its voices read Cyrillic |
 * | `control-character` | the general category Cc, tab and line ends left out |
 * | `invisible-character` | the format characters (Cf) and the other default ignorables (UAX #44) that text holds by accident |
 * | `damaged-character` | U+FFFD, surrogates (Cs), private use (Co), noncharacters; `?` between small letters: what an encoding without ө and ү (Windows-1251) makes of them |
 * | `emoji` | UTS #51 (Extended_Pictographic, regional indicators, keycaps, modifiers) |
 * | `url`, `email` | the forms of RFC 3986 and RFC 5321 that people type; the list of endings without `http://` is a choice |
 * | `markdown` | CommonMark 0.31, and GitHub's tables, tasks, footnotes and `~~`; what plain text has, too ("- ", "1.", indentation) is no finding |
 * | `entity` | the HTML Standard, character references; the names of HTML 4 |
 * | `tag`, `ssml` | the HTML Standard, and SSML 1.1. That the service reads neither is an assumption: its documentation knows plain text only |
 * | `divided-word` | the division of words in Mongolian orthography; what tells a dividing hyphen from another is observed |
 */
export type FindingKind =
  | "latin-letter"
  | "letter-substitute"
  | "mixed-scripts"
  | "foreign-letter"
  | "decomposed-letter"
  | "traditional-script"
  | "no-cyrillic"
  | "nothing-to-say"
  | "control-character"
  | "invisible-character"
  | "damaged-character"
  | "emoji"
  | "url"
  | "email"
  | "markdown"
  | "entity"
  | "tag"
  | "ssml"
  | "divided-word";

/** Something in a text that looks wrong. */
export interface TextFinding {
  /** What it is. */
  readonly kind: FindingKind;
  /** Where it starts, in UTF-16 code units. */
  readonly start: number;
  /** Where it ends, exclusive, in UTF-16 code units. */
  readonly end: number;
  /** What stands there, cut after 40 code units. It is the user's text: keep it out of logs. */
  readonly excerpt: string;
  /** What is wrong, in a sentence. Of the text it quotes single characters at most. */
  readonly message: string;
  /** The text that {@linkcode repairText} puts there; `undefined` when only the author can know. */
  readonly suggestion?: string;
}

/** A finding without its excerpt. */
export type Found = Omit<TextFinding, "excerpt">;

/** A character for a message: `є (U+0454)`, or only the number of one that does not print. */
export function nameOf(character: string): string {
  const code = `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(character) ? `${character} (${code})` : code;
}
