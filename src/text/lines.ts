/**
 * Lines and paragraphs.
 *
 * @module
 */

/** A stretch of text that ends at a line end that means something. */
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
  for (const { 0: space, index } of text.matchAll(SPACE)) {
    const end = index + space.length;
    if (index === 0 || end === text.length) continue;
    const boundary = boundaryOf(space, paragraphs);
    if (boundary === undefined) continue;
    if (boundary === "line" && isWrapped(text, index, end)) continue;
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

/** Whether the sentence goes on behind a line end: in lower case, or after a mark that asks for more. */
function isWrapped(text: string, index: number, end: number): boolean {
  if (/[,;–—―-]/.test(text.charAt(index - 1))) return true;
  return /^\p{Ll}/u.test(text.slice(end, end + 2)) && !/[.!?…:]/.test(text.charAt(index - 1));
}
