import {
  boolean,
  callback,
  count,
  isObject,
  isString,
  milliseconds,
  must,
  object,
  oneOf,
  type Rule,
  string,
  whole,
} from "../check.ts";
import { isBytes } from "../../lib/bytes.ts";
import { unknownField } from "../../lib/rules.ts";
import { CODE_NUMBERS } from "./error_codes.ts";
import type { ErrorDetail, Fault, FaultTarget } from "./faults.ts";
import { routeNames } from "../http/routes.ts";

type Kind = Fault["kind"];
type Rules<Name extends PropertyKey> = Readonly<Record<Name, Rule>>;
type OwnField<K extends Kind> = Exclude<
  keyof Extract<Fault, { readonly kind: K }>,
  "kind" | keyof FaultTarget
>;

/** The highest int32, the wire's type of enums and statuses. Every runtime can make a buffer of this size. */
const max = 2 ** 31 - 1;

const bytes: Rule = { expected: "a Uint8Array", type: isBytes };
const headers: Rule = {
  expected: "an object of names and values that HTTP allows",
  type: isObject,
  range: areHeaders,
};
const headerValue: Rule = {
  expected: "a string that HTTP allows as a header's value",
  type: isString,
  range: (value: string) => areHeaders({ value }),
};
const trailers: Rule = {
  expected: "an object whose values are strings",
  type: (value) => isObject(value) && Object.values(value as object).every(isString),
};
const details: Rule = {
  expected: "an array of details, each with a type (string) and a value (Uint8Array)",
  type: (value) =>
    Array.isArray(value) &&
    value.every((detail?: ErrorDetail) => isString(detail?.type) && isBytes(detail?.value)),
};
/** Half of a surrogate pair cannot be sent. */
const text: Rule = {
  expected: "a string in well-formed Unicode",
  type: isString,
  range: (value: string) => !/\p{Surrogate}/u.test(value),
};
const code = either(oneOf(Object.keys(CODE_NUMBERS)), whole(0, max));
const body = either(string, bytes);

const target: Rules<keyof FaultTarget> = {
  method: oneOf(routeNames),
  times: count(1),
  when: callback,
  delay: milliseconds,
};

const own: { readonly [K in Kind]: Rules<OwnField<K>> & Partial<Rules<keyof FaultTarget>> } = {
  "delay": { delay: required(milliseconds), charged: boolean },
  "error": {
    code: required(code),
    message: text,
    details,
    trailers,
    headers,
    trailersOnly: boolean,
    charged: boolean,
  },
  "http": { status: required(whole(200, 599)), body, headers, charged: boolean },
  "drop": { afterBytes: count(0), pause: milliseconds, charged: boolean },
  "hang": { afterBytes: count(0), charged: boolean },
  "truncate": { afterBytes: count(0) },
  "no-trailers": {},
  "rechunk": { bytes: required(count(1)) },
  "frame-flags": { flags: whole(0, 255) },
  "oversized-frame": { announce: whole(0, 2 ** 32 - 1), bytes: count(0), charged: boolean },
  "garbage": { bytes: either(bytes, whole(0, max)), charged: boolean },
  "content-type": { contentType: required(headerValue) },
  "metadata": { headers, trailers },
  "unknown-enum": { value: whole(-max - 1, max) },
  "stream": {
    chunkBytes: whole(1, max),
    waveHeader: boolean,
    errorMessage: text,
    afterChunks: count(0),
    bytes: count(0),
    neverFinal: boolean,
  },
  "audio": {
    bytes,
    contentType: headerValue,
    etag: headerValue,
    lastModified: headerValue,
    ranges: boolean,
  },
};

/** Checks a fault. A wrong one would act in another way than its test believes, or never. */
export function checkFault(fault: Fault): Fault {
  must("fault", fault, object);
  must("kind", fault.kind, oneOf(Object.keys(own)));
  const rules: Readonly<Record<string, Rule>> = { ...target, ...own[fault.kind] };
  const known = { kind: true, ...rules };
  for (const name of Object.keys(fault)) {
    if (!Object.hasOwn(known, name)) throw unknownField(`a "${fault.kind}" fault`, name, known);
  }
  for (const [name, rule] of Object.entries(rules)) {
    const value = fault[name as keyof Fault];
    if (value !== undefined || rule.required) must(name, value, rule);
  }
  if (fault.kind === "error" && fault.trailersOnly && fault.trailers !== undefined) {
    must("trailers of a fault with trailersOnly", fault.trailers, headers);
  }
  return fault;
}

function required(rule: Rule): Rule {
  return { ...rule, required: true };
}

function either(a: Rule, b: Rule): Rule {
  return {
    expected: `${a.expected}, or ${b.expected}`,
    type: (value) => a.type(value) || b.type(value),
    range: (value) => (a.type(value) ? a : b).range?.(value) ?? true,
    shown: a.shown === true || b.shown === true,
  };
}

function areHeaders(headers: Record<string, string>): boolean {
  try {
    return new Headers(headers) !== null;
  } catch {
    return false;
  }
}
