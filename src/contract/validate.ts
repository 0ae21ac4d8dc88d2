/**
 * Checks of what the user gives, before anything is sent: one table for every option and every field of a request.
 *
 * The messages say what was expected and what came, but never show a string's content: it may be the key or the text.
 *
 * @module
 */

import {
  ARRAY,
  atLeast,
  check,
  DURATION,
  FLAG,
  FUNCTION,
  OBJECT,
  type Rule,
  SIGNAL,
  unknownField,
  wholeNumber,
} from "../lib/rules.ts";
import { AuthenticationError, InvalidRequestError } from "./errors.ts";

const TEXT: Rule = [
  "string",
  "a non-empty string in well-formed Unicode",
  // UTF-8 cannot carry half a surrogate pair: another text would be sent and paid for.
  (text: string) => text.trim() !== "" && !/\p{Surrogate}/u.test(text),
  InvalidRequestError,
];
const COUNT = wholeNumber(1);
const TRANSPORT_METHODS = [
  "listVoices",
  "generateSpeech",
  "checkStatus",
  "getUserBalance",
  "streamSpeech",
];

/** What has a rule: options, and fields of requests. */
type Name =
  | "apiKey"
  | "text"
  | "voiceId"
  | "requestId"
  | "speed"
  | "version"
  | "dangerouslyAllowBrowser"
  | "skipCache"
  | "secure"
  | "jitter"
  | "timeout"
  | "idleTimeout"
  | "pollInterval"
  | "baseDelay"
  | "maxDelay"
  | "backoffFactor"
  | "maxRetries"
  | "maxConcurrentCalls"
  | "maxMessageBytes"
  | "maxBytes"
  | "headers"
  | "signal"
  | "endpoint"
  | "fetch"
  | "log"
  | "onProgress"
  | "onResponse"
  | "fn"
  | "transport"
  | "backoff"
  | "options"
  | "request"
  | "source"
  | "saved"
  | "interceptors"
  | "each of interceptors"
  | "retryExceptions"
  | "each of retryExceptions";

const RULES: Readonly<Record<Name, Rule>> = {
  apiKey: [
    "string",
    "a key like tsetsen-prod-… or tsetsen-development-…",
    isKey,
    AuthenticationError,
  ],
  text: TEXT,
  voiceId: TEXT,
  requestId: TEXT,
  speed: [
    "number",
    "a finite number above 0",
    // It is sent as a 32-bit float.
    (speed: number) => Math.fround(speed) > 0 && Math.fround(speed) < Infinity,
    InvalidRequestError,
  ],
  version: [
    "string",
    'a name like "beta-v0.2"',
    (version: string) => /^[A-Za-z0-9][\w.-]{0,63}$/.test(version),
    InvalidRequestError,
  ],
  dangerouslyAllowBrowser: FLAG,
  skipCache: FLAG,
  secure: FLAG,
  jitter: FLAG,
  timeout: DURATION,
  idleTimeout: DURATION,
  pollInterval: DURATION,
  baseDelay: DURATION,
  maxDelay: DURATION,
  backoffFactor: atLeast(1),
  maxRetries: wholeNumber(0),
  maxConcurrentCalls: COUNT,
  maxMessageBytes: COUNT,
  maxBytes: COUNT,
  headers: ["object", "names and values that HTTP allows", areHeaders, TypeError],
  signal: SIGNAL,
  endpoint: ["string"],
  fetch: FUNCTION,
  log: FUNCTION,
  onProgress: FUNCTION,
  onResponse: FUNCTION,
  fn: FUNCTION,
  transport: [
    "object",
    `a transport of this package, with the methods ${
      TRANSPORT_METHODS.join(", ")
    }, or one of Connect, with unary and stream`,
    (transport: Record<string, unknown>) =>
      [TRANSPORT_METHODS, ["unary", "stream"]].some((methods) =>
        methods.every((method) => typeof transport[method] === "function")
      ),
    TypeError,
  ],
  backoff: OBJECT,
  options: OBJECT,
  request: OBJECT,
  source: OBJECT,
  saved: ["object", "the id of a job, or what JSON.stringify(job) stored"],
  interceptors: ARRAY,
  "each of interceptors": FUNCTION,
  retryExceptions: ARRAY,
  "each of retryExceptions": ["function", "a class of errors", isClass, TypeError],
};

/** Whether a text has the form of an API key. */
export function isKey(text: string): boolean {
  return /^tsetsen-(prod|development)-[\w-]+$/.test(text);
}

/** Checks one value by the rule of its name. */
export function validate(name: Name, value: unknown): void {
  check(name, value, RULES[name]);
}

/** The names of the fields that an object may have. */
export type FieldNames<T> = Readonly<Record<keyof T, true>>;

/**
 * Checks every field that is given, by the rule of its name.
 *
 * @param name What the object is.
 * @param given The object.
 * @param known The names that it may have. Default: any.
 * @throws {TypeError} when a field has another name, or the wrong type.
 * @throws {RangeError} when a number is out of its range.
 * @throws {InvalidRequestError} when a field of a request is wrong.
 */
export function validateFields<T extends object>(
  name: "options" | "request",
  given: T,
  known?: FieldNames<Required<T>>,
): void {
  validate(name, given);
  for (const field in known && given) {
    // Names that old libraries add to Object.prototype are in both.
    if (given[field] !== undefined && !(field in known!)) {
      throw unknownField(name, field, known!);
    }
  }
  // Loops over the known names, because a loop over the object does not list the accessors of a class.
  for (const field in known ?? given) {
    const value = given[field as keyof T];
    // The key of a client may be null. `resolveOptions` checks it.
    const isOwnRule = Object.hasOwn(RULES, field) && (name === "request" || field !== "apiKey");
    if (value !== undefined && isOwnRule) validate(field as Name, value);
  }
}

/** Copies the known options. */
export function pick<T extends object, K extends keyof T>(
  options: T,
  known: Readonly<Record<K, true>>,
): Pick<T, K> {
  const names = Object.keys(known) as K[];
  return Object.fromEntries(names.map((name) => [name, options[name]])) as Pick<T, K>;
}

/**
 * Whether `instanceof` takes it. An arrow function has no prototype, and its TypeError would hide the error that is
 * compared.
 */
function isClass(Class: abstract new () => unknown): boolean {
  try {
    return {} instanceof Class !== undefined;
  } catch {
    return false;
  }
}

function areHeaders(headers: Record<string, string>): boolean {
  try {
    return new Headers(headers) !== null;
  } catch {
    return false;
  }
}
