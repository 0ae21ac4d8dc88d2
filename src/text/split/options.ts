import { DEFAULT_PAUSES, type Pauses } from "./pauses.ts";

/** Options of {@linkcode splitSentences}. */
export interface SentenceOptions {
  /**
   * What ends a paragraph: a blank line (default), so that a text wrapped at 80 columns stays whole, or every line
   * end. With `"blank-line"` a single line end ends a sentence, unless the text is wrapped there: before lower case,
   * or behind a comma or a dash. An item of a list and a line behind a semicolon always begin a sentence.
   */
  readonly paragraphs?: "blank-line" | "line" | undefined;
  /** Pauses in milliseconds, 0 or more, that differ from the defaults, {@linkcode DEFAULT_PAUSES}. */
  readonly pauses?: { readonly [Mark in keyof Pauses]?: Pauses[Mark] | undefined } | undefined;
  /** What every pause is multiplied by, at least 0. Default 1. For speech of speed 1.25, `1 / 1.25` fits. */
  readonly pauseScale?: number | undefined;
}

/** Options of {@linkcode splitText}. */
export interface SplitOptions extends SentenceOptions {
  /**
   * The most characters (code points) of a part, white space included. At least 1; default {@linkcode
   * DEFAULT_MAX_CHARACTERS}.
   */
  readonly maxCharacters?: number | undefined;
  /** Whether a part may hold several paragraphs. Default false. */
  readonly joinParagraphs?: boolean | undefined;
  /**
   * Whether a part may hold several sentences. Default true. With false each part is a sentence or a piece of one:
   * exact captions.
   */
  readonly joinSentences?: boolean | undefined;
}

/**
 * The most characters of a part, by default: 500. The service documents no limit but five minutes of audio
 * for a stream. Five hundred characters are roughly half a minute of speech: long enough for its melody, short enough
 * that a failure costs little and several parts can be made at once.
 */
export const DEFAULT_MAX_CHARACTERS = 500;

/** The options with their defaults. */
export interface Settings {
  readonly maxCharacters: number;
  readonly joinParagraphs: boolean;
  readonly joinSentences: boolean;
  readonly paragraphs: "blank-line" | "line";
  readonly pauses: Pauses;
}

/** Checks the text and the options, and fills in the defaults. */
export function resolveOptions(text: string, options: SplitOptions): Settings {
  if (typeof text !== "string") {
    throw new TypeError(`text must be a string: got ${text === null ? "null" : typeof text}`);
  }
  const {
    maxCharacters = DEFAULT_MAX_CHARACTERS,
    joinParagraphs = false,
    joinSentences = true,
    paragraphs = "blank-line",
    pauseScale = 1,
  } = options;
  if (!Number.isSafeInteger(maxCharacters) || maxCharacters < 1) {
    throw new RangeError(
      `maxCharacters must be a whole number of at least 1: got ${maxCharacters}`,
    );
  }
  if (paragraphs !== "blank-line" && paragraphs !== "line") {
    throw new RangeError(`paragraphs must be "blank-line" or "line": got ${paragraphs}`);
  }
  const scale = atLeastZero("pauseScale", pauseScale);
  const pauses: Record<string, number> = {};
  for (const [name, standard] of Object.entries(DEFAULT_PAUSES)) {
    const { [name as keyof Pauses]: pause = standard } = options.pauses ?? {};
    pauses[name] = Math.round(atLeastZero(`pauses.${name}`, pause) * scale);
  }
  return {
    maxCharacters,
    joinParagraphs,
    joinSentences,
    paragraphs,
    pauses: pauses as unknown as Pauses,
  };
}

function atLeastZero(name: string, value: number): number {
  if (typeof value === "number" && value >= 0 && value < Infinity) return value;
  throw new RangeError(`${name} must be a finite number of at least 0: got ${value}`);
}
