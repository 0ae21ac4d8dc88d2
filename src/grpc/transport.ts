import type { Interceptor, Transport as RpcTransport } from "@connectrpc/connect";
import type { ConnectInterceptor } from "../connect/connect_types.ts";
import { fromConnect } from "../connect/errors.ts";
import { overConnect } from "../connect/over_connect.ts";
import { endpointOf, type EndpointOptions } from "../contract/endpoint.ts";
import type { Transport } from "../contract/transport.ts";
import { validate } from "../contract/validate.ts";
import { VERSION } from "../contract/version.ts";
import { ARRAY, checkOptions, DURATION, FLAG, type Rules } from "../lib/rules.ts";
import { CallSessions } from "./call_sessions.ts";
import { type ConnectNode, loadConnectNode } from "./connect_node.ts";
import { Connection } from "./connection.ts";
import { runtimeModules } from "./runtime_modules.ts";

/** Options of {@linkcode grpcTransport}. All durations are milliseconds. */
export interface GrpcTransportOptions extends EndpointOptions {
  /**
   * Certificates, in PEM form, of the authority that signs the server's certificate: for a private gateway or a test.
   * Default: the authorities that the runtime trusts.
   */
  readonly ca?: string | undefined;
  /**
   * The longest silence of the connection in milliseconds, above 0 and at most 2,147,483,647. After it a PING asks whether the
   * connection is alive: while calls are under way, and before a call on a connection that was idle. Default 60,000.
   */
  readonly pingInterval?: number | undefined;
  /**
   * The longest wait for the answer to a PING in milliseconds, above 0 and at most 2,147,483,647. After it the connection is
   * closed, and the calls on it fail. Default 10,000.
   */
  readonly pingTimeout?: number | undefined;
  /**
   * Connect interceptors around each attempt. They see the whole request, key and text included. A `ConnectError` that one
   * throws becomes the class of its code, anything else a plain `TsetsenError` with it as its `cause`. Default: none.
   */
  readonly interceptors?: readonly ConnectInterceptor[] | undefined;
}

const RULES: Rules<keyof GrpcTransportOptions> = {
  endpoint: ["string"],
  secure: FLAG,
  ca: [
    "string",
    "certificates in PEM form (-----BEGIN CERTIFICATE-----)",
    (pem: string) => pem.includes("-----BEGIN CERTIFICATE-----"),
    TypeError,
  ],
  pingInterval: DURATION,
  pingTimeout: DURATION,
  interceptors: ARRAY,
};

/** A transport that speaks native gRPC: the `transport` of a client. */
export interface GrpcTransport extends Transport, Disposable {
  /**
   * Closes the connection at once. Calls under way fail with a `ConnectionError`, and a later call opens another
   * connection. When every client of the transport is closed, the connection closes by itself.
   */
  close(): void;
}

/**
 * Makes a transport that speaks native gRPC over HTTP/2, on Deno, Bun and Node (20.16 or newer). From npm it needs a second
 * package: `npm install @connectrpc/connect-node@2.3`.
 *
 * The calls of all its clients share one connection. The first call opens it, a call after its loss opens another, and it is
 * closed with the last of the clients. An idle connection keeps no process alive.
 *
 * Money, time, secrets and errors are the same as over gRPC-Web. A call that costs credits is never sent again once it
 * may have reached the service. HTTP/2 proves more often that it has not.
 *
 * @param options Endpoint, TLS and keep-alive; each has a default.
 * @returns The transport. Nothing is sent. A call fails with a `TsetsenError` where `@connectrpc/connect-node` is missing.
 * @throws {InvalidRequestError} when the endpoint is malformed, or is plaintext of another machine without `secure: false`.
 * @throws {TypeError} when an option has the wrong type.
 * @throws {RangeError} when a number is out of its range.
 * @throws {Error} when the runtime has no HTTP/2 client: Workers and browsers have none.
 *
 * @example A gateway of your own, with a certificate of your own
 * ```ts
 * import { Client } from "@tsetsen/sdk";
 * import { grpcTransport } from "@tsetsen/sdk/grpc";
 *
 * function connect(ca: string): Client {
 *   return new Client({ transport: grpcTransport({ endpoint: "tts.internal:50051", ca }) });
 * }
 * ```
 */
export function grpcTransport(options: GrpcTransportOptions = {}): GrpcTransport {
  checkOptions(options, RULES);
  const { ca, pingInterval = 60_000, pingTimeout = 10_000, interceptors = [] } = options;
  for (const interceptor of interceptors) validate("each of interceptors", interceptor);
  const { baseUrl, origin } = endpointOf(options);
  const connection = new Connection(origin, runtimeModules(), { ca, pingInterval, pingTimeout });
  const intercepted = interceptors.length > 0;
  const close = () => connection.close();

  let clients = 0;
  const transport = overConnect({
    origin,
    // The streams end with the call by themselves. Interceptors need the signal to end work of their own.
    needsSignal: intercepted,
    open(call, unary) {
      // An interceptor may send by itself.
      if (!intercepted) call.sending?.(false);
      const sessionManager = new CallSessions(connection, call, unary);
      return deferred(({ createGrpcTransport }) =>
        createGrpcTransport({
          baseUrl,
          sessionManager,
          interceptors: [...interceptors] as Interceptor[],
          // Compression does not shrink speech, and a compressed answer could unpack to any size.
          acceptCompression: [],
          readMaxBytes: call.maxMessageBytes,
        })
      );
    },
    explain: (error, { secrets }) => fromConnect(error, secrets, intercepted ? undefined : "gRPC"),
  });
  return Object.assign(transport, {
    close,
    [Symbol.dispose]: close,
    retain() {
      let held = true;
      clients++;
      return () => {
        if (held && --clients === 0) close();
        held = false;
      };
    },
  });
}

/** A transport of connect-node, which is loaded by the first call. */
function deferred(make: (connectNode: ConnectNode) => RpcTransport): RpcTransport {
  return {
    async unary(method, signal, timeoutMs, header, ...rest) {
      const grpc = make(await loadConnectNode());
      return await grpc.unary(method, signal, timeoutMs, named(header), ...rest);
    },
    async stream(method, signal, timeoutMs, header, ...rest) {
      const grpc = make(await loadConnectNode());
      return await grpc.stream(method, signal, timeoutMs, named(header), ...rest);
    },
  };
}

/** Names the SDK in `user-agent`, where servers look for it. Browsers do not let a page set it. */
function named(given: HeadersInit | undefined): Headers {
  const headers = new Headers(given);
  if (!headers.has("user-agent")) headers.set("user-agent", `tsetsen-sdk-ts/${VERSION}`);
  return headers;
}
