/**
 * The visitor's side of an answer. A visitor may leave, or not read.
 *
 * @module
 */

import { hostOf } from "../../lib/runtime.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What a body needs to know. */
export interface VisitorBodyOptions {
  /** The visitor's request. */
  readonly request: Request;
  /** How long the visitor may take to read a piece, in milliseconds. */
  readonly timeout: number;
  /** Called at most once, when the visitor leaves or takes too long. */
  readonly onLeave: () => void;
}

/**
 * Makes the body of an answer. A piece is asked for when the visitor's connection takes one. When the source throws,
 * the body breaks off.
 */
export function visitorBody(
  source: AsyncGenerator<Bytes, void, void>,
  { request, timeout, onLeave }: VisitorBodyOptions,
): ReadableStream<Bytes> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ended = false;
  let unlisten = (): void => {};
  let expectRead = (): void => {};

  function end(): void {
    ended = true;
    clearTimeout(timer);
    unlisten();
  }

  function leave(): void {
    if (ended) return;
    end();
    // It is called first, because the return() of a generator waits behind its pending next().
    onLeave();
    void source.return();
  }

  return new ReadableStream<Bytes>({
    start(controller) {
      const breakOff = () => {
        if (ended) return;
        leave();
        // Nothing else closes a connection that is not read. Deno prints the error, without its stack in one line.
        const error = new Error("A visitor did not read the answer within timeout.");
        error.stack = `${error.name}: ${error.message}`;
        controller.error(error);
      };
      unlisten = onRequestAbort(request, () => {
        if (ended) return;
        leave();
        // The connection is closed already.
        controller.close();
      });
      expectRead = () => {
        timer = setTimeout(breakOff, timeout);
      };
      expectRead();
    },
    async pull(controller) {
      clearTimeout(timer);
      try {
        const { done, value } = await source.next();
        if (ended) return;
        if (done) {
          end();
          return controller.close();
        }
        controller.enqueue(value);
        // Deno's server cancels inside of this enqueue when the connection is closed.
        if (!ended) expectRead();
      } catch (error) {
        end();
        throw error;
      }
    },
    cancel: leave,
  }, { highWaterMark: 0 });
}

/**
 * Whether the visitor has left, by the request's signal. On Deno it is unknown, because reading that signal prints a
 * warning.
 */
export function hasLeft(request: Request): boolean {
  return hostOf() !== "deno" && request.signal?.aborted === true;
}

/**
 * Listens to the request's signal. Some adapters of Node (`@whatwg-node/server`) report only there that the visitor has
 * left. Deno reports it by the body's `cancel`, and reading the signal prints a warning.
 */
function onRequestAbort(request: Request, callback: () => void): () => void {
  if (hostOf() === "deno") return () => {};
  // The request of Azure Functions has none.
  const signal = request.signal as AbortSignal | undefined;
  signal?.addEventListener("abort", callback);
  return () => signal?.removeEventListener("abort", callback);
}
