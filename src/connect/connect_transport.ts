/**
 * Connect-Web's other transports, for debugging and for other gateways: the Connect protocol, and JSON.
 *
 * @module
 */

import { ConnectError, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { endpointOf, type EndpointOptions } from "../contract/endpoint.ts";
import type { Transport, TransportCall } from "../contract/transport.ts";
import { type FieldNames, validate, validateFields } from "../contract/validate.ts";
import { type AnswerFacts, connectFetch } from "./connect_fetch.ts";
import type { ConnectInterceptor } from "./connect_types.ts";
import { fromConnect } from "./errors.ts";
import { overConnect } from "./over_connect.ts";
import { requestIdIn, requestIdInJson } from "../transport/request_id.ts";
import { checkStreams, webTransport } from "./web_transport.ts";

/** Options of {@linkcode connectTransport}. */
export interface ConnectTransportOptions extends EndpointOptions {
  /** The protocol. Default `"grpc-web"`. */
  readonly protocol?: "grpc-web" | "connect" | undefined;
  /**
   * Whether messages are sent in binary form. `false` sends JSON, which the network panel of a browser shows; the service
   * must accept it. Default true.
   */
  readonly binary?: boolean | undefined;
  /** Sends the requests. Default: the runtime's `fetch`, looked up at each call. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /**
   * Connect interceptors around each attempt. They see the whole request, key and text included. A `ConnectError` that one
   * throws becomes the class of its code, anything else a plain `TsetsenError` with it as its `cause`. Default: none.
   */
  readonly interceptors?: readonly ConnectInterceptor[] | undefined;
}

const OPTIONS: FieldNames<Required<ConnectTransportOptions>> = {
  endpoint: true,
  secure: true,
  protocol: true,
  binary: true,
  fetch: true,
  interceptors: true,
};

/**
 * Makes a transport of connect-web: gRPC-Web, which a client uses by default, or the Connect protocol; in binary form
 * or as JSON. Money, time, secrets and errors are the same with each.
 *
 * @param options Endpoint, protocol and form; each has a default.
 * @returns The transport, for a client's `transport`. Nothing is sent.
 * @throws {InvalidRequestError} when the endpoint is malformed, or is plaintext http without `secure: false`.
 * @throws {TypeError} when an option has the wrong type, or `protocol` is neither of the two.
 * @throws {TsetsenError} when the runtime makes no `ReadableStream`, for `"grpc-web"`. With `"connect"` each stream fails then.
 *
 * @example JSON that the network panel shows
 * ```ts
 * import { Client } from "@tsetsen/sdk";
 * import { connectTransport } from "@tsetsen/sdk/connect";
 *
 * function debug(endpoint: string): Client {
 *   return new Client({ transport: connectTransport({ endpoint, protocol: "connect", binary: false }) });
 * }
 * ```
 */
export function connectTransport(options: ConnectTransportOptions = {}): Transport {
  validateFields("options", options, OPTIONS);
  const { protocol = "grpc-web", binary = true, ...web } = options;
  if (protocol === "grpc-web") {
    return webTransport(binary ? web : { ...web, readJson: requestIdInJson });
  }
  if (protocol !== "connect") {
    throw new TypeError('protocol must be "grpc-web" or "connect": got something else');
  }
  const { fetch, interceptors = [] } = web;
  for (const interceptor of interceptors) validate("each of interceptors", interceptor);
  const { baseUrl, origin } = endpointOf(options);
  const intercepted = interceptors.length > 0;
  const answers = new WeakMap<TransportCall, AnswerFacts>();
  const readRequestId = binary ? requestIdIn : requestIdInJson;
  return overConnect({
    origin,
    needsSignal: intercepted,
    headers: ({ headers }) => {
      const { "grpc-timeout": _, ...rest } = headers;
      const [, digits, unit] = /^(\d+)([mS])$/.exec(headers["grpc-timeout"] ?? "") ?? [];
      if (digits === undefined) return rest;
      return { ...rest, "connect-timeout-ms": unit === "S" ? `${digits}000` : digits };
    },
    open(call, unary) {
      if (!unary) checkStreams();
      // An interceptor may send by itself.
      if (!intercepted) call.sending?.(false);
      const facts: AnswerFacts = { reported: undefined };
      answers.set(call, facts);
      const guard = { call, unary, origin, fetch, requestIdIn: readRequestId };
      return createConnectTransport({
        baseUrl,
        useBinaryFormat: binary,
        interceptors: [...interceptors] as Interceptor[],
        fetch: connectFetch(guard, facts),
      });
    },
    explain: (error, call) =>
      fromConnect(
        error,
        call.secrets,
        intercepted ? undefined : "Connect",
        // Connect's own errors about an answer have other codes.
        error instanceof ConnectError && error.code === answers.get(call)?.reported,
      ),
  });
}
