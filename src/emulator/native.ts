/**
 * Native gRPC for the emulator, on Deno, Bun or Node: a second port of the same service, over HTTP/2. Both ports share
 * one ledger, one list of requests, and one queue of faults.
 *
 * ```ts
 * import { Client } from "@tsetsen/sdk";
 * import { startEmulator } from "@tsetsen/sdk/emulator";
 * import { serveGrpc } from "@tsetsen/sdk/emulator/grpc";
 * import { grpcTransport } from "@tsetsen/sdk/grpc";
 *
 * await using emulator = await startEmulator();
 * await using server = await serveGrpc(emulator);
 * const { apiKey } = emulator;
 * const transport = grpcTransport({ endpoint: server.url, secure: false });
 * using client = new Client({ apiKey, transport });
 * const { credits } = await client.getUserBalance();
 * if (credits !== 100_000) throw new Error("the emulator's key has 100,000 credits");
 * ```
 *
 * @module
 */

import type {
  Http2Server,
  Http2ServerRequest,
  Http2ServerResponse,
  Http2Session,
} from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { destroyLate } from "../grpc/late_destroy.ts";
import { must, object } from "./check.ts";
import { check, refuseUnknown, type Rule } from "../lib/rules.ts";
import { NativeAnswer, toGrpcWeb } from "./http/native_answer.ts";
import { checkPlace, listen, readBody, type RunningEmulator, send } from "./http/serve.ts";

/** Where native gRPC is served. */
export interface GrpcServeOptions {
  /** The TCP port, 0 to 65,535. Default 0: any that is free. */
  readonly port?: number;
  /** The address to listen on. Default `"127.0.0.1"`: reachable from this machine only. */
  readonly hostname?: string;
  /** Certificate and key in PEM form, to serve TLS. Default: plaintext (h2c). */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** An emulator's port for native gRPC. */
export interface GrpcServer extends AsyncDisposable {
  /** Where it is reached, as in `http://127.0.0.1:50052`: the transport's endpoint. */
  readonly url: string;
  /** The TCP port. */
  readonly port: number;
  /**
   * Closes all connections and frees the port; the emulator goes on.
   *
   * @returns A promise that resolves when the port is free. Calling again is no error.
   */
  close(): Promise<void>;
}

const EMULATOR: Rule = [
  "object",
  "an emulator",
  ({ fetch }: { fetch?: unknown }) => typeof fetch === "function",
  TypeError,
];

/**
 * Serves an emulator by native gRPC as well, on Deno, Bun or Node (20.16 or newer).
 *
 * Keys, ledger, jobs and faults are those of the emulator. A fault in the bytes of gRPC-Web applies to those of gRPC.
 * Trailers are those of HTTP/2, so a fault behind them, or in their frame, has no effect. `drop` destroys the
 * connection, and ends the other calls on it. Audio comes from the emulator's own address.
 *
 * @param emulator The emulator; close it after this.
 * @param options Where to listen. Everything is optional.
 * @returns The running server; close it, or declare it with `await using`.
 * @throws {TypeError} when there is no emulator, or an option is of another type.
 * @throws {RangeError} when an option is out of its range.
 * @throws {Error} when the port is not available, or the runtime has no `node:http2`.
 */
export async function serveGrpc(
  emulator: Pick<RunningEmulator, "fetch" | "url">,
  options: GrpcServeOptions = {},
): Promise<GrpcServer> {
  must("options", options, object);
  refuseUnknown(options, { port: true, hostname: true, tls: true });
  const { port = 0, hostname = "127.0.0.1", tls } = options;
  check("emulator", emulator, EMULATOR);
  checkPlace(port, hostname);
  const http2 = nodeHttp2();
  const server = tls === undefined ? http2.createServer() : http2.createSecureServer({ ...tls });
  // The sockets, by the port of the client. A session hides its socket, and would send a GOAWAY before it is destroyed.
  const sockets = new Map<number | undefined, Socket>();
  server.on("connection", (socket: Socket) => {
    const { remotePort } = socket;
    sockets.set(remotePort, socket);
    socket.on("close", () => sockets.delete(remotePort));
  });
  server.on("session", (session: Http2Session) => {
    destroyLate(session);
    // The client closed the connection.
    session.on("error", () => {});
  });
  server.on("request", (request: Http2ServerRequest, response: Http2ServerResponse) => {
    const { remotePort } = request.socket;
    void answer(emulator, request, response, () => sockets.get(remotePort)?.destroy());
  });
  await listen(server, port, hostname);
  const address = server.address() as AddressInfo;
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;

  let closed: Promise<void> | undefined;
  const close = () => closed ??= shutDown(server, sockets);
  return {
    url: `http${tls === undefined ? "" : "s"}://${host}:${address.port}`,
    port: address.port,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function nodeHttp2(): typeof import("node:http2") {
  const http2 = globalThis.process?.getBuiltinModule?.("node:http2");
  if (http2 === undefined) {
    throw new Error("This runtime cannot serve native gRPC, because it has no node:http2");
  }
  return http2;
}

function shutDown(
  server: Http2Server,
  sockets: ReadonlyMap<number | undefined, Socket>,
): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets.values()) socket.destroy();
  });
}

/** Answers one request. On any failure the client sees a broken connection. */
async function answer(
  emulator: Pick<RunningEmulator, "fetch" | "url">,
  request: Http2ServerRequest,
  response: Http2ServerResponse,
  drop: () => void,
): Promise<void> {
  const gone = new AbortController();
  let complete = false;
  const leave = () => {
    if (!complete) gone.abort(new DOMException("The client left", "AbortError"));
  };
  // On Deno a write fails between these two events.
  request.on("aborted", leave);
  response.on("close", leave);
  response.on("error", () => {});
  try {
    const native = new NativeAnswer(
      await emulator.fetch(toGrpcWeb(emulator.url, request, await readBody(request), gone.signal)),
    );
    response.writeHead(native.status, native.headers);
    if (native.body !== null) {
      await send(native.body, response, gone.signal, (piece) => native.take(piece));
    }
    complete = true;
    if (native.trailers !== undefined) response.addTrailers(native.trailers);
    response.end();
  } catch {
    complete = true;
    if (!gone.signal.aborted) drop();
  }
}
