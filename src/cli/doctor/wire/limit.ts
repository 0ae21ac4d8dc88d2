import { onAbort } from "../../../lib/abort.ts";

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
