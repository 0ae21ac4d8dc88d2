/**
 * Keeping the key and the user's text out of what the service or a runtime says.
 *
 * @module
 */

/** Longest message taken over from an answer, in UTF-16 code units. */
const MAX_LENGTH = 1_000;

/** What stands where a secret was. */
export const REDACTED = "[redacted]";

/** A service may quote the beginning of a text only: a run of this many code units of a secret counts as it. */
const RUN = 12;

/** Of what is random in a key less gives it away, and no word is like it. */
const KEY_RUN = 6;

/** Any key, not only the one in use: an answer may name another one. */
const ANY_KEY = /tsetsen-(?:prod|development)-[A-Za-z0-9_-]+/gi;

/** `text` without any API key and without the given secrets or longer parts of them, cut to a bounded length. */
export function redact(text: string, secrets: readonly string[]): string {
  return redactAll([text], secrets)[0] as string;
}

/** Each text as `redact` gives it. Every secret is looked through once, however many they are. */
export function redactAll(texts: readonly string[], secrets: readonly string[]): string[] {
  let results = texts.map((text) =>
    (text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text).replace(ANY_KEY, REDACTED)
  );
  for (const secret of secrets) {
    for (const [form, run] of formsOf(secret.trim(), results)) results = hide(results, form, run);
  }
  return results;
}

type Secret = readonly [secret: string, run: number];

/** What a secret may look like, and how much of it is too much. */
function formsOf(secret: string, texts: readonly string[]): Secret[] {
  const random = /^tsetsen-(?:prod|development)-(.{8,})$/.exec(secret)?.[1];
  if (random !== undefined) return [[random, KEY_RUN]];
  const forms: Secret[] = [[secret, RUN]];
  // Metadata is ASCII: a text in it is percent-encoded.
  if (texts.some((text) => text.includes("%"))) {
    forms.push([encodeURIComponent(secret.replace(/\p{Surrogate}/gu, "\uFFFD")), RUN]);
  }
  return forms;
}

/**
 * What may be told of an error that is not ours: a copy with its name, its message without secrets, the codes of the
 * runtime, and its own causes. Whatever else hangs on it may hold the whole request, headers included.
 */
export function safeCause(cause: unknown, secrets: readonly string[], depth = 0): unknown {
  // Deeper than any runtime nests.
  if (!(cause instanceof Error) || depth > 5) return undefined;
  const { name, message, code, syscall, errors } = cause as Error & Record<string, unknown>;
  const deeper = (error: unknown) => safeCause(error, secrets, depth + 1);
  const copy = new Error(redact(message, secrets));
  const known: Record<string, unknown> = { name: redact(name, secrets) };
  if (cause.cause instanceof Error) known["cause"] = deeper(cause.cause);
  if (typeof code === "string") known["code"] = redact(code, secrets);
  if (typeof syscall === "string") known["syscall"] = redact(syscall, secrets);
  if (Array.isArray(errors)) known["errors"] = errors.slice(0, 10).map(deeper);
  return Object.assign(copy, known);
}

function hide(texts: readonly string[], secret: string, run: number): string[] {
  const size = Math.min(run, secret.length);
  // Hiding one or two characters everywhere would make the message unreadable and protect nothing.
  if (size < 3) return [...texts];
  const places = new Map<string, [text: number, at: number][]>();
  texts.forEach((text, i) => {
    for (let at = 0; at + size <= text.length; at++) {
      const piece = text.slice(at, at + size);
      const known = places.get(piece);
      if (known) known.push([i, at]);
      else places.set(piece, [[i, at]]);
    }
  });
  const hidden = texts.map((text) => new Uint8Array(text.length));
  // Along the secret, which may be long, once: what is found is not looked for again.
  for (let at = 0; at + size <= secret.length && places.size > 0; at++) {
    const piece = secret.slice(at, at + size);
    for (const [i, from] of places.get(piece) ?? []) hidden[i]?.fill(1, from, from + size);
    places.delete(piece);
  }
  return texts.map((text, i) => without(text, hidden[i] as Uint8Array));
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
