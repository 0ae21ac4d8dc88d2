import { countCharacters } from "../text/mod.ts";
import { validate, validateFields } from "../contract/validate.ts";
import type { PartOptions } from "./options.ts";
import { cut, spoken } from "./parts.ts";

/** Options of {@linkcode plan}. */
export interface PlanOptions extends PartOptions {
  /** The speed multiplier, a finite number above 0. Default 1. */
  readonly speed?: number | undefined;
  /**
   * How many characters the voice speaks in a second at speed 1. Take it from audio that you have: the service documents
   * no number. Default: none, and no estimate.
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
  /** The characters (code points) that would be sent; 0 for a part without a letter or a digit, which is only its pause. */
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
  /** The characters that would be sent in all: less than the text has, as white space between parts is not sent. */
  readonly characters: number;
  /** The pauses between the parts in all, in milliseconds. */
  readonly pauses: number;
  /** The length of the audio in seconds, estimated; `undefined` without `charactersPerSecond`. */
  readonly estimatedSeconds: number | undefined;
}

/**
 * What {@linkcode narrate} would do with a text, without any call.
 *
 * @param text The text, of any length.
 * @param options How it is cut, and the speed: the same as for `narrate`.
 * @returns The parts and their sums.
 * @throws {InvalidRequestError} when the text is empty, or the speed is no finite number above 0.
 * @throws {TypeError} when a value has the wrong type.
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
  validateFields("request", { speed: options.speed });
  const { speed = 1, charactersPerSecond, ...partOptions } = options;
  if (charactersPerSecond !== undefined && !(charactersPerSecond > 0)) {
    throw new RangeError(`charactersPerSecond must be above 0: got ${charactersPerSecond}`);
  }
  const parts = cut(text, speed, partOptions).map((part): PlannedPart => {
    const { start, end, pause, speakable } = part;
    const content = spoken(text, part);
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
