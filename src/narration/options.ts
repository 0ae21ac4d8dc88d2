/**
 * The options of narrations and batches, and their checks.
 *
 * @module
 */

import type { GenerateSpeechRequest, StreamSpeechRequest } from "../contract/models.ts";
import type { SplitOptions } from "../text/split/options.ts";
import { describe, MAX_TIMEOUT_MS } from "../contract/validate.ts";
import type { ProgressHook } from "./purchase/progress.ts";
import type { Method, NarrationState } from "./state.ts";
import type { Store } from "./store/store.ts";

/** What to speak, and how: the fields of {@linkcode GenerateSpeechRequest}, with a text of any length. */
export type NarrationRequest = GenerateSpeechRequest | StreamSpeechRequest;

/** How a text is cut into parts. */
export interface PartOptions extends Omit<SplitOptions, "joinSentences"> {
  /**
   * `"sentence"` makes each sentence a part of its own (several when it is longer than `maxCharacters`): its times in
   * captions are then exact. Default: a part holds as many sentences of a paragraph as fit, which sounds better and takes
   * fewer requests; times of sentences inside it are estimates.
   */
  readonly captions?: "sentence" | undefined;
  /** What every pause is multiplied by, at least 0; 0 leaves pauses to the service. Default: 1 divided by the speed. */
  readonly pauseScale?: number | undefined;
}

/** What narrations and batches have in common. All durations are milliseconds. */
export interface BuyOptions<State> {
  /**
   * `"generate"`: a job for each part, followed to its end, and a download. A paid job can be taken up again by its id.
   * `"stream"`: a stream for each part, PCM in any case; what was streamed and not kept in a `store` is lost when the process
   * ends. Default `"generate"`.
   */
  readonly method?: Method | undefined;
  /**
   * How many parts may be under way or waiting to be read at once, 1 or more. It bounds the memory, too. Default 3. They are
   * submitted one after the other, in order, whatever it is.
   */
  readonly concurrency?: number | undefined;
  /**
   * Stops with an {@linkcode InsufficientCreditsError} before a submission that would leave fewer credits than this, 0 or more. The
   * balance is asked for before each submission, a call that costs nothing; the cost of a part is estimated by the most
   * expensive one so far, and taken as nothing before the cost of the first is known. Default: no check.
   */
  readonly minBalance?: number | undefined;
  /**
   * A state from before: only what it does not have yet is bought. Parts are known by their text, voice, speed and version, so the
   * text may have been corrected. Default: what `store` has, if anything.
   */
  readonly resume?: State | undefined;
  /** Where purchases, and the audio if the store can, are kept after each step. Default: nowhere. */
  readonly store?: Store | undefined;
  /**
   * The name in the store, 1 to 128 characters. The run that opened it last may buy: runs that opened it before end with an error
   * whose `code` is `"superseded"`. Default: a hash of the request.
   */
  readonly key?: string | undefined;
  /**
   * Submits again what was submitted with unknown outcome, which may pay for it twice. Default false: resuming then stops
   * with an error before anything is sent. Look at the balance or the service's history first.
   */
  readonly retryUnknown?: boolean | undefined;
  /**
   * Buys again what was paid for and cannot be had any more: a job that the service does not know, by its own answer to CheckStatus
   * and at least 10 seconds after its submission, or a stream that was not kept. Default false: an error says so.
   */
  readonly retryLost?: boolean | undefined;
  /** The time between two polls of a job in milliseconds, above 0. Default: it adapts to the job's age. */
  readonly pollInterval?: number | undefined;
  /**
   * The longest wait for one job in milliseconds, and for its download, above 0 and at most 2,147,483,647; the job goes on at the
   * service. Default: no limit.
   */
  readonly partTimeout?: number | undefined;
  /**
   * How long refusals for rate limit are waited out in milliseconds, at least 0, counted anew whenever a part gets through. Beyond it,
   * or at once when the service asks for a longer wait, the {@linkcode RateLimitExceededError} is thrown. Default 900,000 (15 minutes).
   */
  readonly rateLimitTimeout?: number | undefined;
  /** Ends everything at once; what was being read rejects with the signal's own reason. Default: none. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each step. Its errors and rejections are ignored. Default: none. */
  readonly onProgress?: ProgressHook | undefined;
}

/** Options of {@linkcode narrate}. All durations are milliseconds. */
export interface NarrationOptions extends PartOptions, BuyOptions<NarrationState> {}

/** The common options, checked and complete. */
export interface ResolvedOptions {
  readonly method: Method;
  readonly concurrency: number;
  readonly minBalance: number | undefined;
  readonly retryUnknown: boolean;
  readonly retryLost: boolean;
  readonly pollInterval: number | undefined;
  readonly partTimeout: number | undefined;
  readonly rateLimitTimeout: number;
  readonly store: Store | undefined;
  readonly key: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ProgressHook | undefined;
}

/** What a value must be: its kind, and a test with what it asks for. */
type Rule = readonly [
  kind: "string" | "number" | "boolean" | "function" | "object" | "array",
  expected?: string,
  // deno-lint-ignore no-explicit-any -- a value of the rule's kind
  test?: (value: any) => boolean,
  Class?: new (message: string) => Error,
];

/** The rules of options by their names. */
export type Rules = Readonly<Record<string, Rule>>;

/** A flag. */
export const FLAG: Rule = ["boolean"];

/** One of some words. */
export function oneOf(...words: readonly string[]): Rule {
  const list = words.map((word) => `"${word}"`).join(" or ");
  return ["string", list, (word: string) => words.includes(word)];
}

/** A whole number of at least `min`. */
export function wholeNumber(min: number): Rule {
  const test = (value: number) => Number.isSafeInteger(value) && value >= min;
  return ["number", `a whole number of at least ${min}`, test];
}

/** A number from `min` on. */
export function atLeast(min: number): Rule {
  return ["number", `a number of at least ${min}`, (value: number) => value >= min];
}

const DURATION: Rule = [
  "number",
  `milliseconds above 0 and at most ${MAX_TIMEOUT_MS}`,
  (ms: number) => ms > 0 && ms <= MAX_TIMEOUT_MS,
];

/** The options by which a text is cut. */
export const PART_RULES: Rules = {
  captions: oneOf("sentence"),
  maxCharacters: wholeNumber(1),
  joinParagraphs: FLAG,
  paragraphs: oneOf("blank-line", "line"),
  pauses: ["object"],
  pauseScale: atLeast(0),
};

/** The options of purchases. */
export const BUY_RULES: Rules = {
  method: oneOf("generate", "stream"),
  concurrency: wholeNumber(1),
  minBalance: wholeNumber(0),
  resume: ["object"],
  store: [
    "object",
    "a store with the methods load and save, and loadAudio and saveAudio or neither",
    ({ load, save, loadAudio, saveAudio }: Record<string, unknown>) =>
      typeof load === "function" && typeof save === "function" &&
      typeof loadAudio === typeof saveAudio && ["function", "undefined"].includes(typeof loadAudio),
    TypeError,
  ],
  key: ["string", "1 to 128 characters", (key: string) => key.length >= 1 && key.length <= 128],
  retryUnknown: FLAG,
  retryLost: FLAG,
  pollInterval: DURATION,
  partTimeout: DURATION,
  rateLimitTimeout: atLeast(0),
  signal: [
    "object",
    "an AbortSignal",
    ({ addEventListener }: AbortSignal) => typeof addEventListener === "function",
    TypeError,
  ],
  onProgress: ["function"],
};

/**
 * Checks options by their rules.
 *
 * @throws {TypeError} when an option is not known, or has the wrong type.
 * @throws {RangeError} when an option is out of its range.
 */
export function checkOptions(options: object, rules: Rules): void {
  if (kindOf(options) !== "object") {
    throw new TypeError(`options must be an object: got ${describe(options)}`);
  }
  for (const [name, value] of Object.entries(options)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) throw unknownOption(name, Object.keys(rules));
    if (value === undefined) continue;
    const [kind, expected = `a value of type ${kind}`, test, Class = RangeError] = rule;
    const isKind = kindOf(value) === kind;
    if (isKind && test?.(value) !== false) continue;
    throw new (isKind ? Class : TypeError)(`${name} must be ${expected}: got ${describe(value)}`);
  }
}

/** Fills in the defaults of options that were checked. */
export function resolveOptions(options: BuyOptions<{ readonly method: Method }>): ResolvedOptions {
  return {
    method: options.method ?? options.resume?.method ?? "generate",
    concurrency: options.concurrency ?? 3,
    minBalance: options.minBalance,
    retryUnknown: options.retryUnknown ?? false,
    retryLost: options.retryLost ?? false,
    pollInterval: options.pollInterval,
    partTimeout: options.partTimeout,
    rateLimitTimeout: options.rateLimitTimeout ?? 900_000,
    store: options.store,
    key: options.key,
    signal: options.signal,
    onProgress: options.onProgress,
  };
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
}

/** The error for an option that there is not, with the nearest one that there is. */
function unknownOption(name: string, known: readonly string[]): TypeError {
  const shown = name.length > 40 ? `${name.slice(0, 40)}…` : name;
  const [nearest] = known.map((other) => [distance(name.toLowerCase(), other.toLowerCase()), other])
    .sort(([a], [b]) => (a as number) - (b as number));
  return new TypeError(
    `options must hold known names only: got ${shown}, and the nearest option is ${nearest?.[1]}`,
  );
}

/** How many letters must be changed, put in or taken away (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= Math.min(a.length, 64); i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
