import type { GenerateSpeechRequest, StreamSpeechRequest } from "../../mod.ts";
import type { SplitOptions } from "../text/mod.ts";
import { describe, MAX_TIMEOUT_MS, validateFields } from "../contract/validate.ts";
import type { Method } from "./method.ts";
import type { ProgressHook } from "./progress.ts";
import type { NarrationState } from "./state.ts";
import type { Store } from "./store.ts";

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
   * Stops with an {@linkcode InsufficientCreditsError} before a submission that would leave fewer credits than this. The
   * balance is asked for before each submission, a call that costs nothing; what a part will cost is estimated by the most
   * expensive one so far, and taken as nothing before the first has told its cost. Default: no check.
   */
  readonly minBalance?: number | undefined;
  /**
   * A state from before: only what it does not have yet is bought. The request must be the same.
   * Default: what `store` has, if anything.
   */
  readonly resume?: State | undefined;
  /** Where the state, and the audio if it can, is kept after each step. Default: nowhere. */
  readonly store?: Store | undefined;
  /** The name in the store. One process at a time may work on one. Default: a hash of the request. */
  readonly key?: string | undefined;
  /**
   * Submits again what was submitted with unknown outcome, which may pay for it twice. Default false: resuming then stops
   * with an error before anything is sent. Look at the balance or the service's history first.
   */
  readonly retryUnknown?: boolean | undefined;
  /**
   * Buys again what was paid for and cannot be had any more: a job that the service has forgotten, or a stream that was not
   * kept. Default false: an error says so.
   */
  readonly retryLost?: boolean | undefined;
  /** The time between two polls of a job in milliseconds. Default: it adapts to the job's age. */
  readonly pollInterval?: number | undefined;
  /** The longest wait for one job in milliseconds, and for its download; it goes on at the service. Default: no limit. */
  readonly partTimeout?: number | undefined;
  /**
   * How long refusals for rate limit are waited out in milliseconds, counted anew whenever a part gets through. Beyond it, or at once
   * when the service asks for a longer wait, the {@linkcode RateLimitExceededError} is thrown. Default 900,000 (15 minutes).
   */
  readonly rateLimitTimeout?: number | undefined;
  /** Ends everything at once; what was being read rejects with the signal's own reason. */
  readonly signal?: AbortSignal | undefined;
  /** Is told after each step. What it throws or rejects with is ignored. */
  readonly onProgress?: ProgressHook | undefined;
}

/** Options of {@linkcode narrate}. All durations are milliseconds. */
export interface NarrationOptions extends PartOptions, BuyOptions<NarrationState> {}

/** The common options, checked and complete. */
export interface Settings {
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

/** Checks the options and fills in the defaults. */
export function settle(options: BuyOptions<{ readonly method: Method }>): Settings {
  validateFields("options", options);
  const { method = options.resume?.method ?? "generate", concurrency = 3, minBalance } = options;
  const { retryUnknown = false, retryLost = false, store, key, onProgress } = options;
  const { rateLimitTimeout = 900_000, partTimeout, pollInterval, signal } = options;
  if (method !== "generate" && method !== "stream") {
    throw new RangeError(`method must be "generate" or "stream": got ${describe(method)}`);
  }
  const whole = (name: string, value: number, min: number) => {
    if (!Number.isSafeInteger(value) || value < min) {
      throw new RangeError(`${name} must be a whole number of at least ${min}: got ${value}`);
    }
  };
  whole("concurrency", concurrency, 1);
  if (minBalance !== undefined) whole("minBalance", minBalance, 0);
  if (!(rateLimitTimeout >= 0)) {
    throw new RangeError(`rateLimitTimeout must be at least 0: got ${rateLimitTimeout}`);
  }
  if (partTimeout !== undefined && !(partTimeout > 0 && partTimeout <= MAX_TIMEOUT_MS)) {
    throw new RangeError(
      `partTimeout must be above 0 and at most ${MAX_TIMEOUT_MS}: got ${partTimeout}`,
    );
  }
  return {
    method,
    concurrency,
    minBalance,
    retryUnknown,
    retryLost,
    pollInterval,
    partTimeout,
    rateLimitTimeout,
    store,
    key,
    signal,
    onProgress,
  };
}
