/**
 * Checks of what the user gives, by rules. The messages say what a value must be and what it is, but never show a string's
 * content: it may be the key or the text.
 *
 * @module
 */

import { isBytes } from "./bytes.ts";
import { nearest } from "./nearest.ts";
import { isWebStream } from "./web_stream.ts";

/** The longest delay of `setTimeout`: a longer one fires at once. */
export const MAX_TIMEOUT_MS: number = 2 ** 31 - 1;

/**
 * What a value must be: its kind, the words for the message, a test, and the class to throw when the test fails
 * (default RangeError).
 */
export type Rule = readonly [
  kind: "string" | "number" | "boolean" | "function" | "object" | "array" | "any",
  expected?: string,
  // deno-lint-ignore no-explicit-any -- a value of the rule's kind
  test?: (value: any) => boolean,
  Class?: new (message: string, options: { charged: "no" }) => Error,
];

/** The rules of options by their names; `true` for an option that is checked elsewhere. */
export type Rules<Name extends string = string> = Readonly<Record<Name, Rule | true>>;

export const FLAG: Rule = ["boolean"];
export const STRING: Rule = ["string", "a string"];
export const FUNCTION: Rule = ["function"];
export const OBJECT: Rule = ["object"];
export const ARRAY: Rule = ["array"];
export const BYTES: Rule = [
  "object",
  "bytes (a Uint8Array)",
  isBytes,
  TypeError,
];
export const AUDIO: Rule = [
  "any",
  "audio of this package, or bytes, or an iterable of bytes",
  // Samples of 16 bits or floats are numbers, not bytes. Streams of Safari have a reader and no loop.
  (audio: unknown) =>
    (isIterable(audio) || isAsyncIterable(audio) || isWebStream(audio)) &&
    (!ArrayBuffer.isView(audio) || isBytes(audio)),
  TypeError,
];
export const DURATION: Rule = [
  "number",
  "milliseconds above 0 and at most 2147483647",
  (ms: number) => ms > 0 && ms <= MAX_TIMEOUT_MS,
];
export const SIGNAL: Rule = [
  "object",
  "an AbortSignal",
  // By shape: signals of polyfills and of other realms are fine.
  (signal: AbortSignal) => typeof signal.addEventListener === "function",
  TypeError,
];

export const CLIENT: Rule = [
  "object",
  "a Client of this package",
  // By shape: a client of another copy of this package is fine.
  (client: object) => "submit" in client,
  TypeError,
];

/** A whole number. */
export function wholeNumber(min: number, max: number = Infinity): Rule {
  return [
    "number",
    max === Infinity ? `a whole number of at least ${min}` : `a whole number from ${min} to ${max}`,
    (value: number) => Number.isSafeInteger(value) && value >= min && value <= max,
  ];
}

/** A finite number of at least `min`. */
export function atLeast(min: number): Rule {
  return [
    "number",
    `a finite number of at least ${min}`,
    (value: number) => value >= min && value < Infinity,
  ];
}

/** One of some words. */
export function oneOf(...words: readonly string[]): Rule {
  const list = words.map((word) => `"${word}"`).join(" or ");
  return ["string", list, (word: string) => words.includes(word)];
}

/** Checks one value. */
export function check(name: string, value: unknown, rule: Rule): void {
  const [kind, expected = `a value of type ${kind}`, test, Class = RangeError] = rule;
  const isKind = kind === "any" || kindOf(value) === kind;
  if (isKind && test?.(value) !== false) return;
  const message = `${name} must be ${expected}: got ${describe(value)}`;
  throw isKind ? new Class(message, { charged: "no" }) : new TypeError(message);
}

/**
 * Checks the options of a function, each that is given by its rule.
 *
 * @throws {TypeError} when an option is not known, or has the wrong type.
 * @throws {RangeError} when an option is out of its range.
 */
export function checkOptions(options: object, rules: Rules): void {
  check("options", options, OBJECT);
  refuseUnknown(options, rules);
  // Loops over the known names, because a loop over the options does not list the accessors of a class.
  for (const [name, rule] of Object.entries(rules)) {
    const value = (options as Record<string, unknown>)[name];
    if (value !== undefined && rule !== true) check(name, value, rule);
  }
}

/** Refuses the names of options that are not known. */
export function refuseUnknown(options: object, known: object): void {
  // Inherited options count, because the functions read them, too. What every object inherits (old libraries add to
  // Object.prototype) is in `known` as well.
  for (const name in options) {
    const isGiven = (options as Record<string, unknown>)[name] !== undefined;
    if (isGiven && !(name in known)) throw unknownField("options", name, known);
  }
}

/** The names that other SDKs give to a field. */
const SYNONYMS: Readonly<Record<string, string>> = {
  abortSignal: "signal",
  baseUrl: "endpoint",
  host: "endpoint",
  input: "text",
  key: "apiKey",
  model: "version",
  rate: "speed",
  retries: "maxRetries",
  token: "apiKey",
  url: "endpoint",
  voice: "voiceId",
};

/** Options of a call that callers put into the request by mistake. */
const CALL_OPTIONS = [
  "signal",
  "timeout",
  "idleTimeout",
  "maxRetries",
  "pollInterval",
  "onProgress",
];

/** The error for a field that does not exist. A misspelt one would have no effect, and the call would be paid for. */
export function unknownField(holder: string, field: string, known: object): TypeError {
  if (holder === "request" && CALL_OPTIONS.includes(field)) {
    return new TypeError(
      `${field} is not a field of the request: it is an option, the argument after it`,
    );
  }
  const names = Object.keys(known);
  const synonym = Object.keys(SYNONYMS).find((name) => name.toLowerCase() === field.toLowerCase());
  const plain = field.replaceAll("_", "").toLowerCase();
  const longer = names.find((name) => plain.length > 3 && name.toLowerCase().includes(plain));
  const meant = [SYNONYMS[synonym ?? ""], longer, nearest(plain, names)]
    .find((name) => name !== undefined && names.includes(name));
  const kind = holder === "options"
    ? "an option"
    : `a field of ${holder === "request" ? "the request" : holder}`;
  // A name that nobody would choose may be a text or a key in the wrong place, and is not shown.
  const shown = /^\w{1,40}$/.test(field) && !/^tsetsen/i.test(field) ? field : describe(field);
  return new TypeError(
    `${shown} is not ${kind}: ` +
      (meant === undefined ? `there are ${names.join(", ")}` : `did you mean ${meant}?`),
  );
}

/** What a value is, without showing the content of a string. */
export function describe(value: unknown): string {
  if (value === "") return "an empty string";
  if (typeof value === "string") return `a string of ${value.length} characters`;
  const kind = kindOf(value);
  // The class, from "[object ArrayBuffer]": it shows that an ArrayBuffer was given for bytes, or an AbortController for
  // its signal.
  if (kind === "object") return {}.toString.call(value).slice(8, -1).replace(/^Object$/, kind);
  return typeof value === "object" || typeof value === "function" ? kind : String(value);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (typeof (value as PromiseLike<unknown> | null)?.then === "function") {
    return "a promise that was not awaited";
  }
  return value === null ? "null" : typeof value;
}

/** Whether a value is an object that a loop can read. */
export function isIterable(value: unknown): boolean {
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}

/** Whether a value can be read by a loop that awaits. */
export function isAsyncIterable(value: unknown): boolean {
  return typeof Object(value)[Symbol.asyncIterator] === "function";
}
