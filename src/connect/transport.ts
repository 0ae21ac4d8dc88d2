/**
 * Connect-Web's transports, over a guarded `fetch`.
 *
 * @module
 */

import { fromBinary, fromJson } from "@bufbuild/protobuf";
import type { Interceptor } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { GenerateSpeechResponseSchema } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { endpointOf, type EndpointOptions } from "../contract/endpoint.ts";
import type { Transport, TransportCall } from "../contract/transport.ts";
import { validate, validateFields } from "../contract/validate.ts";
import { type AnswerFacts, connectFetch } from "./connect_fetch.ts";
import type { ConnectInterceptor } from "./connect_types.ts";
import { fromConnect } from "./errors.ts";
import { withRelativeAudio } from "../transport/relative_audio.ts";
import { guardedFetch } from "./guarded_fetch.ts";
import { overConnect } from "./over_connect.ts";

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

/**
 * Makes a transport of connect-web: gRPC-Web, as a client uses by default, or the Connect protocol; in binary form or as JSON.
 * Money, time, secrets and errors are the same with each.
 *
 * @param options Endpoint, protocol and form; each has a default.
 * @returns The transport, for a client's `transport`. Nothing is sent.
 * @throws {InvalidRequestError} when the endpoint is malformed, or is plaintext http without `secure: false`.
 * @throws {TypeError} when an option has the wrong type, or `protocol` is none of the two.
 *
 * @example JSON that the network panel shows
 * ```ts
 * import { Client, connectTransport } from "@tsetsen/sdk";
 *
 * function debug(endpoint: string): Client {
 *   return new Client({ transport: connectTransport({ endpoint, protocol: "connect", binary: false }) });
 * }
 * ```
 */
export function connectTransport(options: ConnectTransportOptions = {}): Transport {
  validate("options", options);
  validateFields("options", options);
  const { protocol = "grpc-web" } = options;
  if (protocol === "grpc-web") return webTransport(options);
  if (protocol !== "connect") {
    throw new TypeError('protocol must be "grpc-web" or "connect": got something else');
  }
  const { fetch, interceptors = [], binary = true } = options;
  for (const interceptor of interceptors) validate("each of interceptors", interceptor);
  const { baseUrl, origin } = endpointOf(options);
  const intercepted = interceptors.length > 0;
  const answers = new WeakMap<TransportCall, AnswerFacts>();
  const requestIdOf = binary ? requestIdIn : requestIdInJson;
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
      const facts: AnswerFacts = { reported: false };
      answers.set(call, facts);
      const guard = { call, unary, origin, fetch, requestIdIn: requestIdOf };
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
        answers.get(call)?.reported,
      ),
  });
}

/** Makes connect-web's transport of gRPC-Web, guarded. Nothing is sent. */
export function webTransport(options: Omit<ConnectTransportOptions, "protocol">): Transport {
  validateFields("options", options);
  const { fetch, interceptors = [], binary = true } = options;
  for (const interceptor of interceptors) validate("each of interceptors", interceptor);
  const { baseUrl, origin } = endpointOf(options);
  const intercepted = interceptors.length > 0;
  const connect = {
    baseUrl,
    useBinaryFormat: binary,
    interceptors: [...interceptors] as Interceptor[],
  };
  const requestIdOf = binary ? requestIdIn : requestIdInJson;
  const transport = overConnect({
    origin,
    // The guard ends the call by itself. Interceptors may have work of their own to end.
    needsSignal: intercepted,
    open: (call, unary) =>
      createGrpcWebTransport({
        ...connect,
        fetch: guardedFetch({ call, unary, origin, fetch, requestIdIn: requestIdOf }),
      }),
    explain: (error, { secrets }) =>
      fromConnect(error, secrets, intercepted ? undefined : "gRPC-Web"),
  });
  return withRelativeAudio(transport, baseUrl);
}

function requestIdIn(message: Uint8Array): string {
  try {
    return fromBinary(GenerateSpeechResponseSchema, message).requestId;
  } catch {
    return ""; // connect-web throws for it soon enough
  }
}

function requestIdInJson(message: Uint8Array): string {
  try {
    const json = JSON.parse(new TextDecoder().decode(message));
    return fromJson(GenerateSpeechResponseSchema, json, { ignoreUnknownFields: true }).requestId;
  } catch {
    return "";
  }
}
