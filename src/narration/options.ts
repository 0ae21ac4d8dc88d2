/**
 * The options of narrations and batches, and their checks.
 *
 * @module
 */

import type { GenerateSpeechRequest, StreamSpeechRequest } from "../contract/models.ts";
import type { SplitOptions } from "../text/split/options.ts";
import {
  atLeast,
  DURATION,
  FLAG,
  FUNCTION,
  OBJECT,
  oneOf,
  type Rule,
  type Rules,
  SIGNAL,
  wholeNumber,
} from "../lib/rules.ts";
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
   * `"generate"`: a job for each part, followed to its end, and a download. A paid job can be resumed by its id.
   * `"stream"`: a stream for each part, always PCM. Audio that was streamed and not kept in a `store` is lost when the
   * process ends. Default `"generate"`.
   */
  readonly method?: Method | undefined;
  /**
   * How many parts may be under way or waiting to be read at once, 1 or more. It also bounds the memory. Parts are
   * always submitted one after the other, in order. Default 3.
   */
  readonly concurrency?: number | undefined;
  /**
   * Stops with an {@linkcode InsufficientCreditsError} before a submission that would leave fewer credits than this, 0
   * or more. It asks for the balance before each submission, which costs nothing. The cost of a part is estimated by
   * the most expensive one so far, and counts as 0 until a cost is known. Default: no check.
   */
  readonly minBalance?: number | undefined;
  /**
   * An earlier state. Only what it does not have yet is bought. A part is identified by its text, voice, speed and
   * version, so the text may have been corrected. Default: the state in `store`, if there is one.
   */
  readonly resume?: State | undefined;
  /** Where purchases are kept after each step, and the audio if the store can keep it. Default: nowhere. */
  readonly store?: Store | undefined;
  /**
   * The name in the store, 1 to 128 characters. The run that opened it last may buy. Runs that opened it before end
   * with an error whose `code` is `"superseded"`. Default: a hash of the request.
   */
  readonly key?: string | undefined;
  /**
   * Whether to submit a part again whose submission has an unknown outcome, which may pay for it twice. Look at the
   * balance or the service's history first. Default false: resuming stops with an error before anything is sent.
   */
  readonly retryUnknown?: boolean | undefined;
  /**
   * Whether to buy a part again that was paid for and is lost: a job that the service does not know, by its own answer
   * to CheckStatus and at least 10 seconds after its submission, or a stream that was not kept. Default false: resuming
   * stops with an error.
   */
  readonly retryLost?: boolean | undefined;
  /** The time between two polls of a job in milliseconds, above 0. Default: it adapts to the job's age. */
  readonly pollInterval?: number | undefined;
  /**
   * The longest wait for one job, and for its download, in milliseconds, above 0 and at most 2,147,483,647. The job
   * goes on at the service. Default: no limit.
   */
  readonly partTimeout?: number | undefined;
  /**
   * The longest time to wait while the service refuses parts for their rate, in milliseconds, at least 0. It begins
   * again whenever a part is accepted. After it, or at once when the service asks for a longer wait, the {@linkcode
   * RateLimitExceededError} is thrown. Default 900,000 (15 minutes).
   */
  readonly rateLimitTimeout?: number | undefined;
  /** Ends everything at once. The pending read rejects with the signal's own reason. Default: none. */
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

/** The options by which a text is cut. */
export const PART_RULES: Rules = {
  captions: oneOf("sentence"),
  maxCharacters: wholeNumber(1),
  joinParagraphs: FLAG,
  paragraphs: oneOf("blank-line", "line"),
  pauses: OBJECT,
  pauseScale: atLeast(0),
};

export const STORE: Rule = [
  "object",
  "a store with the methods load and save, and loadAudio and saveAudio or neither",
  ({ load, save, loadAudio, saveAudio }: Record<string, unknown>) =>
    typeof load === "function" && typeof save === "function" &&
    typeof loadAudio === typeof saveAudio && ["function", "undefined"].includes(typeof loadAudio),
  TypeError,
];

export const KEY: Rule = [
  "string",
  "1 to 128 characters",
  (key: string) => key.length >= 1 && key.length <= 128,
];

/** The options of purchases. */
export const BUY_RULES: Rules = {
  method: oneOf("generate", "stream"),
  concurrency: wholeNumber(1),
  minBalance: wholeNumber(0),
  resume: OBJECT,
  store: STORE,
  key: KEY,
  retryUnknown: FLAG,
  retryLost: FLAG,
  pollInterval: DURATION,
  partTimeout: DURATION,
  rateLimitTimeout: [
    "number",
    "milliseconds of at least 0, or Infinity",
    (ms: number) => ms >= 0,
  ],
  signal: SIGNAL,
  onProgress: FUNCTION,
};

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
