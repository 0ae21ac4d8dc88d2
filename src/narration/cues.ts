import { SAMPLE_RATE } from "../audio/wav_writer.ts";
import { countCharacters, splitSentences, type TextPart } from "../text/mod.ts";
import type { NarrationState, PartState } from "./state.ts";
import { words } from "./words.ts";

/** A caption: what is spoken, and when. */
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
 * {@linkcode plan} become one when their audio is known.
 */
export interface SpokenParts extends Pick<NarrationState, "paragraphs"> {
  /** The parts, in order. Together they are the text. */
  readonly parts: readonly Omit<PartState, "boundary">[];
}

/** A part with its place in the audio, in samples. */
interface Place extends Omit<PartState, "boundary"> {
  readonly from: number;
  readonly to: number;
}

/**
 * The captions of a narration: a cue for each sentence of the parts that are done, up to the first that is not.
 *
 * With `captions: "sentence"` the times of all are exact, as each part is a sentence or a piece of one. Otherwise those of
 * sentences that share a part are estimates, and marked so. Parts without anything to speak have none.
 *
 * @param text The text of the narration.
 * @param state Its state, or the parts that another engine has made.
 * @returns The cues, in order, without overlap.
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
  const places = placesOf(state);
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
function placesOf({ parts }: SpokenParts): Place[] {
  const places: Place[] = [];
  let from = 0;
  for (const part of parts) {
    if (part.status !== "done" || part.samples === undefined) break;
    const to = from + part.samples;
    places.push({ ...part, from, to });
    from = to + part.pause;
  }
  return places;
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
