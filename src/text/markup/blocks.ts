/**
 * The blocks of Markdown: headings, quotations, lists, code, tables, definitions, by the rules of CommonMark 0.31
 * (chapter 4 and 5) and, for tables, tasks and footnotes, of GitHub; front matter is Jekyll's. Left out, because plain text looks the same: code by
 * indentation, "- " and "1." as items of lists, "* * *" between scenes.
 *
 * @module
 */

import type { Found } from "../findings/finding.ts";
import type { Range } from "./ranges.ts";

/** The blocks of a text, as signs and stretches. */
export interface Blocks {
  /** The signs of the blocks, in order. */
  readonly findings: readonly Found[];
  /** The stretches whose inline signs belong together: paragraphs, headings, items, rows. */
  readonly inlines: readonly Range[];
  /** The lines of the headings that begin with #, outside quotations and `<pre>`. */
  readonly headings: readonly Range[];
  /** The content of fenced code. */
  readonly code: readonly Range[];
  /** The names of link definitions, in lower case. */
  readonly definitions: ReadonlySet<string>;
}

/**
 * The line that opens a block of code: its fence, and what the block holds. A fence is the whole run of its signs,
 * because a search that tries shorter runs takes the square of the line's length.
 */
export const FENCE: RegExp = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,}(?!~))([^]*)$/;
/** Info strings of fences that hold prose. */
const PROSE = /^(?:text|txt|plain|plaintext|markdown|md|none)?$/i;
const QUOTE = /^(?: {0,3}>(?![\p{N}=])[ \t]?){1,50}/u;
const HEADING = /^ {0,3}#{1,6}[ \t]+(?=\S)/;
const BULLET = /^[ \t]{0,12}([*+][ \t]+)(?=\S)/;
const TASK = /^[ \t]{0,12}(?:[-*+]|\d{1,9}[.)])[ \t]+(\[[ xX]\][ \t]+)(?=\S)/;
const ITEM = /^[ \t]{0,12}(?:[-*+]|\d{1,9}[.)])[ \t]/;
const RULE = /^ {0,3}(?:={3,}|-{3,}|_{3,}|\*{3,})\s*$/;
const UNDERLINE = /^ {0,3}(?:={1,2}|-{2})\s*$/;
const ROW = /^\s*\|.*\|\s*$/;
const DEFINITION = /^ {0,3}\[(?!\^)([^\[\]]{1,200})\]:[ \t]*<?(?:[a-z]+:|[./#])\S*/i;
/** A line of front matter: a key of Latin letters. */
const SETTING = /^[A-Za-z_][\w.-]*:(?:\s|$)/;
/** What a line of front matter may begin with, while the line goes on. */
const BEGUN_SETTING = /^(?:-{0,3}|\.{0,3}|\s.*|- .*|#.*|[A-Za-z_][\w.-]*)$/;
/** One of these must be among the keys, because a dialogue between two scene breaks has the same form. */
const KNOWN_SETTING =
  /^(?:title|subtitle|layout|date|authors?|tags?|categor(?:y|ies)|description|lang(?:uage)?|slug|draft|permalink):/i;
const PREFORMATTED = /^ {0,3}<pre\b/i;
const FOOTNOTE = /^ {0,3}\[\^[\p{L}\p{N}_-]{1,40}\]:[ \t]*/u;

const BYTE_ORDER_MARK = "\ufeff";

/** A line, its end left out. */
interface Line extends Range {
  readonly content: string;
  /** Where the next line starts. */
  readonly next: number;
}

/** Reads the blocks of a text. */
export function blocks(text: string): Blocks {
  const findings: Found[] = [];
  const inlines: Range[] = [];
  const headings: Range[] = [];
  const code: Range[] = [];
  const definitions = new Set<string>();
  const all = linesOf(text);
  const mark = (start: number, end: number, suggestion = "") => {
    if (text.slice(start, end) !== suggestion) findings.push(markdown(start, end, suggestion));
  };
  let table = false;
  let open: { start: number; end: number } | undefined;
  const close = () => {
    if (open !== undefined) inlines.push(open);
    open = undefined;
  };
  // The last line of a whole text may be without its end.
  const settings = frontMatterEnd(text.endsWith("\n") ? text : `${text}\n`) ?? 0;
  if (settings > 0) mark(0, Math.min(settings, text.length));
  let isPreformatted = false;
  for (let i = 0; i < all.length; i++) {
    const line = all[i]!;
    if (line.start < settings) continue;
    const inPreformatted: boolean = isPreformatted;
    isPreformatted = (inPreformatted || PREFORMATTED.test(line.content)) &&
      !/<\/pre\b/i.test(line.content);
    const fence = FENCE.exec(line.content);
    if (fence !== null) {
      close();
      i = readFence(text, all, i, fence, { mark, code });
      continue;
    }
    const quote = QUOTE.exec(line.content)?.[0] ?? "";
    if (quote !== "") mark(line.start, line.start + quote.length);
    const start = line.start + quote.length;
    const content = line.content.slice(quote.length);
    const before = i > 0 && all[i - 1]!.content.trim() !== "";
    const ruled = isDelimiters(all[i + 1]?.content ?? "");
    if (content.trim() === "") {
      table = false;
      close();
    } else if (isDelimiters(content)) {
      table = before;
      mark(start, line.next);
      close();
    } else if (ROW.test(content) || ((table || ruled) && content.includes("|"))) {
      close();
      markRow(content, start, mark);
      inlines.push({ start, end: line.end });
    } else if (RULE.test(content) || (before && UNDERLINE.test(content))) {
      mark(start, line.end);
      close();
    } else if (DEFINITION.test(content)) {
      definitions.add(DEFINITION.exec(content)![1]!.toLowerCase());
      mark(start, line.next);
      close();
    } else {
      const own = HEADING.test(content) || ITEM.test(content) || FOOTNOTE.test(content);
      if (own) close();
      markSigns(content, start, mark);
      open = { start: open?.start ?? start, end: line.end };
      if (HEADING.test(content)) {
        close();
        if (quote === "" && !inPreformatted) headings.push({ start, end: line.end });
      }
    }
  }
  close();
  return { findings, inlines, headings, code, definitions };
}

/**
 * Finds the end of the front matter that site generators put before a text: settings in YAML between two lines of
 * dashes.
 *
 * @returns 0 when the text begins with none; `undefined` while a text that goes on may still turn out to begin with one.
 */
export function frontMatterEnd(text: string): number | undefined {
  const marks = /^\ufeff*/.exec(text)![0].length;
  if (marks > 0) {
    const end = frontMatterEnd(text.slice(marks));
    return end ? end + marks : end;
  }
  if (!text.startsWith("---")) return "---".startsWith(text) ? undefined : 0;
  let isKnown = false;
  for (const [i, { content, next }] of linesOf(text).entries()) {
    const isPartial = text.charAt(next - 1) !== "\n";
    if (i === 0) {
      if (!/^---\s*$/.test(content)) return 0;
    } else if (/^(?:---|\.\.\.)\s*$/.test(content)) {
      if (!isPartial) return isKnown ? next : 0;
    } else if (SETTING.test(content)) isKnown ||= KNOWN_SETTING.test(content);
    else if (isPartial) return BEGUN_SETTING.test(content) ? undefined : 0;
    else if (i === 1 ? !content.startsWith("#") : !/^(?:\s|- |#|$)/.test(content)) return 0;
  }
  return undefined;
}

type Mark = (start: number, end: number, suggestion?: string) => void;

/** The signs of a heading, an item of a list, a task, a footnote. */
function markSigns(content: string, start: number, mark: Mark): void {
  const sign = HEADING.exec(content) ?? FOOTNOTE.exec(content);
  if (sign !== null) mark(start, start + sign[0].length);
  if (HEADING.test(content)) {
    const whole = content.trimEnd();
    const bare = whole.replace(/#{1,99}$/, "");
    if (/[ \t]$/.test(bare)) mark(start + bare.trimEnd().length, start + whole.length);
    return;
  }
  const bullet = BULLET.exec(content);
  // "* * *" between scenes stays, and so does "+ 5".
  if (bullet !== null && /\p{L}/u.test(content) && !/^\s*\+\s+\p{N}/u.test(content)) {
    const end = start + bullet[0].length;
    mark(end - bullet[1]!.length, end, "- ");
  }
  const task = TASK.exec(content);
  if (task !== null) {
    const end = start + task[0].length;
    mark(end - task[1]!.length, end);
  }
}

/** The cells of a row become a list of words, and the row a sentence. */
function markRow(content: string, start: number, mark: Mark): void {
  const last = content.trimEnd().length;
  for (const { 0: bars, index } of content.matchAll(/(?<![\s|\\])[ \t]*\|[\s|]*|^[\s|]+/g)) {
    const end = index + bars.length;
    if (index === 0) mark(start, start + end);
    else if (end < last) mark(start + index, start + end, ", ");
    else {mark(
        start + index,
        start + last,
        /[\p{L}\p{N}]/u.test(content.charAt(index - 1)) ? "." : "",
      );}
  }
}

/**
 * Reads fenced code. If the block holds prose, only its two fences are signs. Otherwise (it names a language, or has no
 * Cyrillic letter) the whole block is.
 *
 * @returns The index of its last line.
 */
function readFence(
  text: string,
  all: readonly Line[],
  first: number,
  [, fence, info]: RegExpExecArray,
  { mark, code }: { readonly mark: Mark; readonly code: Range[] },
): number {
  const sign = fence!.charAt(0);
  let last = first + 1;
  while (last < all.length && !closesFence(all[last]!.content, sign, fence!.length)) last++;
  const closed = last < all.length;
  const { start, next } = all[first]!;
  const end = closed ? all[last]!.start : text.length;
  const prose = PROSE.test(info!.trim()) && /\p{Script=Cyrillic}/u.test(text.slice(next, end));
  if (prose) {
    mark(start, next);
    if (closed) mark(end, all[last]!.next);
  } else mark(start, closed ? all[last]!.end : text.length);
  code.push({ start: next, end });
  return closed ? last : all.length;
}

/** The line between the head of a table and its rows: |---|:--:| */
function isDelimiters(content: string): boolean {
  if (!content.includes("|") || !/^[\s|:-]*$/.test(content)) return false;
  const cells = content.trim().replace(/^\||\|$/g, "").split("|");
  return cells.every((cell) => /^:?-+:?$/.test(cell.trim()));
}

/** Whether a line closes the block of code that a fence opened. */
export function closesFence(content: string, sign: string, length: number): boolean {
  const line = content.trim();
  return line.length >= length && line === sign.repeat(line.length);
}

function linesOf(text: string): Line[] {
  const all: Line[] = [];
  // A file may begin with a byte order mark, which is no part of its first line.
  for (let start = text.startsWith(BYTE_ORDER_MARK) ? 1 : 0; start < text.length;) {
    const index = text.indexOf("\n", start);
    const next = index < 0 ? text.length : index + 1;
    let end = index < 0 ? text.length : index;
    if (end > start && text.charAt(end - 1) === "\r") end--;
    all.push({ start, end, next, content: text.slice(start, end) });
    start = next;
  }
  return all;
}

/** A finding of Markdown. */
export function markdown(start: number, end: number, suggestion: string): Found {
  const message = "A sign of Markdown is read aloud or breaks the sentence";
  return { kind: "markdown", start, end, message, suggestion };
}
