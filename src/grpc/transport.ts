import type { Interceptor, Transport as RpcTransport } from "@connectrpc/connect";
import type { ConnectInterceptor } from "../connect/connect_types.ts";
import { fromConnect } from "../connect/errors.ts";
import { overConnect } from "../connect/over_connect.ts";
import { endpointOf, type EndpointOptions } from "../contract/endpoint.ts";
import type { Transport, TransportCall } from "../contract/transport.ts";
import { validate, validateFields } from "../contract/validate.ts";
import { VERSION } from "../contract/version.ts";
import { CallSessions } from "./call_sessions.ts";
import { type ConnectNode, loadConnectNode } from "./connect_node.ts";
import { Connection } from "./connection.ts";
import { runtimeModules } from "./runtime_modules.ts";

/** Options of {@linkcode grpcTransport}. All durations are milliseconds. */
export interface GrpcTransportOptions extends EndpointOptions {
  /**
   * Certificates, in PEM form, of the authority that vouches for the server: for a private gateway or a test. Default:
   * the authorities that the runtime trusts.
   */
  readonly ca?: string | undefined;
  /**
   * How long the connection may be silent, in milliseconds, above 0 and at most 2,147,483,647, before a PING asks whether
   * it is alive: while calls are under way, and before a call on a connection that was idle. Default 60,000.
   */
  readonly pingInterval?: number | undefined;
  /**
   * How long to wait for the answer to a PING, in milliseconds, above 0 and at most 2,147,483,647. Without it the
   * connection is given up, with the calls on it. Default 10,000.
   */
  readonly pingTimeout?: number | undefined;
  /**
   * Connect interceptors around each attempt. They see the whole request, key and text included. A `ConnectError` that one
   * throws becomes the class of its code, anything else a plain `TsetsenError` with it as its `cause`. Default: none.
   */
  readonly interceptors?: readonly ConnectInterceptor[] | undefined;
}

/** A transport that speaks native gRPC: give it to a client as its `transport`. */
export interface GrpcTransport extends Transport, Disposable {
  /**
   * Closes the connection at once: calls that are under way fail with a `ConnectionError`. A later call opens another.
   * There is no need to call it when every client of the transport is closed.
   */
  close(): void;
}

/**
 * A transport that speaks native gRPC over HTTP/2, on Deno, Bun and Node (20.16 or newer).
 *
 * The calls of all its clients share one connection. It is made by the first call, made again after it was lost, and
 * closed when the last of the clients is closed: no client closes it for another one. An idle connection keeps no process
 * alive.
 *
 * Money, time, secrets and errors are as over gRPC-Web. Here, too, a call that costs credits is never sent again once it
 * may have reached the service; HTTP/2 proves more often that it did not.
 *
 * @param options Endpoint, TLS and keep-alive; each has a default.
 * @throws {InvalidRequestError} when the endpoint is malformed, or is plaintext without `secure: false`.
 * @throws {TypeError} when an option has the wrong type.
 * @throws {RangeError} when a number is out of its range.
 * @throws {Error} when the runtime has no HTTP/2 client, as Workers and browsers.
 *
 * @example A gateway of one's own, with a certificate of one's own
 * ```ts
 * import { Client } from "@tsetsen/sdk";
 * import { grpcTransport } from "@tsetsen/sdk/grpc";
 *
 * async function connect(): Promise<Client> {
 *   const ca = await Deno.readTextFile("ca.pem");
 *   return new Client({ transport: grpcTransport({ endpoint: "tts.internal:50051", ca }) });
 * }
 * ```
 */
export function grpcTransport(options: GrpcTransportOptions = {}): GrpcTransport {
  validate("options", options);
  validateFields("options", options);
  const { ca, pingInterval = 60_000, pingTimeout = 10_000, interceptors = [] } = options;
  for (const interceptor of interceptors) validate("each of interceptors", interceptor);
  const { baseUrl, origin } = endpointOf(options);
  const connection = new Connection(origin, runtimeModules(), { ca, pingInterval, pingTimeout });
  const intercepted = interceptors.length > 0;
  const close = () => connection.close();
  const sessionsOf = new WeakMap<TransportCall, CallSessions>();

  let clients = 0;
  const transport = overConnect({
    origin,
    // The streams end with the call by themselves. Interceptors may have work of their own to end.
    needsSignal: intercepted,
    open(call, unary) {
      const sessionManager = new CallSessions(connection, call, unary);
      sessionsOf.set(call, sessionManager);
      return deferred(({ createGrpcTransport }) =>
        createGrpcTransport({
          baseUrl,
          sessionManager,
          interceptors: [...interceptors] as Interceptor[],
          // Speech does not shrink, and a compressed answer could unpack to any size.
          acceptCompression: [],
          readMaxBytes: call.maxMessageBytes,
        })
      );
    },
    explain(error, call) {
      sessionsOf.get(call)?.close();
      return fromConnect(error, call.secrets, intercepted ? undefined : "gRPC");
    },
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

/** Outside of browsers the SDK's name can be where servers look for it. */
function named(given: HeadersInit | undefined): Headers {
  const headers = new Headers(given);
  if (!headers.has("user-agent")) headers.set("user-agent", `tsetsen-sdk-ts/${VERSION}`);
  return headers;
}
