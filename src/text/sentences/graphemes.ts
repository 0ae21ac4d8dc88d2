/**
 * Grapheme clusters (UAX #29): what a reader sees as one character, such as an emoji of several code points, a letter
 * with its accents, CR LF. They are needed only when a word is longer than a part may be.
 *
 * @module
 */

import { nextCharacter } from "../../lib/count.ts";
import { segmenter } from "./segmenter.ts";

/** Characters that never start a cluster: GB9 and GB9a. */
const EXTENDS = /[\p{Grapheme_Extend}\p{Emoji_Modifier}\p{Mc}\u200d]/uy;

/** A cluster by a regular expression, for runtimes without Intl.Segmenter: GB3 to GB13 without the lists of rare scripts. */
const CLUSTER =
  /\r\n|\p{Cc}|(?:\p{RI}\p{RI}|\p{Extended_Pictographic}(?:[\p{Grapheme_Extend}\p{Emoji_Modifier}]*\u200d\p{Extended_Pictographic}){0,99}|[\u1100-\u115f\ua960-\ua97c]*[\uac00-\ud7a3]?[\u1160-\u11ff\ud7b0-\ud7fb]+|[\u1100-\u115f\ua960-\ua97c]+[\uac00-\ud7a3]?|[^])[\p{Grapheme_Extend}\p{Emoji_Modifier}\p{Mc}\u200d]*/uy;

/**
 * The code units that Intl.Segmenter sees at a time: longer than nearly every cluster, and short, because on Node.js 20
 * its work grows with the square of the text.
 */
const WINDOW = 256;

/** Whether the character at `index` belongs to the cluster of the one before. */
export function extendsCluster(text: string, index: number): boolean {
  EXTENDS.lastIndex = index;
  return EXTENDS.test(text);
}

/** The ends of the clusters between two borders. */
export function* clusterEnds(text: string, start: number, end: number): Generator<number> {
  const own = segmenter("grapheme");
  let at = start;
  for (let size = WINDOW; at < end;) {
    const rest = at + size >= end;
    // A window that ended inside a surrogate pair would show its halves as two.
    const stop = rest ? end : nextCharacter(text, at + size - 1);
    const window = text.slice(at, stop);
    const ends = own ? bySegmenter(own, window) : byRule(window);
    // The last cluster may be longer than the window.
    if (!rest) ends.pop();
    for (const length of ends) yield at + length;
    at += ends.at(-1) ?? 0;
    size = ends.length === 0 ? size * 2 : WINDOW;
  }
}

function bySegmenter(segmenter: Intl.Segmenter, text: string): number[] {
  return Array.from(segmenter.segment(text), (s) => s.index + s.segment.length);
}

function byRule(text: string): number[] {
  const ends: number[] = [];
  for (let at = 0; at < text.length;) {
    CLUSTER.lastIndex = at;
    at = CLUSTER.test(text) ? CLUSTER.lastIndex : nextCharacter(text, at);
    ends.push(at);
  }
  return ends;
}
