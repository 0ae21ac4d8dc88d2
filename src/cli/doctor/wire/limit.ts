import { onAbort } from "../../../lib/abort.ts";

/** The limits of a check. */
export interface Limit {
  /** The longest time for one step, in milliseconds. */
  readonly ms: number;
  /** Ends everything. */
  readonly signal: AbortSignal;
}

/** A step took longer than its limit. */
export class Silence extends Error {
  override readonly name = "Silence";
}

/**
 * Does one step of work within its limit.
 *
 * @param work The work. It receives a signal that aborts at its end, done or not, to close what it has opened.
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
