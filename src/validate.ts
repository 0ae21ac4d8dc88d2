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
    if (value === "") return "an empty string";
    return value.trim() === "" ? "a blank string" : `a string of ${value.length} characters`;
  }
  if (value === null || value === undefined) return String(value);
  if (typeof value === "number") return `the number ${value}`;
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  return `a ${typeof value}`;
}

function refuse(name: string, expected: string, value: unknown): InvalidRequestError {
  return new InvalidRequestError(`${name} must be ${expected}: got ${describe(value)}`, {
    charged: "no",
  });
}

/** Refuses all but a string with something in it, in well-formed Unicode. */
export function checkString(name: string, value: unknown): asserts value is string {
  if (typeof value !== "string") {
    throw new TypeError(`${name} must be a non-empty string: got ${describe(value)}`);
  }
  if (value.trim() === "") throw refuse(name, "a non-empty string", value);
  // UTF-8 cannot carry half a surrogate pair: the service would be sent, and paid for, another text.
  const lone = value.search(/\p{Surrogate}/u);
  if (lone >= 0) {
    throw new InvalidRequestError(
      `${name} must be well-formed Unicode: half of a surrogate pair stands alone at index ${lone}`,
      { charged: "no" },
    );
  }
}

/** Refuses all but a number above 0 that is one as a 32-bit float too, as it is sent as such. */
export function checkSpeed(value: unknown): asserts value is number {
  if (typeof value !== "number") {
    throw new TypeError(`speed must be a finite number above 0: got ${describe(value)}`);
  }
  const sent = Math.fround(value);
  if (!(sent > 0 && sent < Infinity)) throw refuse("speed", "a finite number above 0", value);
}

/** Refuses all but a model version's name, like `beta-v0.2`. */
export function checkVersion(value: unknown): asserts value is string {
  if (typeof value !== "string") {
    throw new TypeError(`version must be a string like "beta-v0.2": got ${describe(value)}`);
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(value)) {
    throw refuse("version", 'a name like "beta-v0.2"', value);
  }
}

/** Refuses all but a boolean. */
export function checkBoolean(name: string, value: unknown): asserts value is boolean {
  if (typeof value !== "boolean") {
    throw new TypeError(`${name} must be a boolean: got ${describe(value)}`);
  }
}

/** Refuses all but a function, where one is given. */
export function checkFunction(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== "function") {
    throw new TypeError(`${name} must be a function: got ${describe(value)}`);
  }
}

/** Refuses all but an object. */
export function checkObject(name: string, value: unknown): asserts value is object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TypeError(`${name} must be an object: got ${describe(value)}`);
  }
}

/** Refuses all but a whole number in a range. */
export function checkInteger(
  name: string,
  value: unknown,
  min: number,
  max: number = Number.MAX_SAFE_INTEGER,
): asserts value is number {
  const expected = `a whole number from ${min} to ${max}`;
  if (typeof value !== "number") {
    throw new TypeError(`${name} must be ${expected}: got ${describe(value)}`);
  }
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(`${name} must be ${expected}: got ${describe(value)}`);
  }
}

/** Refuses all but a duration in milliseconds that a timer can keep. */
export function checkDuration(name: string, value: unknown): asserts value is number {
  const expected = `milliseconds above 0 and at most ${MAX_TIMEOUT_MS}`;
  if (typeof value !== "number") {
    throw new TypeError(`${name} must be ${expected}: got ${describe(value)}`);
  }
  if (!(value > 0 && value <= MAX_TIMEOUT_MS)) {
    throw new RangeError(`${name} must be ${expected}: got ${describe(value)}`);
  }
}

/** Refuses all but an `AbortSignal`, where one is given. */
export function checkSignal(value: unknown): void {
  if (value === undefined) return;
  // By shape: signals of polyfills and of other realms are fine.
  if (
    typeof value !== "object" || value === null || !("aborted" in value) ||
    !("addEventListener" in value)
  ) {
    throw new TypeError(`signal must be an AbortSignal: got ${describe(value)}`);
  }
}

/** Refuses headers that HTTP does not allow. Their values stay out of the message. */
export function checkHeaders(value: unknown): asserts value is Record<string, string> {
  checkObject("headers", value);
  const scratch = new Headers();
  for (const [name, content] of Object.entries(value)) {
    if (typeof content !== "string") {
      throw new TypeError(`headers must hold strings: "${name}" is ${describe(content)}`);
    }
    try {
      scratch.append(name, content);
    } catch {
      throw new TypeError(`headers must be valid HTTP: the name or the value of "${name}" is not`);
    }
  }
}
