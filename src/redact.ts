/**
 * Keeping the key and the user's text out of what the service or a runtime says.
 *
 * @module
 */

/** Longest message taken over from an answer, in UTF-16 code units. */
const MAX_LENGTH = 1_000;

/** A service may quote the beginning of a text only: a run of this many code units of a secret counts as it. */
const RUN = 12;

/** `text` without any API key and without the given secrets or longer parts of them, cut to a bounded length. */
export function redact(text: string, secrets: readonly string[]): string {
  let result = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
  for (const secret of secrets) result = hide(result, secret.trim());
  // Any key, not only the one in use: an answer may name another one.
  return result.replace(/tsetsen-(?:prod|development)-[A-Za-z0-9_-]+/g, "[redacted]");
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

function hide(text: string, secret: string): string {
  // Hiding one or two characters everywhere would make the message unreadable and protect nothing.
  if (secret.length < 3) return text;
  const run = Math.min(RUN, secret.length);
  let result = "";
  let at = 0;
  while (at < text.length) {
    if (at + run > text.length || !secret.includes(text.slice(at, at + run))) {
      result += text[at++];
      continue;
    }
    let end = at + run;
    while (end < text.length && secret.includes(text.slice(at, end + 1))) end++;
    result += "[redacted]";
    at = end;
  }
  return result;
}
