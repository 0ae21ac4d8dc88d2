import { countCharacters, nextCharacter } from "./count.ts";
import { clusterEnds, extendsCluster } from "./graphemes.ts";
import { type Settings, settle, type SplitOptions } from "./options.ts";
import { type BoundaryKind, isSpeakable, type TextPart } from "./part.ts";
import { pauseAfter } from "./pauses.ts";
import { type Cut, sentenceCuts } from "./sentences.ts";

// A comma and the like, or a dash between spaces, and the white space behind them.
const CLAUSE =
  /(?:[,;:!?…،؛、，；：]|\.\.)["'”“’‘»›)\]}]*[\s\x85]+|[\s\x85][‒–—―-]+[\s\x85]+|[、，；：]/gu;
const SPACE = /[\s\x85]+/gu;
/** White space that a line may break at: not the no-break spaces of "5 км". */
const BREAKS = /[^\u00a0\u2007\u202f\ufeff]/;

/** A stretch that is never cut again. */
interface Item extends Cut {
  readonly characters: number;
}

/**
 * Splits a text of any length into parts of at most `maxCharacters`, to be spoken one by one. The parts' `text`,
 * joined, is the text, to the last code unit.
 *
 * A part holds as many whole sentences of one paragraph as fit. A sentence that is too long is cut behind commas,
 * colons and dashes; a clause that is too long, between words; a word that is too long, between what a reader takes
 * for characters (and inside such a cluster only if it alone is too long). White space between two parts belongs to
 * the first, as far as it fits.
 *
 * The work grows with the length of the text, whatever it holds.
 *
 * @example Parts, and the pause after each
 * ```ts
 * import { splitText } from "@tsetsen/sdk/text";
 * import { assertEquals } from "@std/assert";
 *
 * const parts = splitText("Сайн байна уу? Би ирлээ.\n\nБаяртай.", { maxCharacters: 20 });
 * assertEquals(parts.map(({ text, boundary, pause }) => [text, boundary, pause]), [
 *   ["Сайн байна уу? ", "sentence", 500],
 *   ["Би ирлээ.\n\n", "paragraph", 800],
 *   ["Баяртай.", "end", 0],
 * ]);
 * ```
 *
 * @param text The text.
 * @param options The maximum, what may be joined, and the pauses.
 * @returns The parts; none for an empty text.
 * @throws {TypeError} If the text is no string.
 * @throws {RangeError} If an option is out of range.
 */
export function splitText(text: string, options: SplitOptions = {}): TextPart[] {
  const settings = settle(text, options);
  const parts: TextPart[] = [];
  let start = 0;
  let last: Item | undefined;
  let characters = 0;
  for (const item of items(text, settings)) {
    if (last && (characters + item.characters > settings.maxCharacters || !joins(last, settings))) {
      parts.push(part(text, start, last, characters, settings));
      start = last.end;
      characters = 0;
    }
    characters += item.characters;
    last = item;
  }
  if (last) parts.push(part(text, start, last, characters, settings));
  return parts;
}

/** Whether a part may go on behind this item. */
function joins({ boundary }: Item, { joinParagraphs, joinSentences }: Settings): boolean {
  if (boundary === "paragraph") return joinParagraphs && joinSentences;
  return boundary !== "sentence" || joinSentences;
}

function part(
  text: string,
  start: number,
  { end, boundary }: Item,
  characters: number,
  { pauses }: Settings,
): TextPart {
  const content = text.slice(start, end);
  const pause = pauseAfter(content, boundary, pauses);
  return {
    text: content,
    start,
    end,
    characters,
    boundary,
    pause,
    speakable: isSpeakable(content),
  };
}

/** Sentences, or what they must be cut into, none longer than the maximum. */
function* items(text: string, { paragraphs, maxCharacters }: Settings): Generator<Item> {
  let start = 0;
  for (const cut of sentenceCuts(text, paragraphs)) {
    yield* fitted(text, start, cut, maxCharacters, [clauseCuts, wordCuts, clusterCuts]);
    start = cut.end;
  }
}

type Cutter = (text: string, start: number, end: number, max: number) => Iterable<Cut>;

/** The stretch itself if it fits, else its pieces by the first cutter, each fitted by the others. */
function* fitted(
  text: string,
  start: number,
  { end, boundary }: Cut,
  max: number,
  [cutter, ...finer]: readonly Cutter[],
): Generator<Item> {
  const characters = countCharacters(text.slice(start, end));
  if (characters <= max || cutter === undefined) return yield { end, boundary, characters };
  let from = start;
  for (const cut of cutter(text, start, end, max)) {
    // What follows the last piece follows the whole.
    const piece = cut.end === end ? { end, boundary } : cut;
    yield* fitted(text, from, piece, max, finer);
    from = cut.end;
  }
}

function* clauseCuts(text: string, start: number, end: number): Generator<Cut> {
  const sentence = text.slice(start, end);
  for (const { 0: mark, index } of sentence.matchAll(CLAUSE)) {
    const cut = index + mark.length;
    if (cut === sentence.length || extendsCluster(sentence, cut)) continue;
    yield { end: start + cut, boundary: "clause" };
  }
  yield { end, boundary: "clause" };
}

function* wordCuts(text: string, start: number, end: number): Generator<Cut> {
  const clause = text.slice(start, end);
  for (const { 0: space, index } of clause.matchAll(SPACE)) {
    const cut = index + space.length;
    if (cut === clause.length || !BREAKS.test(space) || extendsCluster(clause, cut)) continue;
    yield { end: start + cut, boundary: "word" };
  }
  yield { end, boundary: "word" };
}

/** Cuts at the last border of a cluster that fits; inside a cluster that alone does not fit, between code points. */
function* clusterCuts(text: string, start: number, end: number, max: number): Generator<Cut> {
  const boundary: BoundaryKind = "word";
  let from = start;
  let room = max;
  for (const clusterEnd of clusterEnds(text, start, end)) {
    let characters = countCharacters(text.slice(from, clusterEnd));
    if (characters > room) {
      if (room < max) yield { end: from, boundary };
      for (room = max; characters > max; characters -= max) {
        for (let i = 0; i < max; i++) from = nextCharacter(text, from);
        yield { end: from, boundary };
      }
    }
    room -= characters;
    from = clusterEnd;
  }
  yield { end, boundary };
}
