/**
 * The smallest pieces of a sentence that is longer than a part may be.
 *
 * @module
 */

import { countCharacters, nextCharacter } from "../../lib/count.ts";
import { clusterEnds, extendsCluster } from "../sentences/graphemes.ts";
import type { BoundaryKind } from "./part.ts";

/** Where a cut falls. An item ends with a semicolon; outside of this folder it is a clause. */
export type Place = BoundaryKind | "item" | "cluster" | "character";

/** A stretch of text that is never cut again. */
export interface Piece {
  readonly end: number;
  readonly place: Place;
  readonly characters: number;
}

// A comma and the like, or a dash between spaces, and the white space behind them.
const CLAUSE =
  /(?:[,;:!?…،؛、，；：]|\.\.)["'”“’‘»›)\]}]*[\s\x85]+|[\s\x85][‒–—―-]+[\s\x85]+|[、，；：]/gu;
/** What ends an item of a list inside a line: "1/ нэг; 2/ хоёр". */
const ITEM_END = /[;؛；]["'”“’‘»›)\]}]*[\s\x85]*$/u;
const SPACE = /[\s\x85]+/gu;
/** White space that a line may break at: not the no-break spaces of "5 км". */
const BREAKS = /[^\u00a0\u2007\u202f\ufeff]/;
const NEWLINE = /[\n\r\u2028]/;

/**
 * The pieces between which a long sentence may be cut. The place of the last is `"clause"`.
 *
 * @param clauses Whether a clause that fits is one piece. Words are, otherwise.
 */
export function* pieces(
  text: string,
  start: number,
  end: number,
  max: number,
  clauses: boolean,
): Generator<Piece> {
  let clause: Piece[] = [];
  let characters = 0;
  for (const word of words(text, start, end, max)) {
    clause.push(word);
    characters += word.characters;
    if (word.place !== "clause" && word.place !== "item") continue;
    if (clauses && characters <= max) yield { ...word, characters };
    else yield* clause;
    clause = [];
    characters = 0;
  }
}

/** The words; the clusters of a word that is longer than `max`; the code points of such a cluster. */
function* words(text: string, start: number, end: number, max: number): Generator<Piece> {
  let from = start;
  for (const cut of cuts(text, start, end)) {
    const characters = countCharacters(text.slice(from, cut.end));
    if (characters <= max) yield { ...cut, characters };
    else yield* piecesOfWord(text, from, cut, max);
    from = cut.end;
  }
}

type Cut = Pick<Piece, "end" | "place">;

/** The ends of clauses and of words, in order. */
function* cuts(text: string, start: number, end: number): Generator<Cut> {
  const sentence = text.slice(start, end);
  const clauses = clauseEnds(sentence);
  let clause = clauses.next().value;
  for (const { 0: space, index } of sentence.matchAll(SPACE)) {
    const cut = index + space.length;
    // Behind a mark that needs no space: 、
    for (; clause !== undefined && clause < cut; clause = clauses.next().value) {
      if (clause <= index) yield clauseAt(sentence, start, clause);
    }
    if (cut === sentence.length || extendsCluster(sentence, cut)) continue;
    if (clause === cut) yield clauseAt(sentence, start, cut);
    else if (BREAKS.test(space) && !isDivided(sentence, index, space)) {
      yield { end: start + cut, place: "word" };
    }
  }
  for (; clause !== undefined; clause = clauses.next().value) {
    yield clauseAt(sentence, start, clause);
  }
  yield { end, place: "clause" };
}

function clauseAt(sentence: string, start: number, end: number): Cut {
  const item = ITEM_END.test(sentence.slice(Math.max(0, end - 16), end));
  return { end: start + end, place: item ? "item" : "clause" };
}

function* clauseEnds(sentence: string): Generator<number, undefined> {
  for (const { 0: mark, index } of sentence.matchAll(CLAUSE)) {
    const cut = index + mark.length;
    if (cut < sentence.length && !extendsCluster(sentence, cut)) yield cut;
  }
}

/** Whether the white space is a line end inside a word: "яв-⏎сан". */
function isDivided(sentence: string, index: number, space: string): boolean {
  return NEWLINE.test(space) &&
    /\p{L}[-\u00ad\u2010]$/u.test(sentence.slice(Math.max(0, index - 2), index)) &&
    /^\p{Ll}/u.test(sentence.slice(index + space.length, index + space.length + 2));
}

/** The clusters of a word that is too long. */
function* piecesOfWord(text: string, start: number, word: Cut, max: number): Generator<Piece> {
  let from = start;
  for (const end of clusterEnds(text, start, word.end)) {
    let characters = countCharacters(text.slice(from, end));
    for (; characters > max; characters--) {
      from = nextCharacter(text, from);
      yield { end: from, place: "character", characters: 1 };
    }
    yield { end, place: end === word.end ? word.place : "cluster", characters };
    from = end;
  }
}
