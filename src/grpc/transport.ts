import type { Transport } from "@connectrpc/connect";
import { createTransport } from "@connectrpc/connect/protocol-grpc";
import { BOUND, type Bound, type BoundCall } from "../transport/bound_transport.ts";
import type { ConnectTransport } from "../contract/connect_types.ts";
import { readEnv } from "../lib/runtime.ts";
import { toTsetsenError } from "../transport/error_mapping.ts";
import { DEFAULT_ENDPOINT, resolveEndpoint } from "../contract/options.ts";
import { validate, validateFields } from "../contract/validate.ts";
import { VERSION } from "../contract/version.ts";
import { Connection } from "./connection.ts";
import { guardedHttp2 } from "./guard.ts";

/** Options of {@linkcode grpcTransport}. All durations are milliseconds. */
export interface GrpcTransportOptions {
  /**
   * Where the service is: `host:port`, or a URL, which may have a path. It must speak gRPC over HTTP/2.
   * Default: the environment's `TSETSEN_API_ENDPOINT`, or `api.tsetsen.ai:50051`.
   */
  readonly endpoint?: string | undefined;
  /** Whether to use TLS. `false` allows plaintext, where everyone on the way can read the key. Default true. */
  readonly secure?: boolean | undefined;
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
}

/** A transport that speaks native gRPC: give it to a client as its `transport`. */
export interface GrpcTransport extends ConnectTransport, Disposable {
  /**
   * Closes the connection at once: calls that are under way fail with a `ConnectionError`. A later call opens another.
   * There is no need to call it when every client of the transport is closed.
   */
  close(): void;
}

/** The bound of a client that does not say another, for calls without a client. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

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
  const { endpoint = readEnv("TSETSEN_API_ENDPOINT") ?? DEFAULT_ENDPOINT, secure = true } = options;
  const url = resolveEndpoint(endpoint, secure);
  const { ca, pingInterval = 60_000, pingTimeout = 10_000 } = options;
  const connection = new Connection(url.origin, { ca, pingInterval, pingTimeout });
  const baseUrl = url.origin + url.pathname.replace(/\/+$/, "");
  const connect = (call: BoundCall) => openConnect(connection, baseUrl, call);
  const close = () => connection.close();

  let clients = 0;
  const bound: Bound = {
    open: (call) => withOurErrors(connect(call), call),
    retain() {
      let held = true;
      clients++;
      return () => {
        if (held && --clients === 0) close();
        held = false;
      };
    },
  };
  // For who uses it without a client: with the errors of Connect, which have the status as the service gave it.
  const free = (unary: boolean, signal = new AbortController().signal) =>
    connect({ signal, unary, secrets: [], maxMessageBytes: MAX_MESSAGE_BYTES, interceptors: [] });
  const calls: Transport = {
    unary: (method, signal, ...rest) => free(true, signal).unary(method, signal, ...rest),
    stream: (method, signal, ...rest) => free(false, signal).stream(method, signal, ...rest),
  };
  // The client asks where the service is: from there alone may audio on this machine be named.
  const { origin } = url;
  return Object.assign(calls, { close, origin, [Symbol.dispose]: close, [BOUND]: bound });
}

function openConnect(connection: Connection, baseUrl: string, call: BoundCall): Transport {
  const { interceptors, maxMessageBytes } = call;
  const grpc = createTransport({
    baseUrl,
    interceptors,
    httpClient: guardedHttp2(connection, call),
    useBinaryFormat: true,
    // Speech does not shrink, and what is compressed could be a bomb.
    acceptCompression: [],
    sendCompression: null,
    compressMinBytes: 0,
    readMaxBytes: maxMessageBytes,
    writeMaxBytes: 2 ** 32 - 1,
  });
  return {
    unary: (method, signal, timeoutMs, header, ...rest) =>
      grpc.unary(method, signal, timeoutMs, named(header), ...rest),
    stream: (method, signal, timeoutMs, header, ...rest) =>
      grpc.stream(method, signal, timeoutMs, named(header), ...rest),
  };
}

function withOurErrors(grpc: Transport, { secrets, interceptors }: BoundCall): Transport {
  const fail = (error: unknown): never => {
    throw toTsetsenError(error, secrets, interceptors.length === 0 ? "gRPC" : undefined);
  };
  return {
    unary: (...call) => grpc.unary(...call).catch(fail),
    async stream(...call) {
      const response = await grpc.stream(...call).catch(fail);
      const messages = response.message[Symbol.asyncIterator]();
      const next = () => messages.next().catch(fail);
      return { ...response, message: { [Symbol.asyncIterator]: () => ({ next }) } };
    },
  };
}

/** Outside of browsers the SDK's name can be where servers look for it. */
function named(given: HeadersInit | undefined): Headers {
  const headers = new Headers(given);
  if (!headers.has("user-agent")) headers.set("user-agent", `tsetsen-sdk-ts/${VERSION}`);
  return headers;
}
