import type { ModelVersion } from "../contract/models.ts";
import { toSpeech } from "../contract/models.ts";
import { validateFields } from "../contract/validate.ts";
import {
  checkOptions,
  FUNCTION,
  MAX_TIMEOUT_MS,
  oneOf,
  type Rules,
  wholeNumber,
} from "../lib/rules.ts";
import type { Pauses } from "../text/mod.ts";
import { DEFAULT_MAX_CHARACTERS, splitSentences } from "../text/mod.ts";
import type { LiveSentence } from "./live_sentence.ts";

/** Options of {@linkcode speakLive}. All durations are milliseconds. */
export interface LiveOptions {
  /** The id of a voice of the model version. */
  readonly voiceId: string;
  /** The speed multiplier, a finite number above 0. Default 1.0, the voice's own pace. */
  readonly speed?: number | undefined;
  /** The model version. Default `"beta-v0.2"`, the only one known to stream. */
  readonly version?: ModelVersion | undefined;
  /** The key for these calls. Default: the client's. */
  readonly apiKey?: string | undefined;
  /**
   * How a sentence is bought. `"stream"` (default): by StreamSpeech, and by a job while the service refuses streams for
   * their rate (one a minute on the free tier). `"generate"`: always by a job.
   */
  readonly method?: "stream" | "generate" | undefined;
  /** What happens to Markdown, HTML and SSML in the text. `"strip"` (default) removes it, `"keep"` sends it to the service. */
  readonly markup?: "strip" | "keep" | undefined;
  /** How many sentences may be bought ahead of the one that is being read, 0 to 16. Default 1. */
  readonly ahead?: number | undefined;
  /**
   * A sentence that looks complete is spoken when no text has come for this long, in milliseconds, above 0. A model
   * that calls a tool is silent for seconds. `Infinity` waits until the next text makes the end certain. Default 300.
   */
  readonly silence?: number | undefined;
  /** The most characters (code points) of one request, 1 or more. A longer sentence is cut at its clauses. Default 500. */
  readonly maxCharacters?: number | undefined;
  /** Pauses between sentences in milliseconds, each at least 0. Default: `DEFAULT_PAUSES` of `@tsetsen/sdk/text`. */
  readonly pauses?: { readonly [Mark in keyof Pauses]?: Pauses[Mark] | undefined } | undefined;
  /** What every pause is multiplied by, at least 0; 0 leaves pauses to the service. Default: 1 divided by the speed. */
  readonly pauseScale?: number | undefined;
  /** Ends everything at once; what is being read rejects with the signal's own reason. Default: none. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The longest time that one sentence may take in milliseconds, from its request to its last sample, above 0 and at most
   * 2,147,483,647. It replaces the client's `timeout` for the submission of a job. Default: no limit; `idleTimeout` and
   * the client's `timeout` end what hangs.
   */
  readonly timeout?: number | undefined;
  /**
   * The longest time to wait for the next audio of a stream in milliseconds, above 0 and at most 2,147,483,647. Default: the
   * client's `timeout`.
   */
  readonly idleTimeout?: number | undefined;
  /** The time between two polls of a job in milliseconds, above 0 and at most 2,147,483,647. Default: it adapts to the job's age. */
  readonly pollInterval?: number | undefined;
  /**
   * How often a request is sent again when its failure proves that nothing was accepted, 0 or more. A refusal for the rate of
   * streams is answered with a job at once. Default 3.
   */
  readonly maxRetries?: number | undefined;
  /** Headers to send with every call, over those of the client. Default: none. */
  readonly headers?: Readonly<Record<string, string>> | Headers | undefined;
  /**
   * Receives each sentence that begins, before its first chunk is given. What it throws or rejects with is ignored. Default:
   * none.
   */
  readonly onSentence?: ((sentence: LiveSentence) => void) | undefined;
}

/** The most sentences ahead. Each may hold some megabytes of audio that is perhaps never heard. */
const MAX_AHEAD = 16;

const RULES: Rules<keyof LiveOptions> = {
  signal: true,
  timeout: true,
  maxRetries: true,
  headers: true,
  voiceId: true,
  speed: true,
  version: true,
  apiKey: true,
  method: oneOf("stream", "generate"),
  markup: oneOf("strip", "keep"),
  ahead: wholeNumber(0, MAX_AHEAD),
  silence: [
    "number",
    `milliseconds above 0 and at most ${MAX_TIMEOUT_MS}, or Infinity`,
    (silence: number) => silence === Infinity || (silence > 0 && silence <= MAX_TIMEOUT_MS),
  ],
  maxCharacters: wholeNumber(1),
  pauses: true,
  pauseScale: true,
  idleTimeout: true,
  pollInterval: true,
  onSentence: FUNCTION,
};

/** The options, checked and complete. */
export interface LiveSettings extends LiveOptions {
  readonly speed: number;
  readonly version: ModelVersion;
  readonly method: "stream" | "generate";
  readonly markup: "strip" | "keep";
  readonly ahead: number;
  readonly silence: number;
  readonly maxCharacters: number;
  readonly pauseScale: number;
  readonly maxRetries: number;
}

/** Checks the options and fills in the defaults. */
export function settle(options: LiveOptions): LiveSettings {
  checkOptions(options, RULES);
  validateFields("options", options);
  const { method = "stream", markup = "strip", ahead = 1, silence = 300, maxRetries = 3 } = options;
  const { voiceId, speed = 1, version = "beta-v0.2", apiKey } = options;
  const { pauses, pauseScale = 1 / speed, maxCharacters = DEFAULT_MAX_CHARACTERS } = options;
  const { signal, timeout, idleTimeout, pollInterval, headers, onSentence } = options;
  // Checks the rest of the request, with any text.
  toSpeech({ text: "а", voiceId, speed, version, apiKey }, "", method);
  splitSentences("", { pauses, pauseScale });
  return {
    voiceId,
    speed,
    version,
    apiKey,
    method,
    markup,
    ahead,
    silence,
    maxCharacters,
    pauses,
    pauseScale,
    signal,
    timeout,
    idleTimeout,
    pollInterval,
    maxRetries,
    headers,
    onSentence,
  };
}
