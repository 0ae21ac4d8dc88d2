/**
 * Plans a narration: how its text is cut, and what it will take.
 *
 * @module
 */

import { SAMPLE_RATE } from "../audio/wav/wav_writer.ts";
import { validate, validateFields } from "../contract/validate.ts";
import { countCharacters } from "../lib/count.ts";
import { splitSentences } from "../text/sentences/sentences.ts";
import { splitText } from "../text/split/split.ts";
import { isSpeakable, type TextPart } from "../text/split/part.ts";
import { BUY_RULES, PART_RULES, type PartOptions } from "./options.ts";
import { atLeast, checkOptions, type Rules } from "../lib/rules.ts";
import { MAX_PAUSE_SAMPLES, type Method, type PartState, type Purchase } from "./state.ts";

/** Options of {@linkcode plan}. */
export interface PlanOptions extends PartOptions {
  /** The speed, above 0, as a multiple of the voice's own pace. Default 1. */
  readonly speed?: number | undefined;
  /** How the parts will be made: with `"stream"` the first sentence is a part of its own. Default `"generate"`. */
  readonly method?: Method | undefined;
  /**
   * How many characters the voice speaks in a second at speed 1, above 0. Measure it on audio that you have, because
   * the service documents no number. Default: none, and no estimate.
   */
  readonly charactersPerSecond?: number | undefined;
}

/** A part that would be made. */
export interface PlannedPart {
  /** What would be sent. */
  readonly text: string;
  /** Where the part starts in the text, in UTF-16 code units. */
  readonly start: number;
  /** Where it ends, exclusive, in UTF-16 code units. */
  readonly end: number;
  /** The characters (code points) that would be sent; 0 for a part without a letter or a digit, which is only a pause. */
  readonly characters: number;
  /** The pause after it, in milliseconds. */
  readonly pause: number;
}

/** What a narration would take. */
export interface Plan {
  /** The parts, in order. */
  readonly parts: readonly PlannedPart[];
  /** How many requests would be submitted. */
  readonly requests: number;
  /** The characters that would be sent in all: less than the text has, because white space between parts is not sent. */
  readonly characters: number;
  /** The pauses between the parts in all, in milliseconds. */
  readonly pauses: number;
  /** The length of the audio in seconds, estimated; `undefined` without `charactersPerSecond`. */
  readonly estimatedSeconds: number | undefined;
}

const PLAN_RULES: Rules = {
  ...PART_RULES,
  method: BUY_RULES["method"] as Rules[string],
  charactersPerSecond: ["number", "a number above 0", (value: number) => value > 0],
  // Checked with the request.
  speed: atLeast(-Infinity),
};

/**
 * Plans what {@linkcode narrate} would do with a text. Nothing is sent.
 *
 * @param text The text, of any length.
 * @param options How it is cut, and the speed: the same as for `narrate`.
 * @returns The parts and their sums.
 * @throws {InvalidRequestError} when the text is empty, or the speed is no finite number above 0.
 * @throws {TypeError} when a value has the wrong type, or an option is not known.
 * @throws {RangeError} when an option is out of its range.
 *
 * @example
 * ```ts
 * import { plan } from "@tsetsen/sdk/narration";
 *
 * const { requests, characters } = plan("Сайн байна уу?\n\nБаяртай.");
 * console.assert(requests === 2 && characters === 22);
 * ```
 */
export function plan(text: string, options: PlanOptions = {}): Plan {
  validate("text", text);
  validateFields("request", { speed: options?.speed });
  checkOptions(options, PLAN_RULES);
  const { speed = 1, charactersPerSecond, method = "generate", ...partOptions } = options;
  const parts = cutText(text, speed, method, partOptions).map((part): PlannedPart => {
    const { start, end, pause, speakable } = part;
    const content = spokenText(text, part);
    const characters = speakable ? countCharacters(content) : 0;
    return { text: content, start, end, characters, pause };
  });
  const characters = parts.reduce((sum, part) => sum + part.characters, 0);
  const pauses = parts.reduce((sum, { pause }) => sum + pause, 0);
  const perSecond = charactersPerSecond && charactersPerSecond * speed;
  return {
    parts,
    requests: parts.filter((part) => part.characters > 0).length,
    characters,
    pauses,
    estimatedSeconds: perSecond && characters / perSecond + pauses / 1_000,
  };
}

/** Cuts a text. The pauses follow the speed unless the options say otherwise. */
export function cutText(
  text: string,
  speed: number,
  method: Method,
  options: PartOptions,
): TextPart[] {
  const { captions, pauseScale = 1 / speed, maxCharacters, joinParagraphs, paragraphs, pauses } =
    options;
  const settings = { maxCharacters, joinParagraphs, paragraphs, pauses, pauseScale };
  const parts = splitText(text, { ...settings, joinSentences: captions !== "sentence" });
  for (const { pause } of parts) {
    if (pause * SAMPLE_RATE / 1_000 > MAX_PAUSE_SAMPLES) {
      throw new RangeError(
        `pauses times pauseScale must be at most 3600000 milliseconds, an hour: got ${pause}`,
      );
    }
  }
  const [first] = parts;
  if (method !== "stream" || first === undefined) return parts;
  // A short first part gives the first sound sooner.
  const [sentence] = splitSentences(first.text, { paragraphs, pauses, pauseScale });
  if (sentence === undefined || sentence.end >= first.end || !sentence.speakable) return parts;
  const others = splitText(text.slice(sentence.end, first.end), {
    ...settings,
    joinSentences: true,
  });
  const shifted = others.map((part) => ({
    ...part,
    start: part.start + sentence.end,
    end: part.end + sentence.end,
  }));
  const last = shifted.at(-1) as TextPart;
  const { boundary, pause } = first;
  return [sentence, ...shifted.slice(0, -1), { ...last, boundary, pause }, ...parts.slice(1)];
}

/** The text of a part that is sent, without the white space around it, which would cost and say nothing. */
export function spokenText(text: string, { start, end }: { start: number; end: number }): string {
  return text.slice(start, end).trim();
}

/** A part that was not bought yet. A part that cannot be spoken is only a pause. */
export function freshPart({ start, end, boundary, pause, speakable }: TextPart): PartState {
  const place = { start, end, boundary, pause: Math.round(pause * SAMPLE_RATE / 1_000) };
  return speakable ? { ...place, status: "pending" } : { ...place, status: "done", samples: 0 };
}

/** Whether a part holds a letter or a digit. A part without one is only a pause. */
export function isSpoken(text: string, { start, end }: { start: number; end: number }): boolean {
  return isSpeakable(text.slice(start, end));
}

/** A part with what is known about it now. */
export function withPurchase(part: PartState, { bytes: _, ...purchase }: Purchase): PartState {
  const { start, end, boundary, pause, hash } = part;
  return { start, end, boundary, pause, hash, ...purchase };
}

/** What is known about a part's purchase. */
export function purchaseOf(part: PartState): Purchase {
  const { status, requestId, creditsUsed, submittedAt, samples, lead, tail } = part;
  const bytes = samples === undefined ? undefined : samples * 2;
  return { status, requestId, creditsUsed, submittedAt, bytes, samples, lead, tail };
}
