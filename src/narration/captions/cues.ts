/**
 * The sentences of a narration, and when they are spoken.
 *
 * @module
 */

import { SAMPLE_RATE } from "../../audio/wav/wav_writer.ts";
import { countCharacters, splitSentences, type TextPart } from "../../text/mod.ts";
import { placesOf } from "../join.ts";
import type { NarrationState, PartState } from "../state.ts";

/** A sentence that is spoken, and when. */
export interface Cue {
  /** When it begins, in milliseconds. */
  readonly start: number;
  /** When it ends, in milliseconds: never after the next begins. */
  readonly end: number;
  /** The sentence, its white space made single spaces. */
  readonly text: string;
  /**
   * Whether the times are those of the samples. Otherwise the sentence shares a part with others, and its times are estimated by
   * the number of characters.
   */
  readonly exact: boolean;
}

/**
 * The parts of a text and their audio: what captions are made from. A {@linkcode NarrationState} is one; the parts of a
 * {@linkcode plan} become one with the lengths of their audio.
 */
export interface SpokenParts extends Pick<NarrationState, "paragraphs"> {
  /** The parts, in order. Together they are the text. */
  readonly parts: readonly SpokenPart[];
}

/** A part of a text that is spoken. */
export interface SpokenPart extends Omit<PartState, "boundary"> {
  /** What follows it in the text. Default: none, and silence that a part carries is not taken away behind a pause of 0. */
  readonly boundary?: PartState["boundary"] | undefined;
}

/** A part with its place in the audio, in samples. */
interface Place extends SpokenPart {
  readonly from: number;
  readonly to: number;
}

/**
 * The captions of a narration: a cue for each sentence of the parts that are done, up to the first that is not.
 *
 * With `captions: "sentence"` the times of all are exact, because each part is a sentence or a piece of one. Otherwise those of
 * sentences that share a part are estimates, and marked so. Parts without anything to speak have none.
 *
 * @param text The text of the narration.
 * @param state Its state, or the parts that another engine has made.
 * @returns The cues, in order, without overlap.
 * @throws {TypeError} when the text is no string.
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
    const from = sampleAt(text, begin, sentence.start);
    const to = sampleAt(text, finish, sentence.end);
    const exact = begin.start === sentence.start && finish.end === sentence.end;
    found.push(cue(sentence, from, to, exact));
  }
  return found.filter(({ start, end }) => end > start);
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

/** Where in the audio a place of the text is spoken: exactly at a border of the part, else by the share of characters. */
function sampleAt(text: string, { start, end, from, to }: Place, at: number): number {
  if (at <= start) return from;
  if (at >= end) return to;
  const share = countCharacters(text.slice(start, at)) / countCharacters(text.slice(start, end));
  return from + Math.floor(share * (to - from));
}

function cue({ text }: TextPart, from: number, to: number, exact: boolean): Cue {
  const ms = (samples: number) => Math.round(samples * 1_000 / SAMPLE_RATE);
  return { start: ms(from), end: ms(to), text: words(text).join(" "), exact };
}

/** The pieces of a text between white space that a line may break at: "5 км" with a no-break space stays one. */
export function words(text: string): string[] {
  return text.split(/[ \t\r\n\v\f\x85\u2028\u2029]+/).filter((word) => word !== "");
}
