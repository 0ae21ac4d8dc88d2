/**
 * Lines and paragraphs. Unicode's rules (UAX #29, SB4) end a sentence at every line end. People and programs wrap their
 * text, so here a line end is a border only when nothing shows that the sentence goes on.
 *
 * @module
 */

import { extendsCluster } from "./graphemes.ts";
import { isBlockLine, isUnderline, startsItem } from "./items.ts";

/** A stretch of text up to a line end that is a border. */
export interface Line {
  readonly start: number;
  /** Its end, the white space behind it included. */
  readonly end: number;
  readonly boundary: "line" | "paragraph" | "end";
}

const SPACE = /[\s\x85]+/gu;
const NEWLINE = /\r\n|[\n\v\f\r\x85\u2028\u2029]/g;

/** The lines of a text. A line end in the middle of a sentence, as in wrapped text, is no end of a line here. */
export function* lines(text: string, paragraphs: "blank-line" | "line"): Generator<Line> {
  let start = 0;
  let physical = text.startsWith("\ufeff") ? 1 : 0;
  let isAnswer = false;
  for (const { 0: space, index } of text.matchAll(SPACE)) {
    const end = index + space.length;
    // White space that carries an accent belongs to what follows.
    if (index === 0 || end === text.length || extendsCluster(text, end)) continue;
    const boundary = boundaryOf(space, paragraphs);
    if (boundary === undefined) continue;
    const next = behindQuote(text, physical, end);
    const mayWrap = boundary === "line" && !isBlockLine(text, physical) &&
      !isUnderline(text.slice(physical, index));
    const wasAnswer: boolean = isAnswer;
    isAnswer = mayWrap && !wasAnswer && isAnswered(text, index, next);
    const wrapped = mayWrap && (isAnswer || isWrapped(text, index, next) ||
      (!wasAnswer && isNumberAlone(text, physical, index, end)));
    physical = end;
    if (wrapped) continue;
    yield { start, end, boundary };
    start = end;
  }
  if (start < text.length) yield { start, end: text.length, boundary: "end" };
}

function boundaryOf(
  space: string,
  paragraphs: "blank-line" | "line",
): Line["boundary"] | undefined {
  const count = space.match(NEWLINE)?.length ?? 0;
  if (count === 0) return undefined;
  return count > 1 || paragraphs === "line" || /[\f\u2029]/.test(space) ? "paragraph" : "line";
}

const QUOTE = /[ \t]*>[ \t]?/y;

/** Where the content of the line at `next` starts: in a quotation that goes on, behind its sign. */
function behindQuote(text: string, line: number, next: number): number {
  QUOTE.lastIndex = line;
  if (!QUOTE.test(text)) return next;
  QUOTE.lastIndex = next;
  return QUOTE.test(text) ? QUOTE.lastIndex : next;
}

const NUMBER_ALONE =
  /^[ \t]*[(\[]?(?:\p{N}{1,3}(?:\.\p{N}{1,3}){0,5}|[IVXL]{1,5}|\p{L})[.)][ \t]*$/u;

/** Whether the line holds only the number of what the next line says, as in text that was copied from a PDF. */
function isNumberAlone(text: string, start: number, end: number, next: number): boolean {
  return end - start < 40 && NUMBER_ALONE.test(text.slice(start, end)) &&
    /^["«„“(]?\p{L}/u.test(text.slice(next, next + 3)) &&
    !startsItem(text, next, text.charAt(end - 1));
}

/** What a sentence does not end with: "Хариулт нь⏎5.⏎" */
const TOPIC = /(?:^|[\s\p{P}])(?:нь|бол)$/iu;
const ANSWER = /(?!1[.)])\p{N}{1,3}\.[ \t]*(?:$|[\n\v\f\r\x85\u2028\u2029])/uy;

/** Whether a line that cannot end a sentence is followed by a line that holds only a number. A list begins with 1. */
function isAnswered(text: string, index: number, next: number): boolean {
  ANSWER.lastIndex = next;
  return ANSWER.test(text) && TOPIC.test(text.slice(Math.max(0, index - 8), index));
}

/**
 * Whether the sentence goes on behind a line end: in lower case, or after a comma or a dash. An item of a list begins
 * anew, and so does a line behind a semicolon.
 */
function isWrapped(text: string, index: number, end: number): boolean {
  const before = text.charAt(index - 1);
  if (startsItem(text, end, before)) return false;
  if (/[,–—―-]/.test(before)) return true;
  return /^["«„“(]?\p{Ll}/u.test(text.slice(end, end + 3)) && !/[.!?…:;]/.test(before);
}
