/**
 * What stands between gRPC-Web and `fetch`: it makes one error of one fault on every runtime, and sends nothing twice.
 *
 * @module
 */

import { ResponseReader, type ResponseReaderOptions } from "./response_reader.ts";
import { hostOf } from "../lib/runtime.ts";
import { fromHttp, noAnswer } from "./error_mapping.ts";
import { OnceBody, takesStreams } from "./once_body.ts";

/** What a guarded request is bound to. */
export interface SendOptions extends ResponseReaderOptions {
  /** Whether the request costs credits. */
  readonly billable: boolean;
  /** Is told of the message of a unary answer as soon as it has come, whatever becomes of the answer. */
  readonly answered?: ((message: Uint8Array) => void) | undefined;
  /** What to send with, if not the runtime's `fetch`. */
  readonly fetch: typeof globalThis.fetch | undefined;
}

/**
 * Sends a request.
 *
 * @returns The answer, whose head is that of gRPC-Web.
 */
export async function sendOnce(
  url: string,
  headers: Headers,
  body: Uint8Array<ArrayBuffer>,
  options: SendOptions,
): Promise<ResponseReader> {
  const response = await send(url, headers, body, options);
  if (isGrpcWeb(response)) return new ResponseReader(response, options);
  response.body?.cancel().catch(() => {});
  throw fromHttp(response.status, response.headers, options.origin, options.secrets);
}

async function send(
  url: string,
  headers: Headers,
  bytes: Uint8Array<ArrayBuffer>,
  options: SendOptions,
): Promise<Response> {
  // Never called as a method: workerd's fetch refuses any other `this`.
  const fetch = options.fetch ?? globalThis.fetch;
  const method = "POST";
  const { billable, lifetime } = options;
  const { signal } = lifetime;
  // Redirects are not followed, as the key would go along. workerd knows only "manual"; Node's undici copies every request for it.
  const redirect = hostOf() === "node" ? "error" : "manual";
  const post = (body: BodyInit, more?: object) =>
    fetch(url, { method, headers, body, redirect, signal, ...more } as RequestInit);
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
    if (/unexpected redirect/.test(`${(error as Error | undefined)?.cause}`)) {
      throw fromHttp(0, new Headers(), options.origin, options.secrets);
    }
    throw noAnswer(error, options.origin, options.secrets, "gRPC-Web");
  }
}

function isGrpcWeb(response: Response): boolean {
  const { status, headers } = response;
  const type = headers.get("content-type") ?? "";
  return /^application\/grpc-web(\+proto)?\s*(;|$)/i.test(type) &&
    ((status >= 200 && status < 300) || headers.has("grpc-status"));
}
