/**
 * The places where a sentence may end.
 *
 * @module
 */

import { segmenter } from "./segmenter.ts";

/** A place where a sentence may end. Offsets are into the line. */
export interface Ending {
  /** The marks: `.`, `?!`, `…` and so on; empty for a mark of another script. */
  readonly marks: string;
  /** Where the marks start. */
  readonly start: number;
  /** Whether quotes or brackets close behind the marks. Markdown's emphasis is neither. */
  readonly closed: boolean;
  /** Whether white space follows. */
  readonly spaced: boolean;
  /** The end: behind the marks, the closing quotes and brackets, and the white space. */
  readonly end: number;
}

// Marks, what closes directly behind them (Markdown's emphasis included, and >> for »; the number of a footnote, which an
// encyclopedia puts there: "гарав.[5]", "гарав.²"), what closes behind one more space (« Сайн уу? »), and the white space.
const ENDING =
  /([.!?…‼⁇⁈⁉‽。．！？｡\u1803\u1809]+)(["'”“’‘»›)\]}>*_~`]*(?:(?:\[\p{N}{1,3}\]|[\u00b9\u00b2\u00b3\u2070-\u2079])["'”“’‘»›)\]}>*_~`]*){0,9}(?:[ \u00a0\u202f]?(?:[”’»›)\]}]|>>)){0,9})([\s\x85]*)/gu;

/** A mark that ends a sentence in another script: a danda, an Arabic question mark. */
const FOREIGN = /(?![.!?‼⁇⁈⁉‽。．！？｡\u1803\u1809])\p{Sentence_Terminal}/u;
/** The same with what follows it, for runtimes without Intl.Segmenter. */
const FOREIGN_ENDING =
  /(?:(?![.!?‼⁇⁈⁉‽。．！？｡\u1803\u1809])\p{Sentence_Terminal}){1,99}["'”’»›)\]}]*[\s\x85]*/gu;

const NEWLINES = /[\n\v\f\r\x85\u2028\u2029]/g;
const WINDOW = 2048;

/** The places in a line where a sentence may end, in order, the line's own end left out. */
export function endings(line: string): Ending[] {
  const found: Ending[] = [];
  for (const match of line.matchAll(ENDING)) {
    const [all, marks = "", closers = "", space = ""] = match;
    const start = match.index;
    const spaced = space !== "";
    const closed = /[^*_~`]/.test(closers);
    found.push({ marks, start, closed, spaced, end: start + all.length });
  }
  if (FOREIGN.test(line)) addForeign(line, found);
  return found.filter(({ end }) => end < line.length);
}

/**
 * Adds the endings that the marks of other scripts make. The rules of this module decide about the marks of Mongolian
 * text, because versions of Intl.Segmenter differ, and none knows Mongolian initials, quotes followed by гэж, or a
 * sentence that starts with a number. A text has the same sentences on every runtime.
 */
function addForeign(line: string, found: Ending[]): void {
  const known = [...found];
  const own = segmenter("sentence");
  const borders = own ? bySegmenter(own, line) : byRule(line);
  let next = 0;
  for (const end of borders) {
    while (next < known.length && known[next]!.end < end) next++;
    const ending = known[next];
    if (ending !== undefined && ending.start < end) continue;
    found.push({ marks: "", start: end, closed: false, spaced: true, end });
  }
  found.sort((a, b) => a.end - b.end);
}

/** In windows: on Node.js 20 the work of Intl.Segmenter grows with the square of the text. */
function* bySegmenter(segmenter: Intl.Segmenter, line: string): Generator<number> {
  // lines.ts has decided about line ends: here they are spaces.
  const text = line.replace(NEWLINES, " ");
  for (let start = 0; start < text.length;) {
    let last = start;
    for (const { index } of segmenter.segment(text.slice(start, start + WINDOW))) {
      if (index === 0) continue;
      last = start + index;
      // Only the ends that a mark of another script makes: the rules decide about the others.
      if (FOREIGN.test(text.slice(Math.max(0, last - 16), last))) yield last;
    }
    start = last > start ? last : start + WINDOW / 2;
  }
}

function* byRule(line: string): Generator<number> {
  for (const { 0: all, index } of line.matchAll(FOREIGN_ENDING)) yield index + all.length;
}
