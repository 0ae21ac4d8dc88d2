/**
 * Connect-Web's transport of gRPC-Web, over a guarded `fetch`.
 *
 * @module
 */

import type { Interceptor } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { endpointOf, type EndpointOptions } from "../contract/endpoint.ts";
import { TsetsenError } from "../contract/errors.ts";
import type { Transport } from "../contract/transport.ts";
import { validate, validateFields } from "../contract/validate.ts";
import type { ConnectInterceptor } from "./connect_types.ts";
import { fromConnect } from "./errors.ts";
import { guardedFetch } from "./guarded_fetch.ts";
import { overConnect } from "./over_connect.ts";
import { requestIdIn } from "../transport/request_id.ts";
import { withRelativeAudio } from "../transport/relative_audio.ts";
import { protocolHeadersOf } from "../transport/send_once.ts";

/** Options of connect-web's transport of gRPC-Web. */
export interface WebTransportOptions extends EndpointOptions {
  /** Sends JSON, and reads the id of a job from an answer in JSON. Default: messages in binary form. */
  readonly readJson?: ((message: Uint8Array) => string) | undefined;
  /** Sends the requests. Default: the runtime's `fetch`, looked up at each call. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /**
   * Connect interceptors around each attempt. They see the whole request, key and text included. A `ConnectError` that one
   * throws becomes the class of its code, anything else a plain `TsetsenError` with it as its `cause`. Default: none.
   */
  readonly interceptors?: readonly ConnectInterceptor[] | undefined;
}

/** Makes connect-web's transport of gRPC-Web, guarded. Nothing is sent. */
export function webTransport(options: WebTransportOptions): Transport {
  validateFields("options", options);
  const { fetch, interceptors = [], readJson } = options;
  for (const interceptor of interceptors) validate("each of interceptors", interceptor);
  const { baseUrl, origin } = endpointOf(options);
  checkStreams();
  const intercepted = interceptors.length > 0;
  const connect = {
    baseUrl,
    useBinaryFormat: !readJson,
    interceptors: [...interceptors] as Interceptor[],
  };
  const protocolHeaders = protocolHeadersOf(`application/grpc-web+${readJson ? "json" : "proto"}`);
  const transport = overConnect({
    origin,
    // The guard ends the call by itself. Interceptors need the signal to end work of their own.
    needsSignal: intercepted,
    headers: ({ headers }) => intercepted ? headers : NO_HEADERS,
    open(call, unary) {
      // An interceptor may send by itself.
      if (!intercepted) call.sending?.(false);
      const headers = intercepted ? undefined : { ...call.headers, ...protocolHeaders };
      const guard = { call, unary, origin, fetch, requestIdIn: readJson ?? requestIdIn, headers };
      return createGrpcWebTransport({ ...connect, fetch: guardedFetch(guard) });
    },
    explain: (error, { secrets }) =>
      fromConnect(error, secrets, intercepted ? undefined : "gRPC-Web"),
  });
  return withRelativeAudio(transport, baseUrl);
}

/**
 * Refuses a runtime without streams (React Native, workerd before the compatibility date 2022-11-30). Connect-web makes
 * a stream of each answer: a call would be charged and its answer lost.
 */
export function checkStreams(): void {
  try {
    new ReadableStream();
  } catch (cause) {
    throw new TsetsenError("No ReadableStream: use @tsetsen/sdk/lean.", { charged: "no", cause });
  }
}

/** The headers that connect-web gets when the guard sends the real ones. */
const NO_HEADERS = {};
