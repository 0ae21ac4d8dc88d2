import { isAbsolute } from "node:path";
import { MAX_TIMEOUT_MS } from "../../lib/rules.ts";
import type { Method, NarrationOptions } from "../../narration/mod.ts";
import type { Heading } from "../files/chapters.ts";
import { STDOUT } from "../files/outputs.ts";

/** The name of the narration in its store. */
export const NARRATION = "narration";

/** The request of a `say`. With the state of the narration another process can go on; the key is not part of it. */
export interface Order {
  /** The version of this format. */
  readonly format: 1;
  readonly request: {
    readonly text: string;
    readonly voiceId: string;
    readonly speed?: number | undefined;
    readonly version?: string | undefined;
  };
  readonly method: Method;
  /** How the text is cut. */
  readonly parts: Pick<
    NarrationOptions,
    "captions" | "maxCharacters" | "joinParagraphs" | "paragraphs" | "pauses" | "pauseScale"
  >;
  /** Where the audio goes: an absolute path, or `-`. */
  readonly output: string;
  readonly srt?: string | undefined;
  readonly vtt?: string | undefined;
  readonly captionLines: number;
  /** The headings that become chapters of the file, in order. */
  readonly headings?: readonly Heading[] | undefined;
}

type Test = (value: unknown) => boolean;

const isText: Test = (value) => typeof value === "string" && value.trim() !== "";
const isPath: Test = (value) =>
  typeof value === "string" && isAbsolute(value) && !value.includes("\0");
const isCount: Test = (value) => Number.isSafeInteger(value) && (value as number) >= 1;
const isPause: Test = (value) => typeof value === "number" && value >= 0 && value <= MAX_TIMEOUT_MS;
const isOneOf = (...values: readonly unknown[]): Test => (value) => values.includes(value);
const isOptional = (test: Test): Test => (value) => value === undefined || test(value);

function isObject(fields: Readonly<Record<string, Test>>): Test {
  return (value) =>
    typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.keys(value).every((name) => Object.hasOwn(fields, name)) &&
    Object.entries(fields).every(([name, test]) => test((value as Record<string, unknown>)[name]));
}

const isHeading: Test = isObject({
  at: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  title: (value) => isText(value) && !/[\p{Cc}\p{Surrogate}]/u.test(value as string),
});

const isOrder: Test = isObject({
  format: isOneOf(1),
  request: isObject({
    text: isText,
    voiceId: isText,
    speed: isOptional((value) => typeof value === "number" && value > 0 && value < Infinity),
    version: isOptional(isText),
  }),
  method: isOneOf("generate", "stream"),
  parts: isObject({
    captions: isOneOf(undefined, "sentence"),
    maxCharacters: isOptional(isCount),
    joinParagraphs: isOneOf(undefined, true, false),
    paragraphs: isOneOf(undefined, "blank-line", "line"),
    pauses: isOptional((value) =>
      typeof value === "object" && value !== null && Object.values(value).every(isPause)
    ),
    pauseScale: isOptional((value) => typeof value === "number" && value >= 0 && value < Infinity),
  }),
  output: (value) => value === STDOUT || isPath(value),
  srt: isOptional(isPath),
  vtt: isOptional(isPath),
  captionLines: isCount,
  headings: isOptional((value) =>
    Array.isArray(value) && value.length <= 255 && value.every(isHeading) &&
    value.every(({ at }, i) => i === 0 || at > value[i - 1].at)
  ),
});

/** Parses an order, which may come from anywhere. @returns `undefined` when it is none. */
export function parseOrder(text: string): Order | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isOrder(value)) return undefined;
    const { request, headings = [] } = value as Order;
    return headings.every(({ at }) => at < request.text.length) ? value as Order : undefined;
  } catch {
    return undefined;
  }
}
