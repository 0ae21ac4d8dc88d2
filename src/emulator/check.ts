import { describe } from "../lib/rules.ts";

/** The rule of a value. */
export interface Rule {
  /** The rule in words, for messages. */
  readonly expected: string;
  /** Whether a value is of the type. */
  readonly type: (value: unknown) => boolean;
  /** Whether a value of the type is one of those that are allowed. Default: every one is. */
  // deno-lint-ignore no-explicit-any -- a value of the type
  readonly range?: (value: any) => boolean;
  /** Whether the message shows the string, which is one of a few words. Default false, because it may be a key. */
  readonly shown?: boolean;
  /** Whether it must be given. Default false. */
  readonly required?: boolean;
}

/** Throws a TypeError for a value of another type, a RangeError for one that is not allowed. */
export function must(
  name: string,
  value: unknown,
  { expected, type, range, shown = false }: Rule,
): void {
  const isType = type(value);
  if (isType && range?.(value) !== false) return;
  const came = shown && typeof value === "string" ? JSON.stringify(value) : describe(value);
  const message = `${name} must be ${expected}: got ${came}`;
  throw isType ? new RangeError(message) : new TypeError(message);
}

export const isNumber = (value: unknown): boolean => typeof value === "number";
export const isString = (value: unknown): boolean => typeof value === "string";
export const isObject = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value) &&
  // A promise that was not awaited has no options.
  !("then" in value);

export const boolean: Rule = { expected: "a boolean", type: (value) => typeof value === "boolean" };
export const string: Rule = { expected: "a string", type: isString };
export const object: Rule = { expected: "an object", type: isObject };
export const array: Rule = { expected: "an array", type: Array.isArray };
export const callback: Rule = {
  expected: "a function",
  type: (value) => typeof value === "function",
};
/** A duration. */
export const milliseconds: Rule = {
  expected: "milliseconds, a finite number of at least 0",
  type: isNumber,
  range: (ms: number) => ms >= 0 && ms < Infinity,
};
export const anyWhole: Rule = {
  expected: "a whole number",
  type: isNumber,
  range: Number.isSafeInteger,
};

/** A number of times, or no limit. */
export function count(min: number): Rule {
  const finite = whole(min);
  return {
    expected: `${finite.expected}, or Infinity`,
    type: isNumber,
    range: (value: number) => value === Infinity || finite.range!(value),
  };
}

export function whole(min: number, max: number = Number.MAX_SAFE_INTEGER): Rule {
  return {
    expected: max === Number.MAX_SAFE_INTEGER
      ? `a whole number of at least ${min}`
      : `a whole number from ${min} to ${max}`,
    type: isNumber,
    range: (value: number) => Number.isSafeInteger(value) && value >= min && value <= max,
  };
}

export function oneOf(words: readonly string[]): Rule {
  return {
    expected: `one of ${words.join(", ")}`,
    type: isString,
    range: (word: string) => words.includes(word),
    shown: true,
  };
}
