/**
 * Decides whether a sentence ends at a place where it may end. It starts from Unicode's rule (UAX #29, sentence
 * boundaries: a full stop before a space and upper case). Each rule here is a correction that Mongolian text needs.
 * They come from observed texts, because no standard describes the sentences of Mongolian.
 *
 * @module
 */

import {
  isAbbreviation,
  isBeforeName,
  isBeforeNumber,
  isBeforeTelephone,
  isUnit,
  isUnitOrName,
} from "./abbreviations.ts";
import type { Ending } from "./endings.ts";
import { extendsCluster } from "./graphemes.ts";
import { isItemNumber } from "./items.ts";
import { isPredicate, isQuestion } from "./predicates.ts";
import { startsConjunction, startsReport } from "./reports.ts";

/** What cannot start a sentence. */
const CONTINUES = /^(?:[.!?…,;:)\]}»›”%‰]|>>)/;
/** What may stand before a sentence's first letter: quotes, brackets, bullets, dashes, Markdown. */
const OPENERS = /["'“”„«‹‘‚<(\[{*_#>•·+|~`\s\x85‒–—―-]*/uy;
const TELEPHONE = /^\p{N}{2,4}[ -]?\p{N}{4}/u;
/** The name of a file goes on with its extension: "2024.Хавсралт.docx". */
const FILE = /^[\p{L}\p{N}_-]+\.\p{Script=Latin}{2,4}(?![\p{L}\p{N}])/u;
/** A word of a Mongolian sentence begins. */
const CAPITALIZED = /^[А-ЯЁӨҮ][а-яёөү]/;
const DASH = /[‒–—―-]/;

/**
 * Whether the sentence ends there.
 *
 * @param line The line.
 * @param ending The place.
 * @param sentence The sentence so far, from its start to the marks; empty when it is longer than a number can be.
 * @param lowerCase Whether the line's sentences start in lower case.
 */
export function endsSentence(
  line: string,
  ending: Ending,
  sentence: string,
  lowerCase: boolean,
): boolean {
  const { marks, start, end, closed } = ending;
  // A cut would separate a combining mark from its base.
  if (extendsCluster(line, end)) return false;
  if (marks === "") return true;
  if (!ending.spaced) return endsWithoutSpace(line, ending, sentence) && !isItemNumber(sentence);
  if (CONTINUES.test(line.slice(end, end + 2))) return false;

  const opened = openedAt(line, end);
  const next = String.fromCodePoint(line.codePointAt(opened) ?? 0x20);
  const numbered = marks === "." && !closed && isItemNumber(sentence);
  if (/\p{Ll}/u.test(next)) {
    return !numbered && endsBeforeLowerCase(line, ending, opened, lowerCase);
  }

  if (marks !== "." || closed) return true;
  if (numbered || startsList(line, start)) return false;
  const word = wordBefore(line, start);
  if (isBeforeName(word)) return false;
  if (/\p{N}/u.test(next)) return endsBeforeNumber(line, word, start, opened);
  return !(/\p{Lu}/u.test(next) && isInitial(line, word, start, sentence));
}

/** Whether every sentence of the line starts in lower case, as people write in chats. */
export function isLowerCase(line: string, endings: readonly Ending[]): boolean {
  // Behind the speaker's name ("Бат: за") and an item's number.
  const first = /\p{L}/u.exec(line.slice(0, 64).replace(/^[\p{L}\p{N}. ]{1,30}:\s/u, ""))?.[0];
  if (first === undefined || !/\p{Ll}/u.test(first)) return false;
  return endings.every(({ end, spaced }) =>
    !spaced || !/\p{Lu}/u.test(line.charAt(openedAt(line, end)))
  );
}

/** "Заавар: 1. Өглөө": the first number of a list inside a line. */
function startsList(line: string, start: number): boolean {
  return /:\s[(\[]?(?:1|I|[аАaA])$/u.test(line.slice(Math.max(0, start - 6), start));
}

/** Where the first letter of the sentence stands that begins at `index`. */
function openedAt(line: string, index: number): number {
  OPENERS.lastIndex = index;
  OPENERS.test(line);
  return OPENERS.lastIndex;
}

/**
 * After an ellipsis or a closing quote, lower case continues the sentence; after ? and !, only words that report
 * speech do. After a full stop it continues unless the word before ends sentences.
 */
function endsBeforeLowerCase(
  line: string,
  { marks, start, end, closed }: Ending,
  opened: number,
  lowerCase: boolean,
): boolean {
  if (closed || (marks !== "." && /^[.…]+$/.test(marks))) return false;
  // "— Сайн уу? — гэж тэр асуув."
  if (DASH.test(line.slice(end, opened))) return false;
  const next = line.slice(opened, opened + 24);
  if (startsReport(next) && !(marks === "." && startsConjunction(next))) return false;
  if (marks !== ".") return true;
  const word = wordBefore(line, start);
  return isPredicate(word) || (lowerCase && !isAbbreviation(word));
}

/** "2024. 05. 12", "Тел. 1800-1917", "(төр. 1990)", "5 мин. 30 сек." and "5мин. 30-40 секунд" go on. */
function endsBeforeNumber(line: string, word: string, start: number, opened: number): boolean {
  if (/\p{N}/u.test(line.charAt(start - 1)) || isBeforeNumber(word)) return false;
  if (/^\p{Ll}{1,3}$/u.test(word) && !isPredicate(word) && isInBrackets(line, start)) return false;
  if (isBeforeTelephone(word)) return !TELEPHONE.test(line.slice(opened, opened + 24));
  const unit = word.replace(/^[\p{N}.-]+/u, "");
  if (!isUnit(unit)) return true;
  const before = line.slice(Math.max(0, start - unit.length - 2), start - unit.length);
  const after = /^\p{N}[\p{N}.,–-]{0,23}\s?(\p{L}{1,12})/u.exec(line.slice(opened, opened + 40))
    ?.[1];
  return !(/\p{N}\s?$/u.test(before) && after !== undefined && isUnitOrName(after));
}

/** Whether a bracket is open at `end`. Only the last 40 code units are looked at. */
function isInBrackets(line: string, end: number): boolean {
  return /\([^()]*$/.test(line.slice(Math.max(0, end - 40), end));
}

/** "А. Амар", "Д. Б. Нямаа", "Ж.-П. Сартр" are initials; "-15 °С. Салхи" and "220 В. Гэрэл" are units. */
function isInitial(line: string, word: string, start: number, sentence: string): boolean {
  if (!/^(?:\p{Lu}\p{Ll}?\.-?)*\p{Lu}$/u.test(word)) return false;
  // "1 Б. Дорж": the row of a list.
  if (/^\s*\p{N}{1,2}\s\p{Lu}$/u.test(sentence)) return true;
  const at = start - word.length;
  return !/[\p{N}°º˚][ \u00a0\u202f]?$/u.test(line.slice(Math.max(0, at - 2), at));
}

/**
 * "Сайн уу?Би ирлээ." and "гарав.Ээж нь" lack a space. "3.5", "Ц.Элбэгдорж", "м.кв", addresses and the names of files
 * do not.
 */
function endsWithoutSpace(
  line: string,
  { marks, start, end, closed }: Ending,
  sentence: string,
): boolean {
  if (/[。！？｡]$/.test(marks)) return !CONTINUES.test(line.slice(end, end + 2));
  if (!/[\p{L}\p{N}%‰₮$€°)\]»”’"]/u.test(line.charAt(start - 1))) return false;
  if (/[/@]\S*$|www\.\S*$/i.test(line.slice(Math.max(0, start - 64), start))) return false;
  const next = line.slice(end, end + 24);
  if (FILE.test(next)) return false;
  if (closed) return closesQuote(line, end) && CAPITALIZED.test(next);
  // "Тийм.Үгүй.Мэдэхгүй.": the word before ended the sentence before.
  const own = wordBefore(sentence, sentence.length);
  const word = sentence === "" ? wordBefore(line, start) : own;
  if (/[!?‼⁇⁈⁉‽]$/.test(marks)) {
    if (/^[«„“‹—–]?\p{Lu}/u.test(next)) return true;
    const cyrillic = /^\p{Script=Cyrillic}{2}/u.test(next) && !startsReport(next);
    return cyrillic && (marks.includes("?") ? isQuestion(word) : isPredicate(word));
  }
  // "20%.Энэ", "5 кг.Энэ", "(1990 он).Тэр"
  if (CAPITALIZED.test(next) && endsWithMeasure(line, word, start)) return true;
  // Latin letters behind the mark are names: "Node.js", "тайлан.docx".
  if (!/^(?:\p{Script=Cyrillic}+|\p{Script=Latin}{6,})$/u.test(word) || isAbbreviation(word)) {
    return false;
  }
  if (/^[«„“‹—–(]?(?:<<)?[А-ЯЁӨҮ](?:[а-яёөү]|[А-ЯЁӨҮ]{2})/u.test(next)) return true;
  // "гарав.Э …" and "ирэв.Д.Дорж", but not "Ганбат.Д …".
  if (/^[А-ЯЁӨҮ](?:\s[а-яёөү]|\.\s?[А-ЯЁӨҮ])/u.test(next)) return /^\p{Ll}/u.test(word);
  return marks === "." && word.length > 3 && isPredicate(word) &&
    /^(?:\p{Script=Cyrillic}{2}|\p{N})/u.test(next) && !startsReport(next);
}

/**
 * Whether the text ends with a number that cannot be an item's ("5 кг", "20%", "-5 °С", "1990", "18:30"), or with a
 * closing bracket or quote.
 */
function endsWithMeasure(line: string, word: string, start: number): boolean {
  const before = line.slice(Math.max(0, start - 8), start);
  if (
    /(?:\p{N}\s?[%‰₮$€°]|°\s?\p{Lu}|(?<![\p{N}.-])\p{N}{4}|:\p{N}{2}|(?<![(\[].{1,3})[)\]]|[»”’"])$/u
      .test(before)
  ) {
    return true;
  }
  const at = start - word.length;
  // In upper case it is an initial: "1 М.Дорж".
  return /^\p{Ll}/u.test(word) && isUnit(word) &&
    /\p{N}[ \u00a0\u202f]?$/u.test(line.slice(Math.max(0, at - 2), at));
}

/** Whether the quote or bracket before `end` closes: a straight quote does when an odd number stands before. */
function closesQuote(line: string, end: number): boolean {
  const quote = line.charAt(end - 1);
  if (quote !== '"' && quote !== "'") return true;
  const before = line.slice(Math.max(0, end - 201), end - 1);
  return before.split(quote).length % 2 === 0;
}

/** The word that ends at `end`, its inner dots and hyphens included; only its last 24 code units. */
function wordBefore(line: string, end: number): string {
  return /[\p{L}\p{M}\p{N}.-]*$/u.exec(line.slice(Math.max(0, end - 24), end))![0];
}
