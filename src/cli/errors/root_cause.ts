/** Runtimes wrap an error up to four times. More levels may be a cycle. */
const MAX_DEPTH = 10;

/** The innermost cause of an error, in one line. */
export function rootCause(error: unknown): string {
  let inner = error;
  for (let next = error, depth = 0; next instanceof Error && depth < MAX_DEPTH; depth++) {
    inner = next;
    next = below(next);
  }
  const { code, message } = inner as { code?: unknown; message?: string };
  // OpenSSL's message repeats itself.
  const [, openssl] = /SSL routines:[^:]*:([^:]+)/.exec(message ?? "") ?? [];
  if (openssl !== undefined) return `TLS: ${openssl}`;
  // Bun adds advice for programmers.
  const text = (message || String(inner)).replace(/\s+/g, " ")
    .replace(/ For more information, pass .*/, "").slice(0, 200).replace(/[.?! ]+$/, "");
  return typeof code === "string" && !text.includes(code) ? `${text} (${code})` : text;
}

/** Node wraps an error for each address that it tried. */
function below({ cause, errors }: Error & { readonly errors?: unknown }): unknown {
  return cause ?? (Array.isArray(errors) ? errors[0] : undefined);
}
