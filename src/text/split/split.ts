import { countCharacters } from "../../lib/count.ts";
import { resolveOptions, type Settings, type SplitOptions } from "./options.ts";
import { hasScrap, pack } from "./packing.ts";
import { isSpeakable, type TextPart } from "./part.ts";
import { pauseAfter } from "./pauses.ts";
import { type Piece, pieces } from "./pieces.ts";
import { type Cut, sentenceCuts } from "../sentences/sentences.ts";

/**
 * Splits a text of any length into parts of at most `maxCharacters`, which are spoken one by one. The parts' `text`,
 * joined, is the text, to the last code unit.
 *
 * A paragraph has as few parts as possible, of similar size. A sentence that is too long is cut behind semicolons,
 * commas, colons and dashes. It is cut between words where a clause is too long, or where a cut at a clause would leave
 * a piece of one or two words. A word that is too long is cut between grapheme clusters, and a cluster is cut only if
 * it alone is too long. White space between two parts belongs to the first, as far as it fits.
 *
 * The time grows linearly with the length of the text.
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
 * @throws {TypeError} when the text is not a string, or an option has the wrong type or is not known.
 * @throws {RangeError} when an option is out of its range.
 */
export function splitText(text: string, options: SplitOptions = {}): TextPart[] {
  const settings = resolveOptions(text, options);
  const parts: TextPart[] = [];
  let start = 0;
  for (const group of groups(text, settings)) {
    for (const { end, place, characters } of packed(text, start, group, settings.maxCharacters)) {
      const boundary = place === "cluster" || place === "character"
        ? "word"
        : place === "item"
        ? "clause"
        : place;
      const content = text.slice(start, end);
      const pause = pauseAfter(content, boundary, settings.pauses);
      const speakable = isSpeakable(content);
      parts.push({ text: content, start, end, characters, boundary, pause, speakable });
      start = end;
    }
  }
  return parts;
}

/** The ends of the sentences that may share parts: those of a paragraph, unless the options differ. */
function* groups(text: string, settings: Settings): Generator<Cut[]> {
  const { paragraphs, joinParagraphs, joinSentences } = settings;
  let group: Cut[] = [];
  for (const cut of sentenceCuts(text, paragraphs)) {
    group.push(cut);
    if (joinSentences && (joinParagraphs || cut.boundary !== "paragraph")) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

/** The parts of a group. A clause is cut only when cuts at the ends of clauses would leave a scrap. */
function packed(text: string, start: number, group: readonly Cut[], max: number): Piece[] {
  const parts = pack(items(text, start, group, max, true), max);
  return hasScrap(parts) ? pack(items(text, start, group, max, false), max) : parts;
}

/** Sentences, and the pieces of long ones. */
function items(
  text: string,
  start: number,
  group: readonly Cut[],
  max: number,
  clauses: boolean,
): Piece[] {
  const found: Piece[] = [];
  for (const { end, boundary: place } of group) {
    const characters = countCharacters(text.slice(start, end));
    if (characters <= max) found.push({ end, place, characters });
    else {
      for (const piece of pieces(text, start, end, max, clauses)) found.push(piece);
      // What follows the last piece follows the sentence.
      found.push({ ...found.pop()!, place });
    }
    start = end;
  }
  return found;
}
