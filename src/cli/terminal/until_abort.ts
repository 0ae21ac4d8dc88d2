import { onAbort } from "../../lib/abort.ts";

/** The result of `work`. Rejects with the signal's reason as soon as that aborts, whatever becomes of the work. */
export async function untilAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let unlisten = () => {};
  const aborted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    else unlisten = onAbort(signal, () => reject(signal.reason));
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    unlisten();
  }
}
