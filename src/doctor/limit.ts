import { onAbort } from "../abort.ts";

/** How far a look may go. */
export interface Limit {
  /** The longest time for one step, in milliseconds. */
  readonly ms: number;
  /** Ends everything. */
  readonly signal: AbortSignal;
}

/** A step has taken all its time. */
export class Silence extends Error {
  override readonly name = "Silence";
}

/**
 * Does one step of work, and no longer than it may take.
 *
 * @param work Gets a signal that aborts when it is over, done or not: what it has opened can be closed by that.
 * @throws {Silence} when the time is over; the signal's own reason when it aborts.
 */
export async function within<T>(
  { ms, signal }: Limit,
  work: (over: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const over = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let unlisten: (() => void) | undefined;
  const end = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Silence(`nothing within ${ms} ms`)), ms);
    unlisten = onAbort(signal, () => reject(signal.reason));
  });
  try {
    return await Promise.race([work(over.signal), end]);
  } finally {
    clearTimeout(timer);
    unlisten?.();
    over.abort();
  }
}

/** The innermost cause of an error in one line: runtimes wrap what happened up to four times. */
export function why(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  if (inner instanceof AggregateError && inner.errors[0] instanceof Error) inner = inner.errors[0];
  const { code, message } = inner as { code?: unknown; message?: string };
  // OpenSSL says one thing in many words.
  const [, openssl] = /SSL routines:[^:]*:([^:]+)/.exec(message ?? "") ?? [];
  if (openssl !== undefined) return `TLS: ${openssl}`;
  // Bun's advice is for programmers, and no sentence of ours ends twice.
  const text = (message || String(inner)).replace(/\s+/g, " ")
    .replace(/ For more information, pass .*/, "").slice(0, 200).replace(/[.?! ]+$/, "");
  return typeof code === "string" && !text.includes(code) ? `${text} (${code})` : text;
}
