/**
 * Keeps the key and the user's text out of what the service or a runtime says.
 *
 * The promise: a message holds no run of 12 characters of the text, and no run of 6 characters of the random part of
 * the key. A run is found when it is written plainly, in another case, with other white space, with the escapes of
 * JSON, C, URLs or HTML, or as base64 that is whole or cut at its end. Other encodings are not recognised: hexadecimal
 * digits, a hash, a cipher, a transliteration, single characters between other words, or the middle of base64.
 *
 * @module
 */

import { isError } from "./is_error.ts";
import { decodeBase64, joinSpaces, lowered, read, type Reading } from "./spellings.ts";

/** The longest message that is taken from an answer, in UTF-16 code units. */
const MAX_LENGTH = 1_000;

/** What stands where a secret was. */
export const REDACTED = "[redacted]";

/** A run of this many code units counts as the secret, because a service may quote only the beginning of a text. */
const RUN = 12;

/** A shorter run of the random part of a key gives the key away, and no word looks like it. */
const KEY_RUN = 6;

/** The most errors of a chain of causes that are copied. No runtime nests so many. */
const MAX_CAUSES = 12;

/** Any key, not only the one in use: an answer may name another one. */
const ANY_KEY = /tsetsen-(?:prod|development)-[A-Za-z0-9_-]+/gi;

/** `text` without any API key and without the given secrets or longer parts of them, cut to a bounded length. */
export function redact(text: string, secrets: readonly string[]): string {
  return redactAll([text], secrets)[0] as string;
}

/** Each text as `redact` gives it. Every secret is searched through once, however many texts there are. */
export function redactAll(texts: readonly string[], secrets: readonly string[]): string[] {
  const shortened = texts.map((text) =>
    (text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text).replace(ANY_KEY, REDACTED)
  );
  const forms = secrets.map((secret) => formOf(secret.trim())).filter(({ size }) => size >= 3);
  if (forms.length === 0) return shortened;
  const hidden = shortened.map((text) => new Uint8Array(text.length));
  const readings = shortened.map(read);
  const joined = readings.map(joinSpaces);
  const isFolded = joined.some(({ text }, i) => text.length < (readings[i] as Reading).text.length);
  for (const { secret, size } of forms) {
    mark(readings, secret, size, hidden);
    const spaced = secret.replace(/ +/g, " ");
    if (isFolded || spaced.length < secret.length) {
      mark(joined, spaced, Math.min(size, spaced.length), hidden);
    }
  }
  shortened.forEach((text, i) => markBase64(text, forms, hidden[i] as Uint8Array));
  return shortened.map((text, i) => without(text, hidden[i] as Uint8Array));
}

interface Form {
  /** In lower case, without lone surrogates, which no server writes. */
  readonly secret: string;
  /**
   * The length of a run that gives the secret away. One of less than 3 is not hidden, because hiding one or two
   * characters everywhere would protect nothing.
   */
  readonly size: number;
}

function formOf(secret: string): Form {
  const random = /^tsetsen-(?:prod|development)-(.{8,})$/.exec(secret)?.[1];
  const shown = lowered((random ?? secret).replace(/\p{Surrogate}/gu, "\uFFFD"));
  return { secret: shown, size: Math.min(random === undefined ? RUN : KEY_RUN, shown.length) };
}

/**
 * What may be shown of an error that is not ours: a copy with its name, its message without secrets, the codes of the
 * runtime, and its own causes. Its other properties may hold the whole request, headers included.
 *
 * @param seen The errors that were copied. An error can be among its own causes, so each is copied once.
 */
export function safeCause(
  cause: unknown,
  secrets: readonly string[],
  seen: Set<Error> = new Set(),
): unknown {
  if (!isError(cause) || seen.has(cause) || seen.size === MAX_CAUSES) return undefined;
  seen.add(cause);
  const { name, message, code, syscall, errors } = cause as Error & Record<string, unknown>;
  const deeper = (error: unknown) => safeCause(error, secrets, seen);
  const copy = new Error(redact(message, secrets));
  const known: Record<string, unknown> = { name: redact(`${name}`, secrets) };
  if (isError(cause.cause)) known["cause"] = deeper(cause.cause);
  if (typeof code === "string") known["code"] = redact(code, secrets);
  if (typeof syscall === "string") known["syscall"] = redact(syscall, secrets);
  if (Array.isArray(errors)) known["errors"] = errors.slice(0, MAX_CAUSES).map(deeper);
  return Object.assign(copy, known);
}

/** Marks the places of each run of a secret. */
function mark(
  readings: readonly Reading[],
  secret: string,
  size: number,
  hidden: readonly Uint8Array[],
): void {
  const places = new Map<string, [text: number, at: number][]>();
  readings.forEach(({ text }, i) => {
    for (let at = 0; at + size <= text.length; at++) {
      const piece = text.slice(at, at + size);
      const known = places.get(piece);
      if (known) known.push([i, at]);
      else places.set(piece, [[i, at]]);
    }
  });
  // The secret may be long, so it is searched once. A piece that was found is not looked for again.
  for (let at = 0; at + size <= secret.length && places.size > 0; at++) {
    const piece = secret.slice(at, at + size);
    for (const [i, start] of places.get(piece) ?? []) {
      const { from, to } = readings[i] as Reading;
      hidden[i]?.fill(1, from[start], to[start + size - 1]);
    }
    places.delete(piece);
  }
}

/** Marks base64 that holds a run of a secret. */
function markBase64(text: string, forms: readonly Form[], hidden: Uint8Array): void {
  for (const { from, to, text: decoded } of decodeBase64(text)) {
    for (const { secret, size } of forms) {
      const found = new Uint8Array(1);
      // The place inside the base64 does not matter.
      mark([{ text: decoded, from: [], to: [] }], secret, size, [found]);
      if (found[0] === 1) hidden.fill(1, from, to);
    }
  }
}

/** The text, with the places that are marked left out. */
function without(text: string, hidden: Uint8Array): string {
  let result = "";
  for (let at = 0; at < text.length;) {
    const isHidden = hidden[at] === 1;
    const end = hidden.indexOf(isHidden ? 0 : 1, at);
    const next = end === -1 ? text.length : end;
    result += isHidden ? REDACTED : text.slice(at, next);
    at = next;
  }
  return result;
}
