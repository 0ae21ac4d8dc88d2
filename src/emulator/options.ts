import { type Clock, systemClock } from "./clock.ts";
import { keyPattern } from "./keys.ts";
import { maxCredits } from "./ledger.ts";
import { defaultVoices, type EmulatorVoice } from "./voices.ts";

/** The key that an emulator knows when it is given none. It opens nothing but an emulator. */
export const demoApiKey = "tsetsen-development-emulator";

/** The credits of {@link demoApiKey}, and of each key that `allowAnyKey` lets in. */
export const demoCredits = 100_000;

/** The limits of StreamSpeech. */
export interface StreamLimits {
  /**
   * The longest audio of one stream, in seconds of audio. A longer text is refused with
   * INVALID_ARGUMENT before anything is charged. False is no limit. Default 300, as the service.
   */
  readonly maxAudioSeconds?: number | false;
  /**
   * Streams that a key may start within any 60 seconds; one more is refused with RESOURCE_EXHAUSTED,
   * a RetryInfo detail and a `retry-after` trailer (seconds). False is no limit. Default false, so
   * that tests and demos need not wait; the service's free tier allows 1.
   */
  readonly perMinute?: number | false;
}

/** What an emulator is made of. Everything is optional. */
export interface EmulatorOptions {
  /**
   * The API keys it knows, each with its credits (whole numbers, 0 to 2,147,483,647). Default: one
   * demo key, `tsetsen-development-emulator`, with 100,000 credits.
   */
  readonly apiKeys?: Readonly<Record<string, number>>;
  /** Lets in any well-formed key, with 100,000 credits at its first call. Default false. */
  readonly allowAnyKey?: boolean;
  /** The voices. Default: six, of both genders and both model versions. */
  readonly voices?: readonly EmulatorVoice[];
  /** How long a job is PROCESSING, in milliseconds for each character of its text. Default 2. */
  readonly pace?: number;
  /** How long a job is PENDING, in milliseconds. Default 50. */
  readonly queueTime?: number;
  /**
   * Makes jobs fail: answers the error message for a text that shall end FAILED, undefined for the
   * others. Streams of such a text end with the message after their first chunk. Default: none fails.
   */
  readonly failWhen?: (text: string) => string | undefined;
  /** The longest text, in characters (Unicode code points). Default false, no limit. */
  readonly maxTextLength?: number | false;
  /** The limits of StreamSpeech. */
  readonly streamLimits?: StreamLimits;
  /** Bytes of audio in each message of a stream, even or odd. Default 9,600: 0.2 seconds. */
  readonly streamChunkBytes?: number;
  /** Pause between two messages of a stream, in milliseconds. Default 2. */
  readonly streamPace?: number;
  /**
   * Makes every stream exactly so many bytes long, whatever its text: one buffer over and over, as
   * fast as the reader takes it. `streamPace` and `maxAudioSeconds` do not apply. Default: not set.
   */
  readonly streamBytes?: number;
  /**
   * Where the emulator is reached from outside, as in `https://tts.example`: `audio_url` and
   * `preview_url` begin with it. Default: the origin of the request, and its path's prefix if any.
   */
  readonly publicUrl?: string;
  /** Answers browsers of any origin (CORS). Default true. */
  readonly cors?: boolean;
  /** The clock. Default: the system's. */
  readonly clock?: Clock;
}

/** The options, checked, with their defaults. */
export interface Settings {
  readonly apiKeys: Readonly<Record<string, number>>;
  readonly allowAnyKey: boolean;
  readonly voices: readonly EmulatorVoice[];
  readonly pace: number;
  readonly queueTime: number;
  readonly failWhen: (text: string) => string | undefined;
  readonly maxTextLength: number;
  readonly maxAudioSeconds: number;
  readonly streamsPerMinute: number;
  readonly streamChunkBytes: number;
  readonly streamPace: number;
  readonly streamBytes: number | undefined;
  readonly publicUrl: string | undefined;
  readonly cors: boolean;
  readonly clock: Clock;
}

/** Checks the options and fills in the defaults. */
export function resolve(options: EmulatorOptions): Settings {
  const limits = options.streamLimits ?? {};
  return {
    apiKeys: apiKeys(options.apiKeys),
    allowAnyKey: options.allowAnyKey ?? false,
    voices: voices(options.voices),
    pace: number("pace", options.pace, 2),
    queueTime: number("queueTime", options.queueTime, 50),
    failWhen: options.failWhen ?? (() => undefined),
    maxTextLength: limit("maxTextLength", options.maxTextLength, Infinity),
    maxAudioSeconds: limit("streamLimits.maxAudioSeconds", limits.maxAudioSeconds, 300),
    streamsPerMinute: limit("streamLimits.perMinute", limits.perMinute, Infinity),
    streamChunkBytes: whole("streamChunkBytes", options.streamChunkBytes, 9_600, 1),
    streamPace: number("streamPace", options.streamPace, 2),
    streamBytes: options.streamBytes === undefined
      ? undefined
      : whole("streamBytes", options.streamBytes, 0, 0),
    publicUrl: options.publicUrl === undefined ? undefined : base(options.publicUrl),
    cors: options.cors ?? true,
    clock: options.clock ?? systemClock,
  };
}

function number(name: string, value: number | undefined, fallback: number, min = 0): number {
  if (value === undefined) return fallback;
  if (typeof value === "number" && Number.isFinite(value) && value >= min) return value;
  throw new RangeError(
    `Cannot emulate as '${name}' must be a number of at least ${min}: current value is ${value}`,
  );
}

function whole(name: string, value: number | undefined, fallback: number, min: number): number {
  const checked = number(name, value, fallback, min);
  if (Number.isInteger(checked)) return checked;
  throw new RangeError(
    `Cannot emulate as '${name}' must be a whole number: current value is ${value}`,
  );
}

function limit(name: string, value: number | false | undefined, fallback: number): number {
  return value === false ? Infinity : number(name, value, fallback, 1);
}

function base(url: string): string {
  if (URL.canParse(url)) return url.replace(/\/+$/, "");
  throw new RangeError(`Cannot emulate as 'publicUrl' must be a URL: current value is "${url}"`);
}

function apiKeys(given: EmulatorOptions["apiKeys"]): Readonly<Record<string, number>> {
  if (given === undefined) return { [demoApiKey]: demoCredits };
  for (const [key, credits] of Object.entries(given)) {
    // The key itself stays out of the message: somebody may have put a real one here.
    if (!keyPattern.test(key)) {
      throw new RangeError(
        "Cannot emulate as each of 'apiKeys' must look like tsetsen-development-… or tsetsen-prod-…",
      );
    }
    if (!Number.isInteger(credits) || credits < 0 || credits > maxCredits) {
      throw new RangeError(
        `Cannot emulate as credits must be a whole number from 0 to ${maxCredits}: ` +
          `current value is ${credits}`,
      );
    }
  }
  return { ...given };
}

function voices(given: EmulatorOptions["voices"]): readonly EmulatorVoice[] {
  if (given === undefined) return defaultVoices;
  const ids = new Set<string>();
  for (const { id } of given) {
    // The id is a part of the preview's URL.
    if (!/^[\w.-]+$/.test(id) || ids.has(id)) {
      throw new RangeError(
        "Cannot emulate as each voice must have an id of its own, of letters, digits, '.', '_' " +
          `and '-': current value is "${id}"`,
      );
    }
    ids.add(id);
  }
  return [...given];
}
