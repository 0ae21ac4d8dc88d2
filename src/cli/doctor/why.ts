/** The innermost cause of an error in one line: runtimes wrap what happened up to four times. */
export function why(error: unknown): string {
  let inner = error;
  for (let next = error; next instanceof Error; next = below(next)) inner = next;
  const { code, message } = inner as { code?: unknown; message?: string };
  // OpenSSL says one thing in many words.
  const [, openssl] = /SSL routines:[^:]*:([^:]+)/.exec(message ?? "") ?? [];
  if (openssl !== undefined) return `TLS: ${openssl}`;
  // Bun's advice is for programmers, and no sentence of ours ends twice.
  const text = (message || String(inner)).replace(/\s+/g, " ")
    .replace(/ For more information, pass .*/, "").slice(0, 200).replace(/[.?! ]+$/, "");
  return typeof code === "string" && !text.includes(code) ? `${text} (${code})` : text;
}

/** Node has an error for each address that it tried. */
function below({ cause, errors }: Error & { readonly errors?: unknown }): unknown {
  return cause ?? (Array.isArray(errors) ? errors[0] : undefined);
}
