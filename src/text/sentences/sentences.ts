import { countCharacters } from "../../lib/count.ts";
import { endings } from "./endings.ts";
import { isUnderline } from "./items.ts";
import { lines } from "./lines.ts";
import { resolveOptions, type SentenceOptions, type Settings } from "../split/options.ts";
import { type BoundaryKind, isSpeakable, type TextPart } from "../split/part.ts";
import { pauseAfter } from "../split/pauses.ts";
import { endsSentence, isLowerCase } from "./sentence_end.ts";

/** The end of a sentence, which is no heading, at the end of a line. */
const ENDED = /[.!?…]["'”’»)\]]*\s*$/;

/** The code units of the longest number of an item ("## АРВАНХОЁРДУГААР БҮЛЭГ"), with room for its signs. */
const LONGEST_NUMBER = 48;

/** The end of a sentence, and what follows it. */
export interface Cut {
  readonly end: number;
  readonly boundary: BoundaryKind;
}

/**
 * Splits a text into sentences: the units of captions, and the units that {@linkcode splitText} packs into parts.
 * Joined, they are the text.
 *
 * The rules are made for Mongolian. Initials ("А. Амар ирлээ."), quotes after which the sentence goes on (`"Сайн уу?"
 * гэж тэр асуув.`), abbreviations ("ж.нь. Монгол"), decimals, ordinals ("3-р"), list numbers and ellipses do not end a
 * sentence. A sentence may start with a number. Each item of a list is a sentence, and so is a heading with its number.
 * Sentences in lower case ("гарав. ээж нь") and without a space ("гарав.Ээж нь") are found, too. What may be an initial
 * counts as one: "Витамин А. Энэ" stays one sentence. Marks of other scripts are found by `Intl.Segmenter` where the
 * runtime has it, otherwise by their Unicode property. A sentence holds a letter or a digit, unless its whole paragraph
 * has none.
 *
 * @example Sentences
 * ```ts
 * import { splitSentences } from "@tsetsen/sdk/text";
 * import { assertEquals } from "@std/assert";
 *
 * const sentences = splitSentences('А. Амар ирлээ. "Сайн уу?" гэж тэр асуув. 3.5 км явав.');
 * assertEquals(sentences.map(({ text }) => text), [
 *   "А. Амар ирлээ. ",
 *   '"Сайн уу?" гэж тэр асуув. ',
 *   "3.5 км явав.",
 * ]);
 * ```
 *
 * @param text The text.
 * @param options What a paragraph is, and the pauses.
 * @returns The sentences; none for an empty text.
 * @throws {TypeError} when the text is not a string, or an option has the wrong type or is not known.
 * @throws {RangeError} when an option is out of its range.
 */
export function splitSentences(text: string, options: SentenceOptions = {}): TextPart[] {
  return sentencesOf(text, resolveOptions(text, options));
}

/** The sentences of a text, by options that are checked. */
export function sentencesOf(
  text: string,
  { paragraphs, pauses }: Pick<Settings, "paragraphs" | "pauses">,
): TextPart[] {
  const sentences: TextPart[] = [];
  let start = 0;
  for (const { end, boundary } of sentenceCuts(text, paragraphs)) {
    const sentence = text.slice(start, end);
    sentences.push({
      text: sentence,
      start,
      end,
      characters: countCharacters(sentence),
      boundary,
      pause: pauseAfter(sentence, boundary, pauses),
      speakable: isSpeakable(sentence),
    });
    start = end;
  }
  return sentences;
}

/** The ends of the sentences, in order. */
export function* sentenceCuts(text: string, paragraphs: "blank-line" | "line"): Generator<Cut> {
  // The last cut of a paragraph waits, because what follows may be too short for a sentence and then belongs to it.
  let held: Cut | undefined;
  let start = 0;
  let seen = 0;
  let speakable = false;
  for (const line of lines(text, paragraphs)) {
    const content = text.slice(line.start, line.end);
    const places = endings(content);
    const lowerCase = isLowerCase(content, places);
    for (const ending of places) {
      const end = line.start + ending.end;
      // Each stretch is searched once, even if many places in it end nothing.
      speakable ||= isSpeakable(text.slice(seen, end));
      seen = end;
      const marks = line.start + ending.start;
      const soFar = marks - start > LONGEST_NUMBER ? "" : text.slice(start, marks);
      if (!speakable || !endsSentence(content, ending, soFar, lowerCase)) continue;
      if (held) yield held;
      held = { end, boundary: "sentence" };
      start = end;
      speakable = false;
    }
    speakable ||= isSpeakable(text.slice(seen, line.end));
    seen = line.end;
    if (line.boundary === "line" && !speakable) {
      // The line under a heading belongs to it.
      if (
        held?.end === start && isUnderline(content) &&
        !ENDED.test(text.slice(Math.max(0, start - 8), start))
      ) {
        held = { ...held, end: line.end };
        start = line.end;
      }
      continue;
    }
    if (held && speakable) yield held;
    held = undefined;
    if (line.boundary === "line") held = { end: line.end, boundary: "sentence" };
    else yield { end: line.end, boundary: line.boundary };
    start = line.end;
    speakable = false;
  }
}
