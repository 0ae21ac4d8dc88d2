/**
 * Checks of what the user gives, before anything is sent.
 *
 * The messages say what was expected and what came, but never show a string's content: it may be the key or the text.
 *
 * @module
 */

import { InvalidRequestError } from "./errors.ts";

/** The longest delay of `setTimeout`: a longer one fires at once. */
export const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** What a value is, without showing the content of a string. */
export function describe(value: unknown): string {
  if (typeof value === "string") {
    return value.trim() === "" ? "an empty string" : `a string of ${value.length} characters`;
  }
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" && value !== null || typeof value === "function"
    ? `a value of type ${typeof value}`
    : String(value);
}

/** The error for a parameter of a request. */
export function refusal(name: string, expected: string, came: string): InvalidRequestError {
  return new InvalidRequestError(`${name} must be ${expected}: got ${came}`, { charged: "no" });
}

/** Refuses all but one type of value. */
export function checkType(
  name: string,
  value: unknown,
  type: "string" | "number" | "boolean" | "function" | "object",
  expected: string = `a ${type}`,
): void {
  if (typeof value !== type || value === null || Array.isArray(value)) {
    throw new TypeError(`${name} must be ${expected}: got ${describe(value)}`);
  }
}

/** Refuses all but a string with something in it, in well-formed Unicode. */
export function checkString(name: string, value: unknown): asserts value is string {
  const expected = "a non-empty string";
  checkType(name, value, "string", expected);
  if (/^\s*$/.test(value as string)) throw refusal(name, expected, describe(value));
  // UTF-8 cannot carry half a surrogate pair: the service would be sent, and paid for, another text.
  const lone = (value as string).search(/\p{Surrogate}/u);
  if (lone >= 0) {
    throw refusal(name, "well-formed Unicode", `half of a surrogate pair at index ${lone}`);
  }
}

/** Refuses all but a number above 0 that is one as a 32-bit float too, as it is sent as such. */
export function checkSpeed(value: unknown): asserts value is number {
  const expected = "a finite number above 0";
  checkType("speed", value, "number", expected);
  const sent = Math.fround(value as number);
  if (!(sent > 0 && sent < Infinity)) throw refusal("speed", expected, describe(value));
}

/** Refuses all but a model version's name, like `beta-v0.2`. */
export function checkVersion(value: unknown): asserts value is string {
  const expected = 'a name like "beta-v0.2"';
  checkType("version", value, "string", expected);
  if (!/^[A-Za-z0-9][\w.-]{0,63}$/.test(value as string)) {
    throw refusal("version", expected, describe(value));
  }
}

/** Refuses all but a number in a range; `expected` says which. */
export function checkNumber(
  name: string,
  value: unknown,
  expected: string,
  test: (value: number) => boolean,
): asserts value is number {
  checkType(name, value, "number", expected);
  if (!test(value as number)) {
    throw new RangeError(`${name} must be ${expected}: got ${describe(value)}`);
  }
}

/** Refuses all but a whole number of at least `min`. */
export function checkInteger(name: string, value: unknown, min: number): asserts value is number {
  checkNumber(
    name,
    value,
    `a whole number of at least ${min}`,
    (n) => Number.isSafeInteger(n) && n >= min,
  );
}

/** Refuses all but a duration in milliseconds that a timer can keep. */
export function checkDuration(name: string, value: unknown): asserts value is number {
  checkNumber(
    name,
    value,
    `milliseconds above 0 and at most ${MAX_TIMEOUT_MS}`,
    (ms) => ms > 0 && ms <= MAX_TIMEOUT_MS,
  );
}

/** Refuses all but an `AbortSignal`. By shape: signals of polyfills and of other realms are fine. */
export function checkSignal(value: unknown): void {
  checkType(
    "signal",
    (value as AbortSignal | null)?.addEventListener,
    "function",
    "an AbortSignal",
  );
}

/** Refuses headers that HTTP does not allow. Their values stay out of the message. */
export function checkHeaders(value: unknown): asserts value is Record<string, string> {
  checkType("headers", value, "object");
  try {
    new Headers(value as Record<string, string>);
  } catch {
    throw new TypeError("headers must have names and values that HTTP allows");
  }
}
