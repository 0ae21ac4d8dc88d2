/**
 * Web streams, opened for one loop that may end at any time.
 *
 * @module
 */

/** A stream that is open for reading. */
export interface OpenWebStream<T> {
  /** The items. Nothing is asked of the stream before the loop begins. */
  readonly items: AsyncIterable<T>;
  /** Ends the stream, also while a read is pending: the loop then ends as if the stream were complete. It never throws. */
  readonly cancel: () => Promise<void>;
}

/** Whether a value is a web stream, by its shape: those of polyfills and of other realms are fine. */
export function isWebStream(value: unknown): value is ReadableStream {
  return typeof Object(value).getReader === "function";
}

/**
 * Opens a stream by a reader of our own. The loop of the runtime locks the stream, and a locked one refuses `cancel()`; its own
 * `return()` waits behind the pending read.
 */
export function openWebStream<T>(stream: ReadableStream<T>): OpenWebStream<T> {
  let reader: ReadableStreamDefaultReader<T> | undefined;
  const cancel = () => quietly(async () => await (reader ?? stream).cancel());
  async function* items(): AsyncGenerator<T, void, void> {
    reader = stream.getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        yield value;
      }
    } finally {
      await cancel();
      // A locked stream would refuse the owner's `cancel()`. Readers of polyfills may lack `releaseLock`.
      reader.releaseLock?.();
    }
  }
  return { items: items(), cancel };
}

/** Waits for work and ignores its failure: a source that is cancelled has nothing more to say. */
export async function quietly(work: () => Promise<unknown>): Promise<void> {
  await work().catch(() => {});
}
