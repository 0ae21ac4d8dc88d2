import {
  array,
  boolean,
  callback,
  isNumber,
  isObject,
  isString,
  milliseconds,
  must,
  object,
  oneOf,
  type Rule,
  string,
  whole,
} from "./check.ts";
import { refuseUnknown } from "../lib/rules.ts";
import { type Clock, systemClock } from "./clock.ts";
import { KEY_PATTERN } from "./service/keys.ts";
import { MAX_CREDITS } from "./service/ledger.ts";
import { DEFAULT_VOICES, type EmulatorVoice, versions } from "./service/voices.ts";

/** The default key. Only an emulator accepts it. */
const DEMO_API_KEY = "tsetsen-development-emulator";

/** The credits of {@linkcode DEMO_API_KEY}, and of each key that `allowAnyKey` accepts. */
export const DEMO_CREDITS = 100_000;

/** The limits of StreamSpeech. */
export interface StreamLimits {
  /**
   * The longest audio of one stream, in seconds of audio. A longer text is refused with
   * INVALID_ARGUMENT before anything is charged. 1 or more; false is no limit. Default 300, as the
   * service.
   */
  readonly maxAudioSeconds?: number | false;
  /**
   * How many streams a key may start within any 60 seconds; one more is refused with RESOURCE_EXHAUSTED,
   * a RetryInfo detail and a `retry-after` trailer (seconds). 1 or more; false is no limit. Default
   * false, because tests and demos should not wait; the service's free tier allows 1.
   */
  readonly perMinute?: number | false;
}

/** Options of an emulator. */
export interface EmulatorOptions {
  /**
   * The API keys it knows, each with its credits (whole numbers, 0 to 2,147,483,647). Default: one
   * demo key, `tsetsen-development-emulator`, with 100,000 credits.
   */
  readonly apiKeys?: Readonly<Record<string, number>>;
  /** Whether to accept any well-formed key, with 100,000 credits at its first call. Default false. */
  readonly allowAnyKey?: boolean;
  /** The voices. Default: six, of both genders and both model versions. */
  readonly voices?: readonly EmulatorVoice[];
  /** How long a job is PROCESSING, in milliseconds for each character of its text, 0 or more. Default 2. */
  readonly pace?: number;
  /** How long a job is PENDING, in milliseconds, 0 or more. Default 50. */
  readonly queueTime?: number;
  /**
   * Makes jobs fail. It returns the error message for a text whose job must end FAILED, and `undefined` for the others.
   * Streams of such a text end with the message after their first chunk. When it returns anything else, the text is
   * refused with INTERNAL and not charged. Default: none fails.
   */
  readonly failWhen?: (text: string) => string | undefined;
  /** The longest text, in characters (Unicode code points), 1 or more. Default false, no limit. */
  readonly maxTextLength?: number | false;
  /** The limits of StreamSpeech. Default: each has its own. */
  readonly streamLimits?: StreamLimits;
  /** Bytes of audio in each message of a stream, even or odd, 1 or more. Default 9,600: 0.2 seconds. */
  readonly streamChunkBytes?: number;
  /** Pause between two messages of a stream, in milliseconds, 0 or more. Default 2. */
  readonly streamPace?: number;
  /**
   * The exact length of every stream in bytes, 0 or more, whatever its text. It sends one buffer again and again, as
   * fast as the reader takes it. `streamPace` and `maxAudioSeconds` do not apply. Default: not set.
   */
  readonly streamBytes?: number;
  /**
   * The address of the emulator from outside, as in `https://tts.example`, with which `audio_url` and `preview_url`
   * begin. Default: the origin of the request, and its path's prefix if any.
   */
  readonly publicUrl?: string;
  /** Whether to answer browsers of any origin (CORS). Default true. */
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

const NAMES: Readonly<Record<keyof EmulatorOptions, true>> = {
  apiKeys: true,
  allowAnyKey: true,
  voices: true,
  pace: true,
  queueTime: true,
  failWhen: true,
  maxTextLength: true,
  streamLimits: true,
  streamChunkBytes: true,
  streamPace: true,
  streamBytes: true,
  publicUrl: true,
  cors: true,
  clock: true,
};

/** Checks the options and fills in the defaults. */
export function resolve(options: EmulatorOptions): Settings {
  must("options", options, object);
  refuseUnknown(options, NAMES);
  const { streamLimits: limits = {}, streamBytes, publicUrl } = options;
  must("streamLimits", limits, object);
  refuseUnknown(limits, { maxAudioSeconds: true, perMinute: true });
  if (streamBytes !== undefined) must("streamBytes", streamBytes, whole(0));
  return {
    apiKeys: apiKeys(options.apiKeys),
    allowAnyKey: take("allowAnyKey", options.allowAnyKey, boolean, false),
    voices: voices(options.voices),
    pace: take("pace", options.pace, milliseconds, 2),
    queueTime: take("queueTime", options.queueTime, milliseconds, 50),
    failWhen: take("failWhen", options.failWhen, callback, () => undefined),
    maxTextLength: limit("maxTextLength", options.maxTextLength, Infinity),
    maxAudioSeconds: limit("streamLimits.maxAudioSeconds", limits.maxAudioSeconds, 300),
    streamsPerMinute: limit("streamLimits.perMinute", limits.perMinute, Infinity),
    streamChunkBytes: take("streamChunkBytes", options.streamChunkBytes, whole(1), 9_600),
    streamPace: take("streamPace", options.streamPace, milliseconds, 2),
    streamBytes,
    publicUrl: publicUrl === undefined ? undefined : base(publicUrl),
    cors: take("cors", options.cors, boolean, true),
    clock: take("clock", options.clock, aClock, systemClock),
  };
}

const aLimit: Rule = {
  expected: "a number of at least 1, or false for no limit",
  type: (value) => isNumber(value) || value === false,
  range: (value: number | false) => value === false || (value >= 1 && value < Infinity),
};
const aClock: Rule = {
  expected: "a clock, an object with the functions now and sleep",
  type: (clock) =>
    isObject(clock) &&
    ["now", "sleep"].every((name) => typeof (clock as never)[name] === "function"),
};
const aUrl: Rule = {
  expected: "an http(s) URL, without user name, query and fragment",
  type: isString,
  // "localhost:50051" is a URL, too: of the scheme "localhost".
  range: (url: string) => /^https?:\/\/[^\s?#@]+$/i.test(url) && URL.canParse(url),
};
const credits = whole(0, MAX_CREDITS);
const gender = oneOf(["male", "female"]);
const version = oneOf(versions);

function take<T>(name: string, value: T | undefined, rule: Rule, fallback: T): T {
  if (value === undefined) return fallback;
  must(name, value, rule);
  return value;
}

function limit(name: string, value: number | false | undefined, fallback: number): number {
  const taken = take<number | false>(name, value, aLimit, fallback);
  return taken === false ? Infinity : taken;
}

function base(url: string): string {
  must("publicUrl", url, aUrl);
  return url.replace(/\/+$/, "");
}

function apiKeys(given: EmulatorOptions["apiKeys"]): Readonly<Record<string, number>> {
  if (given === undefined) return { [DEMO_API_KEY]: DEMO_CREDITS };
  must("apiKeys", given, object);
  for (const [key, amount] of Object.entries(given)) {
    // The message does not show the key, because somebody may have put a real one here.
    if (!KEY_PATTERN.test(key)) {
      throw new RangeError(
        "each of apiKeys must be a key like tsetsen-development-… or tsetsen-prod-…",
      );
    }
    must("credits", amount, credits);
  }
  return { ...given };
}

function voices(given: EmulatorOptions["voices"]): readonly EmulatorVoice[] {
  if (given === undefined) return DEFAULT_VOICES;
  must("voices", given, array);
  const ids = new Set<string>();
  for (const [index, voice] of given.entries()) {
    const name = `voices[${index}]`;
    must(name, voice, object);
    const id: Rule = {
      expected: "an id of its own, of letters, digits, '.', '_' and '-'",
      type: isString,
      // The id is a part of the preview's URL.
      range: (id: string) => /^[\w.-]+$/.test(id) && !ids.has(id),
      shown: true,
    };
    must(`${name}.id`, voice.id, id);
    must(`${name}.name`, voice.name, string);
    must(`${name}.gender`, voice.gender, gender);
    must(`${name}.version`, voice.version, version);
    if (voice.language !== undefined) must(`${name}.language`, voice.language, string);
    ids.add(voice.id);
  }
  return [...given];
}
