/**
 * The answers of the proxy, with their headers.
 *
 * @module
 */

import { GRPC_WEB } from "./status_error.ts";

/**
 * What a stream says to servers on the way: do not buffer it (nginx), do not compress it, and ask for no part of it.
 */
const STREAM_HEADERS = {
  "x-accel-buffering": "no",
  "cache-control": "no-store, no-transform",
  "accept-ranges": "none",
};

/** Makes the answer to a call. */
export function grpcWeb(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  isStream: boolean = false,
): Response {
  const headers = { "content-type": GRPC_WEB, ...(isStream ? STREAM_HEADERS : {}) };
  return new Response(body, { headers });
}

/** Makes an answer of one line, for a request that is not a call. */
export function plainText(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(`${text}\n`, {
    status,
    headers: {
      ...headers,
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
}
