/**
 * Sends a gRPC-Web request with `fetch`, never twice, and turns each failure into one error on every runtime.
 *
 * @module
 */

import { hostOf, WITHOUT_LIMIT } from "../lib/runtime.ts";
import { withWebBody } from "./body_reader.ts";
import { fetchOf, fromHttp, noAnswer } from "./error_mapping.ts";
import { OnceBody, takesStreams } from "./once_body.ts";
import { isGrpcWeb, ResponseReader } from "./response_reader.ts";
import type { TransportCall } from "../contract/transport.ts";

/** Where and how to send. */
export interface SendOptions {
  /** The attempt that the request belongs to. */
  readonly call: TransportCall;
  /** Whether more than one message in the answer is an error. */
  readonly unary: boolean;
  /** Scheme, host and port of the endpoint, for the errors. */
  readonly origin: string;
  /** Sends the request. Default: the runtime's `fetch`. */
  readonly fetch: typeof globalThis.fetch | undefined;
}

/**
 * The headers of the protocol. `accept` is for servers that answer in the type that it names first (sonora 0.2).
 *
 * @param type The type of the messages.
 */
export function protocolHeadersOf(type: string): Readonly<Record<string, string>> {
  return { "content-type": type, "accept": type, "x-grpc-web": "1" };
}

/**
 * Sends a request of gRPC-Web.
 *
 * @param url The URL of the method.
 * @param headers The headers to send.
 * @param body The message in its frame.
 * @param options Where and how to send.
 * @returns The answer, whose head looks like gRPC-Web.
 * @throws {ConnectionError} when no answer comes.
 * @throws {TsetsenError} of the class of the HTTP status, when the answer is not gRPC-Web.
 */
export async function sendOnce(
  url: string,
  headers: HeadersInit,
  body: Uint8Array<ArrayBuffer>,
  options: SendOptions,
): Promise<ResponseReader> {
  const response = withWebBody(await post(url, headers, body, options));
  if (isGrpcWeb(response)) return new ResponseReader(response, options);
  response.body?.cancel().catch(() => {});
  throw fromHttp(response.status, response.headers, options.origin, options.call.secrets);
}

/**
 * The body of a request that costs credits. When a kept connection closes before the answer, Deno sends a POST again by
 * itself if the body can be read twice, even if it was charged. It does not send a Blob again. Elsewhere bytes are
 * sent, because React Native makes no Blob of bytes, and node-fetch 2 takes none.
 */
export function paidBody(bytes: Uint8Array<ArrayBuffer>): BodyInit {
  return hostOf() === "deno" ? new Blob([bytes]) : bytes;
}

/**
 * Sends a POST. Redirects are not followed, because the key would go along.
 *
 * @returns The answer, whatever its status and its type.
 * @throws {unknown} what ended the call before it was sent.
 * @throws {ConnectionError} when no answer comes.
 */
export async function post(
  url: string,
  headers: HeadersInit,
  bytes: Uint8Array<ArrayBuffer>,
  { call, origin, fetch: given }: Omit<SendOptions, "unary">,
): Promise<Response> {
  const fetch = fetchOf(given);
  const { billable, secrets } = call;
  const { signal } = call.lifetime;
  // workerd refuses "error". Node's undici copies every request for "manual".
  const redirect = hostOf() === "node" && !given ? "error" : "manual";
  const body = billable ? paidBody(bytes) : bytes;
  const init: RequestInit = { ...WITHOUT_LIMIT, method: "POST", headers, body, redirect, signal };
  call.sending?.(true);
  try {
    // Browsers speak HTTP/2 over TLS only.
    if (billable && url.startsWith("https:") && takesStreams()) {
      const once = new OnceBody(bytes);
      try {
        return await fetch(url, { ...init, body: once.stream, duplex: "half" } as RequestInit);
      } catch (error) {
        if (once.read || signal.aborted) throw error;
        // Nothing was sent. The server may speak HTTP/1.1 only, over which browsers send no streams.
      }
    }
    return await fetch(url, init);
  } catch (error) {
    // undici: "unexpected redirect". node-fetch, where that is the global `fetch`: "responds with a redirect".
    if (/[da] redirect/.test(`${error}${Object(error).cause}`)) {
      throw fromHttp(0, new Headers(), origin, secrets);
    }
    throw noAnswer(error, origin, secrets, "gRPC-Web");
  }
}
