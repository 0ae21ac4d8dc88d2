/**
 * Whether a sentence really ends where it may end: the corrections that Mongolian text needs. Each rule says what it
 * keeps whole.
 *
 * @module
 */

import { extendsCluster } from "./graphemes.ts";
import { isNeverLast } from "./abbreviations.ts";
import type { Ending } from "./marks.ts";

/** What cannot start a sentence. */
const CONTINUES = /^[.!?…,;:)\]}»›”%‰]/;
/** What may stand before a sentence's first letter: quotes, brackets, bullets, dashes. */
const OPENERS = /["'“”„«‹‘‚(\[{*_#>•·\s\x85‒–—―-]*/uy;
const DASH = /[‒–—―-]/;
/** The words that report speech: "Сайн уу? гэж тэр асуув." is one sentence. */
const REPORTS =
  /^(?:гэ(?:ж|в|вч|вэл|сэн|сэнд|сэнгүй|снийг|снээр|лээ|дэг|дгийг|эд|нэ|хэд|хээр|хийг|сээр|жээ|х|цгээ\p{L}*)|хэмээ\p{L}*)(?!\p{L})/u;

/**
 * Whether the sentence ends there.
 *
 * @param line The line.
 * @param ending The place.
 * @param sentence The sentence so far, from its start to the marks, or only its first 24 code units.
 */
export function endsSentence(line: string, ending: Ending, sentence: string): boolean {
  const { marks, start, end, closed } = ending;
  // An accent on a space, or what else would be torn off.
  if (extendsCluster(line, end)) return false;
  if (marks === "") return true;
  if (!ending.spaced) return endsWithoutSpace(line, ending);
  if (CONTINUES.test(line.charAt(end))) return false;

  OPENERS.lastIndex = end;
  OPENERS.test(line);
  const opened = OPENERS.lastIndex;
  const next = String.fromCodePoint(line.codePointAt(opened) ?? 0x20);
  if (/\p{Ll}/u.test(next)) return endsBeforeLowerCase(line, ending, opened);

  if (marks !== "." || closed) return true;
  // "2024. 05. 12": a date.
  if (/\p{N}/u.test(line.charAt(start - 1)) && /\p{N}/u.test(next)) return false;
  if (isListNumber(sentence)) return false;
  const word = wordBefore(line, start);
  if (isNeverLast(word)) return false;
  // "А. Амар", "Д. Б. Нямаа", "Ж.-П. Сартр": initials before a name.
  return !(/\p{Lu}/u.test(next) && /^(?:\p{Lu}\p{Ll}?\.-?)*\p{Lu}$/u.test(word));
}

/**
 * After a full stop, an ellipsis or a closing quote lower case goes on; after ? and ! only words that report speech
 * do.
 */
function endsBeforeLowerCase(line: string, ending: Ending, opened: number): boolean {
  const { marks, closed, end } = ending;
  if (closed || /^[.…]+$/.test(marks)) return false;
  // "— Сайн уу? — гэж тэр асуув."
  if (DASH.test(line.slice(end, opened))) return false;
  return !REPORTS.test(line.slice(opened, opened + 24));
}

/** "Сайн уу?Би ирлээ." lacks a space; "3.5", "Ц.Элбэгдорж", "м.кв" and addresses do not. */
function endsWithoutSpace(line: string, { marks, start, end, closed }: Ending): boolean {
  if (/[。！？｡]$/.test(marks)) return !CONTINUES.test(line.charAt(end));
  if (closed || !/[!?‼⁇⁈⁉‽]$/.test(marks)) return false;
  if (!/\p{L}/u.test(line.charAt(start - 1)) || !/\p{Lu}/u.test(line.charAt(end))) return false;
  return !/[/@]\S*$/.test(line.slice(Math.max(0, start - 64), start));
}

/** "1. Оршил", "2.3. Зорилго", "IV. Бүлэг", "а. Эхний": the number of an item, not a sentence. */
function isListNumber(sentence: string): boolean {
  return /^[(\[]?(?:\p{N}+(?:[.\-]\p{N}+)*|[IVXLCDM]+|\p{L})$/u.test(sentence.trim());
}

/** The word that ends at `end`, its inner dots and hyphens included; only its last 24 code units. */
function wordBefore(line: string, end: number): string {
  return /[\p{L}\p{M}\p{N}.-]*$/u.exec(line.slice(Math.max(0, end - 24), end))![0];
}
