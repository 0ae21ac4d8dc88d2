/**
 * The sentences of a narration, and when they are spoken.
 *
 * @module
 */

import { SAMPLE_RATE } from "../../audio/wav/wav_writer.ts";
import { countCharacters } from "../../lib/count.ts";
import { check, type Rule } from "../../lib/rules.ts";
import { splitSentences } from "../../text/sentences/sentences.ts";
import type { TextPart } from "../../text/split/part.ts";
import { placesOf } from "../join.ts";
import type { NarrationState, PartState } from "../state.ts";

/** A sentence that is spoken, and when. */
export interface Cue {
  /** When it begins, in milliseconds. */
  readonly start: number;
  /** When it ends, in milliseconds. It never ends after the next begins. */
  readonly end: number;
  /** The sentence, with single spaces for all white space. */
  readonly text: string;
  /**
   * Whether the times are exact, by the samples. Otherwise the sentence shares a part with others, and its times are
   * estimated by the number of characters.
   */
  readonly exact: boolean;
  /**
   * The pieces of a sentence that takes several parts, with the times of each part. Captions that begin between two
   * parts have exact times there.
   */
  readonly pieces?: readonly CuePiece[] | undefined;
}

/** The piece of a sentence in one part, and its times in milliseconds. */
export type CuePiece = Omit<Cue, "pieces">;

/**
 * The parts of a text and the lengths of their audio, from which captions are made. A {@linkcode NarrationState} is
 * one. The parts of a {@linkcode plan} become one when the lengths of their audio are added.
 */
export interface SpokenParts extends Pick<NarrationState, "paragraphs"> {
  /** The parts, in order. Together they are the text. */
  readonly parts: readonly SpokenPart[];
}

/** A part of a text that is spoken. */
export interface SpokenPart extends Omit<PartState, "boundary"> {
  /** What follows it in the text. Default: none. The silence of a part is then kept behind a pause of 0. */
  readonly boundary?: PartState["boundary"] | undefined;
}

const STATE: Rule = [
  "object",
  "a state with its parts",
  ({ parts }: { parts?: unknown }) => Array.isArray(parts),
  TypeError,
];

/** A part with its place in the audio, in samples. */
interface Place extends SpokenPart {
  readonly from: number;
  readonly to: number;
}

/** A stretch of a text inside a part or several: its place in the text in UTF-16 code units, and in the audio in samples. */
interface Stretch {
  readonly left: number;
  readonly right: number;
  readonly from: number;
  readonly to: number;
  readonly exact: boolean;
}

/**
 * Makes the cues of a narration: one for each sentence of the parts that are done, up to the first that is not.
 *
 * With `captions: "sentence"` all times are exact, because each part is a sentence or a piece of one. Otherwise the
 * times of sentences that share a part are estimates (`exact: false`). Parts without anything to speak have no cue.
 *
 * @param text The text of the narration.
 * @param state Its state, or parts that you bought yourself.
 * @returns The cues, in order, without overlap.
 * @throws {TypeError} when the text is not a string, or the state has no parts.
 *
 * @example
 * ```ts
 * import { cues, type NarrationState, toSrt } from "@tsetsen/sdk/narration";
 *
 * function srt(text: string, state: NarrationState): string {
 *   return toSrt(cues(text, state));
 * }
 * ```
 */
export function cues(text: string, state: SpokenParts): Cue[] {
  check("state", state, STATE);
  const places = placesIn(state);
  const found: Cue[] = [];
  let first = 0;
  for (const sentence of splitSentences(text, { paragraphs: state.paragraphs })) {
    while ((places[first]?.end ?? Infinity) <= sentence.start) first++;
    let last = first;
    while ((places[last]?.end ?? Infinity) < sentence.end) last++;
    const [begin, finish] = [places[first], places[last]];
    if (begin === undefined || finish === undefined) break;
    if (!sentence.speakable) continue;
    found.push(cueOf(text, sentence, places.slice(first, last + 1)));
  }
  return found.filter(({ start, end }) => end > start);
}

/** The cue of a sentence, from the parts that hold it. */
function cueOf(text: string, sentence: TextPart, places: readonly Place[]): Cue {
  const stretches: Stretch[] = [];
  for (const place of places) {
    const left = Math.max(place.start, sentence.start);
    const right = Math.min(place.end, sentence.end);
    const from = sampleAt(text, place, left);
    const to = sampleAt(text, place, right);
    const exact = left === place.start && right === place.end;
    const last = stretches.at(-1);
    // A piece of a word, and a part that is only a pause, have no caption of their own.
    const isOwn = last === undefined || last.to > last.from && to > from &&
        BREAK.test(text.slice(left - 1, left + 1));
    if (isOwn) stretches.push({ left, right, from, to, exact });
    else stretches.push({ ...last, right, to, exact: stretches.pop()?.exact === true && exact });
  }
  const pieces = stretches.map(({ left, right, from, to, exact }) => (
    { start: inMs(from), end: inMs(to), text: words(text.slice(left, right)).join(" "), exact }
  ));
  const cue = {
    start: pieces[0]?.start ?? 0,
    end: pieces.at(-1)?.end ?? 0,
    text: words(sentence.text).join(" "),
    exact: pieces.every(({ exact }) => exact),
  };
  return pieces.length === 1 ? cue : { ...cue, pieces };
}

/** The parts that are done, up to the first that is not. */
function placesIn({ parts }: SpokenParts): Place[] {
  const missing = parts.findIndex(({ status, samples }) =>
    status !== "done" || samples === undefined
  );
  const done = missing < 0 ? parts : parts.slice(0, missing);
  const places = placesOf(
    done.map(({ samples = 0, lead = 0, tail = 0, pause, boundary }) => ({
      samples,
      lead,
      tail,
      pause,
      boundary,
    })),
  );
  return done.map((part, i) => ({ ...part, ...places[i] as { from: number; to: number } }));
}

/**
 * The sample at which a place of the text is spoken. It is exact at the borders of the part, and otherwise estimated by
 * the share of characters.
 */
function sampleAt(text: string, { start, end, from, to }: Place, at: number): number {
  if (at <= start) return from;
  if (at >= end) return to;
  const share = countCharacters(text.slice(start, at)) / countCharacters(text.slice(start, end));
  return from + Math.floor(share * (to - from));
}

function inMs(samples: number): number {
  return Math.round(samples * 1_000 / SAMPLE_RATE);
}

const BREAK = /[ \t\r\n\v\f\x85\u2028\u2029]+/;

/** Splits a text at white space where a line may break. "5 км" with a no-break space stays one piece. */
export function words(text: string): string[] {
  return text.split(BREAK).filter((word) => word !== "");
}
