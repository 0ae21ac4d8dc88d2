/**
 * What stands between `fetch` and the gRPC-Web parser: it makes one error of one fault on every runtime, bounds what an
 * answer may cost, and lets go of the answer when the call is over.
 *
 * @module
 */

import { onAbort } from "./abort.ts";
import { join } from "./audio.ts";
import { brokenOff, fromHttp, noAnswer } from "./error_mapping.ts";
import { FrameChecker, isDecodable } from "./frames.ts";
import { OnceBody, takesStreams } from "./once_body.ts";

/** What a guarded request is bound to. */
export interface GuardOptions {
  /** Ends the request and its answer. */
  readonly signal: AbortSignal;
  /** Whether the answer is a single message, and so can be read in one piece. */
  readonly unary: boolean;
  /** Whether the request costs credits. */
  readonly billable: boolean;
  /** The largest message to accept, in bytes. */
  readonly maxMessageBytes: number;
  /** Origin of the endpoint, for the errors. */
  readonly origin: string;
  /** What must not show in errors. */
  readonly secrets: readonly string[];
  /** What to send with, if not the runtime's `fetch`. */
  readonly fetch: typeof globalThis.fetch | undefined;
}

type Reader = Pick<ReadableStreamDefaultReader<Uint8Array>, "read">;

/** Sends a request and hands its checked answer on, in the shape that connect-web reads: status, headers and body. */
export async function guardedFetch(
  url: string,
  init: RequestInit,
  options: GuardOptions,
): Promise<Response> {
  const response = await send(url, init, options);
  const { status, headers } = response;
  if (!isGrpcWeb(response)) {
    dropBody(response);
    throw fromHttp(status, headers, options.origin, options.secrets);
  }
  const reader = response.body?.getReader();
  let read: Reader["read"];
  if (reader === undefined) {
    // Only headers that hold the status may come without a body.
    if (!headers.has("grpc-status")) throw brokenOff(options.origin);
    read = once(undefined);
  } else if (options.unary) read = once(await readAll(reader, headers, options));
  else read = checked(reader, headers, options);
  // connect-web asks a response for nothing else. A status outside 2xx would make it pass over the grpc-status.
  const body = { getReader: () => ({ read }) };
  return { status: 200, headers: withDecodableMessage(headers), body } as unknown as Response;
}

async function send(url: string, init: RequestInit, options: GuardOptions): Promise<Response> {
  // Never called as a method: workerd's fetch refuses any other `this`.
  const fetch = options.fetch ?? globalThis.fetch;
  const { method, headers } = init;
  const { billable, signal } = options;
  const bytes = init.body as Uint8Array<ArrayBuffer>;
  // Redirects are not followed, as the key would go along. "error" would say so, but workerd knows only "manual".
  const post = (body: BodyInit, more?: object) =>
    fetch(url, { method, headers, body, redirect: "manual", signal, ...more } as RequestInit);
  try {
    // Only TLS has HTTP/2 in browsers.
    if (billable && url.startsWith("https:") && takesStreams()) {
      const body = new OnceBody(bytes);
      try {
        return await post(body.stream, { duplex: "half" });
      } catch (error) {
        if (body.read || signal.aborted) throw error;
        // Nothing was sent. The server may speak HTTP/1.1 only, over which a browser takes no stream.
      }
    }
    // Deno sends a POST again by itself when a kept connection closes before the answer, charged or not, if the body can
    // be read twice. A Blob is not sent again.
    return await post(billable ? new Blob([bytes]) : bytes);
  } catch (error) {
    throw noAnswer(error, options.origin, options.secrets);
  }
}

function isGrpcWeb(response: Response): boolean {
  const { status, headers } = response;
  const type = headers.get("content-type") ?? "";
  return /^application\/grpc-web(\+proto)?\s*(;|$)/i.test(type) &&
    ((status >= 200 && status < 300) || headers.has("grpc-status"));
}

// As in the trailers: a message that cannot be decoded must not cost the status.
function withDecodableMessage(headers: Headers): Headers {
  const message = headers.get("grpc-message");
  if (message === null || isDecodable(message)) return headers;
  const copy = new Headers(headers);
  copy.set("grpc-message", message.replaceAll("%", "?"));
  return copy;
}

async function readAll(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  headers: Headers,
  options: GuardOptions,
): Promise<Uint8Array | undefined> {
  const read = checked(reader, headers, options);
  const chunks: Uint8Array[] = [];
  for (;;) {
    const { done, value } = await read();
    if (done) break;
    chunks.push(value);
  }
  return chunks.length > 1 ? join(chunks) : chunks[0];
}

function checked(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  headers: Headers,
  options: GuardOptions,
): Reader["read"] {
  const { signal, origin } = options;
  const frames = new FrameChecker(options.maxMessageBytes, origin, options.unary);
  // After a garbage collection an abort may no longer reach the body (nodejs/undici#3644), and Deno keeps the connection
  // of a body that is only aborted: cancel it by hand.
  const drop = () => void reader.cancel().catch(ignore);
  if (signal.aborted) drop();
  const unlisten = onAbort(signal, drop);
  let ended = false;
  return async () => {
    if (ended) return DONE;
    try {
      const result = await readOrBroken(reader, options);
      if (!result.done) return { done: false, value: frames.push(result.value) };
      ended = true;
      unlisten();
      // Headers that already hold the status may come without a body ("trailers-only").
      if (frames.empty && headers.has("grpc-status")) return DONE;
      return { done: false, value: frames.finish() };
    } catch (error) {
      unlisten();
      drop();
      throw error;
    }
  };
}

const DONE = { done: true } as ReadableStreamReadDoneResult<Uint8Array>;

async function readOrBroken(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  options: GuardOptions,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  try {
    return await reader.read();
  } catch (error) {
    throw brokenOff(options.origin, error, options.secrets);
  }
}

function once(value: Uint8Array | undefined): Reader["read"] {
  let rest = value;
  return () => {
    const next = rest;
    rest = undefined;
    return Promise.resolve(next === undefined ? DONE : { done: false, value: next });
  };
}

function dropBody(response: Response): void {
  response.body?.cancel().catch(ignore);
}

function ignore(): void {}
