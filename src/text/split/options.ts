import {
  atLeast,
  check,
  checkOptions,
  FLAG,
  OBJECT,
  oneOf,
  type Rules,
  STRING,
  unknownField,
  wholeNumber,
} from "../../lib/rules.ts";
import { DEFAULT_PAUSES, type Pauses } from "./pauses.ts";

/** Options of {@linkcode splitSentences}. */
export interface SentenceOptions {
  /**
   * What ends a paragraph: a blank line (default), which keeps a text wrapped at 80 columns whole, or every line end.
   * With `"blank-line"` a single line end ends a sentence, unless the text is wrapped there: before lower case, or
   * behind a comma or a dash. An item of a list and a line behind a semicolon always begin a sentence.
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
   * Whether a part may hold several sentences. Default true. With false each part is a sentence or a piece of one,
   * which makes captions exact.
   */
  readonly joinSentences?: boolean | undefined;
}

/**
 * The most characters of a part, by default: 500. The service documents only one limit, five minutes of audio for a
 * stream. 500 characters are roughly half a minute of speech. That is long enough for a natural melody, and short
 * enough that a failure costs little and several parts can be made at once.
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

const RULES: Rules<keyof SplitOptions> = {
  maxCharacters: /* @__PURE__ */ wholeNumber(1),
  joinParagraphs: FLAG,
  joinSentences: FLAG,
  paragraphs: /* @__PURE__ */ oneOf("blank-line", "line"),
  pauses: OBJECT,
  pauseScale: /* @__PURE__ */ atLeast(0),
};

/** Checks the text and the options, and fills in the defaults. */
export function resolveOptions(text: string, options: SplitOptions): Settings {
  check("text", text, STRING);
  checkOptions(options, RULES);
  const {
    maxCharacters = DEFAULT_MAX_CHARACTERS,
    joinParagraphs = false,
    joinSentences = true,
    paragraphs = "blank-line",
    pauses: given = {},
    pauseScale = 1,
  } = options;
  const pauses: Record<string, number> = { ...DEFAULT_PAUSES };
  for (const [name, pause] of Object.entries(given)) {
    if (!Object.hasOwn(DEFAULT_PAUSES, name)) throw unknownField("options", name, DEFAULT_PAUSES);
    if (pause !== undefined) check(`pauses.${name}`, pause, atLeast(0));
    pauses[name] = pause ?? DEFAULT_PAUSES[name as keyof Pauses];
  }
  for (const name of Object.keys(pauses)) {
    const pause = Math.round(pauses[name]! * pauseScale);
    check(`pauses.${name} times pauseScale`, pause, atLeast(0));
    pauses[name] = pause;
  }
  return {
    maxCharacters,
    joinParagraphs,
    joinSentences,
    paragraphs,
    pauses: pauses as unknown as Pauses,
  };
}
