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

/** `cause` if neither it nor what caused it shows a secret; an error that does is left out. */
export function safeCause(cause: unknown, secrets: readonly string[]): unknown {
  return cause instanceof Error && !shows(cause, secrets, 0) ? cause : undefined;
}

function shows(error: unknown, secrets: readonly string[], depth: number): boolean {
  if (!(error instanceof Error)) return false;
  const { message, cause, errors } = error as Error & { errors?: unknown };
  // What is nested deeper than any runtime nests is not searched, and so not shown.
  return depth > 8 || redact(message, secrets) !== message || shows(cause, secrets, depth + 1) ||
    (Array.isArray(errors) && errors.some((each) => shows(each, secrets, depth + 1)));
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
