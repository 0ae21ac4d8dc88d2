import { onAbort } from "../../lib/abort.ts";

/**
 * The result of `work`. After an abort it rejects with the signal's reason, whatever becomes of the work.
 *
 * @param patience How long the work may still take after the abort, in milliseconds. Default 0.
 */
export async function untilAbort<T>(
  work: Promise<T>,
  signal: AbortSignal,
  patience = 0,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let unlisten = () => {};
  const aborted = new Promise<never>((_, reject) => {
    const expire = () => timer = setTimeout(() => reject(signal.reason), patience);
    if (signal.aborted) expire();
    else unlisten = onAbort(signal, expire);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    unlisten();
    clearTimeout(timer);
  }
}
