/**
 * Lays sentences out as captions that a viewer can read.
 *
 * @module
 */

import {
  check,
  checkOptions,
  isIterable,
  type Rule,
  type Rules,
  wholeNumber,
} from "../../lib/rules.ts";
import { countCharacters } from "../../lib/count.ts";
import { type Cue, type CuePiece, words } from "./cues.ts";

const CUES: Rule = ["any", "an iterable of cues", isIterable, TypeError];
const CUE: Rule = [
  "object",
  "a cue with its text, and a start and an end after it in milliseconds of at least 0",
  ({ text, start, end }: { text?: unknown; start?: unknown; end?: unknown }) =>
    typeof text === "string" && Number.isFinite(start) && Number.isFinite(end) &&
    (start as number) >= 0 && (end as number) >= (start as number),
  TypeError,
];

/** Options of captions. All durations are milliseconds. */
export interface CaptionOptions {
  /** The most characters of a line, 1 or more; a word that is longer has a line of its own. Default 42. */
  readonly lineLength?: number | undefined;
  /** The most lines of a caption, 1 or more; `Infinity` for no limit. Default 2. */
  readonly maxLines?: number | undefined;
  /**
   * The shortest time of a caption in milliseconds, from 0 to `maxDuration`. A shorter one stays longer if the next
   * begins later, and is joined with a neighbour if both fit. Default 1,000, or `maxDuration` if that is less.
   */
  readonly minDuration?: number | undefined;
  /** The longest time of a caption in milliseconds, above 0; `Infinity` for no limit. Default 7,000. */
  readonly maxDuration?: number | undefined;
}

/** A caption on the screen. */
export interface Caption {
  /** When it appears, in milliseconds. */
  readonly start: number;
  /** When it disappears, in milliseconds. */
  readonly end: number;
  /** Its lines, none of them empty. */
  readonly lines: readonly string[];
  /**
   * Whether its times are exact, by the samples. Otherwise they are estimated by the number of characters, because it
   * is a piece of a sentence, or its sentence shares a part with others.
   */
  readonly exact: boolean;
}

const RULES: Rules = {
  lineLength: wholeNumber(1),
  maxLines: [
    "number",
    "a whole number of at least 1, or Infinity",
    (lines: number) => lines === Infinity || (Number.isSafeInteger(lines) && lines >= 1),
  ],
  minDuration: [
    "number",
    "milliseconds of at least 0",
    (ms: number) => ms >= 0 && ms < Infinity,
  ],
  maxDuration: ["number", "milliseconds above 0, or Infinity", (ms: number) => ms > 0],
};

/** The options, complete. */
type Limits = { readonly [Name in keyof CaptionOptions]-?: number };

/** A word and its times, in milliseconds with fractions, estimated by the number of characters. */
interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Whether the time of its start is known, because a part or a sentence begins with it. */
  readonly opens: boolean;
  /** Whether the time of its end is known. */
  readonly closes: boolean;
}

/** A sentence, or a piece of one. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly words: readonly Word[];
}

/**
 * Lays sentences out as captions of at most two lines and of 1 to 7 seconds each, unless the options say otherwise. A
 * longer sentence is divided, if possible near the end of a clause. `toSrt` and `toWebVtt` call this by themselves.
 *
 * @param cues The cues, as `narration.cues()` gives them.
 * @param options The limits.
 * @returns The captions, in the order of the cues. Estimated times have `exact: false`.
 * @throws {TypeError} when a cue has no text or no times, an option has the wrong type, or is not known.
 * @throws {RangeError} when an option is out of its range.
 *
 * @example
 * ```ts
 * import { toCaptions } from "@tsetsen/sdk/narration";
 *
 * const text = "Тэнгэр цэлмэг, салхи намуухан, хүмүүс гэртээ харьж, хот аажмаар чимээгүй болж байв.";
 * const captions = toCaptions([{ start: 0, end: 8_000, text, exact: true }]);
 * console.assert(captions.length === 2 && captions.every(({ exact }) => !exact));
 * ```
 */
export function toCaptions(cues: Iterable<Cue>, options: CaptionOptions = {}): Caption[] {
  check("cues", cues, CUES);
  checkOptions(options, RULES);
  const { lineLength = 42, maxLines = 2, maxDuration = 7_000 } = options;
  const { minDuration = Math.min(1_000, maxDuration) } = options;
  if (minDuration > maxDuration) {
    throw new RangeError(
      `minDuration must be at most maxDuration (${maxDuration}): got ${minDuration}`,
    );
  }
  const limits = { lineLength, maxLines, minDuration, maxDuration };
  const list = [...cues];
  for (const cue of list) check("each of cues", cue, CUE);
  const pieces = list.flatMap(({ start, end, ...cue }) =>
    divide({ start, end, words: (cue.pieces ?? [{ start, end, ...cue }]).flatMap(timed) }, limits)
  );
  return joinShort(stretch(pieces, limits), limits).map(({ start, end, words }) => ({
    start,
    end,
    lines: wrap(words, lineLength),
    exact: words[0]?.opens === true && words.at(-1)?.closes === true,
  }));
}

/** The words of a piece of a sentence, with their times. */
function timed({ start, end, text, exact }: CuePiece): Word[] {
  const all = words(text);
  const total = all.reduce((sum, word) => sum + sizeOf(word), 0);
  let at = 0;
  return all.map((word, i) => {
    const time = (size: number) => start + (end - start) * size / total;
    return {
      text: word,
      start: time(at),
      end: time(at += sizeOf(word)),
      opens: exact && i === 0,
      closes: exact && i === all.length - 1,
    };
  });
}

/** The characters of a word and of the space behind it. */
function sizeOf(word: string): number {
  return countCharacters(word) + 1;
}

/** Divides a sentence until each piece fits. */
function divide(piece: Piece, limits: Limits): Piece[] {
  const { start, end, words } = piece;
  if (words.length === 0) return [];
  const lines = wrap(words, limits.lineLength).length;
  const count = Math.max(
    Math.ceil(lines / limits.maxLines),
    Math.ceil((end - start) / limits.maxDuration),
  );
  // A single word cannot be divided: it is shown for `maxDuration` at most.
  if (words.length < 2) return [{ ...piece, end: Math.min(end, start + limits.maxDuration) }];
  if (count < 2 || end - start < 2) return [piece];
  const sizes = words.map(({ text }) => sizeOf(text));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const share = Math.floor(count / 2) / count;
  let best = { at: 1, cost: Infinity };
  for (let at = 1, seen = 0; at < words.length; at++) {
    seen += sizes[at - 1] as number;
    const cost = Math.abs(seen / total - share) - bonus(words[at - 1] as Word, words[at] as Word);
    if (cost < best.cost) best = { at, cost };
  }
  const { at } = best;
  // Each piece is on the screen for a millisecond or longer.
  const within = (ms = start) => Math.min(end - 1, Math.max(start + 1, Math.round(ms)));
  const left = { start, end: within(words[at - 1]?.end), words: words.slice(0, at) };
  const right = { start: within(words[at]?.start), end, words: words.slice(at) };
  return [...divide(left, limits), ...divide(right, limits)];
}

/** The bonus of a border of a sentence or a clause, as a share of the whole. */
function bonus({ text: before }: Word, { text: after }: Word): number {
  if (/[.!?…]["'”“’»›)\]]*$/u.test(before)) return 0.3;
  if (/[,;:]["'”“’»›)\]]*$/u.test(before) || /^[–—-]$/u.test(after)) return 0.25;
  return 0;
}

/** Keeps short captions on the screen where the next begins later. */
function stretch(pieces: readonly Piece[], { minDuration }: Limits): Piece[] {
  return pieces.map((piece, i) => {
    const next = pieces[i + 1]?.start ?? Infinity;
    const end = Math.max(piece.end, Math.min(piece.start + minDuration, next));
    return { ...piece, end };
  });
}

/** Joins captions that are still too short with a neighbour, where both fit. */
function joinShort(pieces: readonly Piece[], limits: Limits): Piece[] {
  const { minDuration, maxDuration, lineLength, maxLines } = limits;
  const isShort = ({ start, end }: Piece) => end - start < minDuration;
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (last !== undefined && (isShort(last) || isShort(piece))) {
      const both: Piece = {
        start: last.start,
        end: Math.max(last.end, piece.end),
        words: [...last.words, ...piece.words],
      };
      const isNear = piece.start >= last.start && piece.start - last.end < minDuration;
      const fits = both.end - both.start <= maxDuration &&
        wrap(both.words, lineLength).length <= maxLines;
      if (isNear && fits) {
        joined[joined.length - 1] = both;
        continue;
      }
    }
    joined.push(piece);
  }
  return joined;
}

/** Breaks words into as few lines as they take. */
function wrap(words: readonly Word[], length: number): string[] {
  const lines: string[] = [];
  let room = 0;
  for (const { text: word } of words) {
    const size = countCharacters(word);
    if (lines.length > 0 && size < room) {
      lines.push(`${lines.pop()} ${word}`);
      room -= size + 1;
    } else {
      lines.push(word);
      room = length - size;
    }
  }
  return lines;
}
