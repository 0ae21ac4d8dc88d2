import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo, Server as NetServer, Socket } from "node:net";
import { isString, must, object, type Rule, whole } from "../check.ts";
import { createEmulator, type Emulator, MAX_BODY_BYTES } from "../emulator.ts";
import type { EmulatorOptions } from "../options.ts";

/** The options of an emulator that listens on a port. */
export interface StartOptions extends EmulatorOptions {
  /** The TCP port, 0 to 65,535. Default 0: any that is free. */
  readonly port?: number;
  /** The address to listen on. Default `"127.0.0.1"`: reachable from this machine only. */
  readonly hostname?: string;
}

/** An emulator that listens on a port. */
export interface RunningEmulator extends Emulator, AsyncDisposable {
  /** Where it is reached, as in `http://127.0.0.1:50051`: the client's endpoint. */
  readonly url: string;
  /** The TCP port. */
  readonly port: number;
  /**
   * Ends everything that is going on, closes all connections and frees the port.
   *
   * @returns A promise that resolves when the port is free. Calling again is no error.
   */
  close(): Promise<void>;
}

/**
 * Starts a local Tsetsen service on a port, on Deno, Bun or Node (20.16 or newer).
 *
 * @param options What it is made of, and where it listens. Everything is optional.
 * @returns The running emulator; close it, or declare it with `await using`.
 * @throws {TypeError} when an option is of another type.
 * @throws {RangeError} when an option is out of its range.
 * @throws {Error} when the port is not available, or the runtime has no `node:http`.
 *
 * @example Serve one request
 * ```ts
 * import { startEmulator } from "@tsetsen/sdk/emulator";
 *
 * await using emulator = await startEmulator({ queueTime: 0, pace: 0 });
 * const preview = await fetch(`${emulator.url}/audio/voice-${emulator.voices[0]?.id}.wav`);
 * if (preview.headers.get("content-type") !== "audio/wav") throw new Error("not audio");
 * await preview.body?.cancel();
 * ```
 */
export async function startEmulator(options: StartOptions = {}): Promise<RunningEmulator> {
  must("options", options, object);
  const { port = 0, hostname = "127.0.0.1", ...rest } = options;
  checkPlace(port, hostname);
  const emulator = createEmulator(rest);
  const { createServer } = nodeHttp();
  const server = createServer((request, response) => void answer(emulator, request, response));
  // Closing an idle connection at the moment when a client reuses it would be a fault that no test asked for.
  server.keepAliveTimeout = 0;
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await listen(server, port, hostname);
  const address = server.address() as AddressInfo;
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;

  const end = emulator.close;
  let closed: Promise<void> | undefined;
  const close = () => closed ??= shutDown(end, server, sockets);
  return Object.assign(emulator, {
    url: `http://${host}:${address.port}`,
    port: address.port,
    close,
    [Symbol.asyncDispose]: close,
  });
}

const aPort = whole(0, 65_535);
const anAddress: Rule = {
  expected: "an address or a name of this machine",
  type: isString,
  // With an empty one Node listens on all addresses, which nobody means.
  range: (hostname: string) => hostname !== "",
};

/** Checks where to listen. */
export function checkPlace(port: number, hostname: string): void {
  must("port", port, aPort);
  must("hostname", hostname, anAddress);
}

/**
 * `node:http`, the only server on the three runtimes that can destroy a connection, which half of the faults do. It is
 * looked up by name and not imported, so a bundle of `createEmulator` for a browser or a worker has nothing to resolve.
 */
function nodeHttp(): typeof import("node:http") {
  const http = globalThis.process?.getBuiltinModule?.("node:http");
  if (http === undefined) {
    throw new Error(
      "This runtime cannot listen on a port, because it has no node:http: use createEmulator",
    );
  }
  return http;
}

/** Waits until a server listens. */
export function listen(server: NetServer, port: number, hostname: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, hostname, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function shutDown(end: () => void, server: Server, sockets: Set<Socket>): Promise<void> {
  end();
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}

/** Answers one request. On any failure the client sees a broken connection. */
async function answer(
  emulator: Emulator,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  // On Deno a request that breaks off loses its socket.
  const { socket } = request;
  response.on("close", () => {
    if (!response.writableFinished) {
      gone.abort(new DOMException("The client closed the connection", "AbortError"));
    }
  });
  try {
    const answered = await emulator.fetch(await toRequest(request, gone.signal));
    response.writeHead(answered.status, Object.fromEntries(answered.headers));
    if (answered.body !== null) {
      response.flushHeaders();
      await send(answered.body, response, gone.signal);
    }
    response.end();
  } catch {
    socket.destroy();
  }
}

async function toRequest(request: IncomingMessage, signal: AbortSignal): Promise<Request> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(", ") : value);
  }
  const body = await readBody(request);
  return new Request(`http://${request.headers.host}${request.url}`, {
    method: request.method ?? "GET",
    headers,
    signal,
    ...(body && { body }),
  });
}

/** Reads the body of a request; `undefined` when it has none. Of a body that is too large it keeps enough to refuse it. */
export async function readBody(
  request: AsyncIterable<Uint8Array<ArrayBuffer>>,
): Promise<ArrayBuffer | undefined> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const piece of request) {
    if (bytes <= MAX_BODY_BYTES) pieces.push(piece);
    bytes += piece.length;
  }
  return pieces.length > 0 ? await new Blob(pieces).arrayBuffer() : undefined;
}

/** The response of HTTP/1.1 or of HTTP/2. */
interface Sink {
  write(piece: Uint8Array, done: (error?: Error | null) => void): boolean;
}

/**
 * Sends a body piece by piece, each when the one before is on its way.
 *
 * @param change What goes out in place of a piece. Default: the piece itself.
 */
export async function send(
  body: ReadableStream<Uint8Array>,
  response: Sink,
  gone: AbortSignal,
  change = (piece: Uint8Array): Uint8Array => piece,
): Promise<void> {
  const reader = body.getReader();
  gone.addEventListener("abort", () => void reader.cancel(gone.reason).catch(() => {}));
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    const piece = change(next.value);
    if (piece.length > 0) await write(response, piece, gone);
  }
}

function write(response: Sink, piece: Uint8Array, gone: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (gone.aborted) return reject(gone.reason);
    const leave = () => reject(gone.reason);
    gone.addEventListener("abort", leave, { once: true });
    response.write(piece, (error) => {
      gone.removeEventListener("abort", leave);
      if (error) reject(error);
      else resolve();
    });
  });
}
