/**
 * The numbers, letters and signs with which an item of a list, a heading or a table's row begins. The signs of
 * headings, quotations, bullets, ordered items, fences and tables are those of CommonMark 0.31 and of GitHub's tables.
 * Letters ("а)"), levels ("7.1.1.") and numbers in words are the habits of Mongolian laws: no standard describes them.
 *
 * @module
 */

/** What begins an item wherever the line before ended. */
const ITEM = /* @__PURE__ */ new RegExp(
  /* @__PURE__ */ [
    "[•‣⁃▪▫■□●○◦∙·◆◇►▶➢➤✓✔✗☑☐]",
    "[-*+‒–—―][ \\t\\u00a0]",
    "[‒–—―]\\p{L}",
    // 1) (1) а) (а) iv) а). а/
    "[(\\[]?(?:\\p{N}{1,3}|\\p{L}|[ivxIVX]{1,5})[)\\]]\\.?[\\s\\p{L}]",
    "(?:\\p{N}{1,3}|\\p{L})\\/[ \\t]",
    // The second bullet of word processors, as it is pasted.
    "o[ \\t\\u00a0]",
    // 1. 7.1.1. and 7.1.1.өргөдөл
    "\\p{N}{1,3}(?:\\.\\p{N}{1,3}){0,5}\\.[\\s\\p{L}]",
    "\\p{N}{1,3}(?:\\.\\p{N}{1,3}){2,5}\\s",
    // а. but not "г. м."
    "(?:\\p{Ll}|[ivx]{1,5})\\.[ \\t](?!\\p{Ll}\\.)",
    "#{1,6}[ \\t]",
    "[>|]",
    "```",
    "~~~",
  ].join("|"),
  "uy",
);
/** What begins an item behind a line that ended with a mark, or with a comma. */
const ITEM_AFTER_COMMA = /-\p{L}/uy;
/** What begins an item behind a line that ended with a mark. "5,⏎1.2 метр" is no item. */
const ITEM_AFTER_MARK = /\p{N}{1,2}\.\p{N}{1,2}\s/uy;

/** Whether an item begins at `index`, the start of a line; `before` is the last character of the line before. */
export function startsItem(text: string, index: number, before: string): boolean {
  // "2020–⏎24. "
  if (/[‒–—―-]/.test(before) && /\p{N}/u.test(text.charAt(index))) return false;
  ITEM.lastIndex = index;
  if (ITEM.test(text)) return true;
  ITEM_AFTER_COMMA.lastIndex = ITEM_AFTER_MARK.lastIndex = index;
  if (/[.,;:!?…]/.test(before) && ITEM_AFTER_COMMA.test(text)) return true;
  return /[.;:!?…]/.test(before) && ITEM_AFTER_MARK.test(text);
}

const BLOCK_LINE = /[ \t]*(?:#{1,6}[ \t]|\||```|~~~)/y;

/** Whether the line that starts at `index` is a heading, a row of a table or a fence: it has no second line. */
export function isBlockLine(text: string, index: number): boolean {
  BLOCK_LINE.lastIndex = index;
  return BLOCK_LINE.test(text);
}

/** Whether a line is only the line that Markdown draws under a heading. */
export function isUnderline(line: string): boolean {
  return /^ {0,3}(?:={2,}|-{3,})\s*$/.test(line);
}

/** Signs before an item's number, and emphasis behind it. */
const SIGNS = /^[\s>#*_~|+•‣▪●○◦·‒–—―-]+|[*_~]+$/gu;
const NUMBER = /^[(\[]?(?:[№§] ?)?(?:\p{N}+(?:[.\-]\p{N}+)*|[IVXLCDM]+|[ivx]+|\p{L})[)\]]?$/u;
/** "7 дугаар зүйл. Иргэний эрх", "НЭГДҮГЭЭР БҮЛЭГ. НИЙТЛЭГ ҮНДЭСЛЭЛ" */
const ORDINAL =
  /^(?:[\p{N}IVXL.]+(?: ?-?(?:р|дугаар|дүгээр|дахь|дэх))?|(?:\p{L}+ ){0,2}\p{L}+(?:дугаар|дүгээр)) (?:зүйл|бүлэг|хэсэг|сэдэв|хичээл|дэвтэр|боть|хавсралт)$/iu;
/** "Хүснэгт 2. Хүн ам" */
const NUMBERED =
  /^(?:зүйл|бүлэг|хэсэг|сэдэв|хичээл|дэвтэр|боть|хавсралт|хүснэгт|зураг|алхам|жишээ|асуулт|дүрс|график|дасгал|слайд) (?:№ ?)?(?:\p{N}+(?:[.\-]\p{N}+)*|[IVXLCDM]+|\p{L})$/iu;
const IN_WORDS = /^(?:нэг|хоёр|гурав|дөрөв|тав|зургаа|долоо|найм|ес|арав)$/iu;

/** Whether a sentence up to its full stop is only the number of an item or a heading: "1", "## 2.3", "IV", "а". */
export function isItemNumber(sentence: string): boolean {
  const number = sentence.replace(SIGNS, "").trim();
  if (NUMBER.test(number) || ORDINAL.test(number) || NUMBERED.test(number)) return true;
  // "НЭГ. НИЙТЛЭГ ҮНДЭСЛЭЛ", "## Нэг. Оршил"
  return IN_WORDS.test(number) && (number === number.toUpperCase() || /^\s*#/.test(sentence));
}
