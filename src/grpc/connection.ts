import type { UniversalClientFn } from "@connectrpc/connect/protocol";
import type { ClientHttp2Stream } from "node:http2";
import type { Attempt } from "./attempt.ts";
import { Pieces } from "./pieces.ts";
import { type Session, sessionOf } from "./session.ts";

type ConnectNode = typeof import("@connectrpc/connect-node");
type Sessions = InstanceType<ConnectNode["Http2SessionManager"]>;

/** How a connection is made and kept. Durations are milliseconds. */
export interface ConnectionOptions {
  readonly ca: string | undefined;
  readonly pingInterval: number;
  readonly pingTimeout: number;
}

/** Ends a stream that is sent informational heads (1xx) without end: they are under no flow control, and no answer. */
function boundEarlyHeads(stream: ClientHttp2Stream): void {
  let heads = 0;
  stream.on("headers", () => {
    if (++heads > MAX_EARLY_HEADS) {
      stream.session?.destroy(new Error("too many heads before the answer"));
    }
  });
}

const MAX_EARLY_HEADS = 100;

/** The connection of a transport: connect-node's session manager, made when it is first needed. */
export class Connection {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly #options: ConnectionOptions;
  #opening: Promise<readonly [ConnectNode, Sessions]> | undefined;
  #sessions: Sessions | undefined;
  /** The session of the request before. */
  #last: Session | undefined;

  /** @throws {Error} when the runtime has no HTTP/2 client. */
  constructor(origin: string, options: ConnectionOptions) {
    // Asked by name and not imported, so that what imports this file starts everywhere and is told here. Workers may have
    // the module, but there is no client in it.
    const { process, navigator } = globalThis;
    if (
      process?.getBuiltinModule?.("node:http2") === undefined ||
      navigator?.userAgent === "Cloudflare-Workers"
    ) {
      throw new Error(
        "Native gRPC needs an HTTP/2 client (node:http2), which this runtime does not have: leave out transport, and " +
          "give as endpoint one that speaks gRPC-Web.",
      );
    }
    this.origin = origin;
    this.#options = options;
  }

  /** Sends one request. `attempt` learns of its stream. */
  async send(
    request: Parameters<UniversalClientFn>[0] & { readonly signal: AbortSignal },
    attempt: Attempt,
  ): ReturnType<UniversalClientFn> {
    const [node, sessions] = await (this.#opening ??= this.#open());
    let lose: () => void;
    const lost = new Promise<never>((_, reject) => {
      lose = () => reject(new Error("the connection was closed before the answer"));
    });
    let pieces: Pieces | undefined;
    const client = node.createNodeHttpClient({
      httpVersion: "2",
      sessionProvider: () => ({
        authority: sessions.authority,
        request: async (...args) => {
          await this.#last?.ask(this.#options.pingTimeout);
          await sessions.connect();
          // A call that ended while the connection was made must not be heard of.
          request.signal.throwIfAborted();
          const stream = await sessions.request(...args);
          const session = this.#last = sessionOf(stream);
          if (session.otherProtocol !== undefined) {
            stream.close();
            throw new Error(
              `the server does not speak HTTP/2 over TLS but ${session.otherProtocol}`,
            );
          }
          attempt.begin(stream, session);
          stream.once("response", () => attempt.hear());
          pieces = new Pieces(stream, () => {
            attempt.hear();
            sessions.notifyResponseByteRead(stream);
          });
          boundEarlyHeads(stream);
          // On Deno and Bun a stream on which a GOAWAY closed the connection ends without any error.
          stream.once("close", lose);
          return stream;
        },
        notifyResponseByteRead() {},
      }),
    });
    const response = await Promise.race([client(request), lost]);
    const body = pieces as Pieces;
    request.signal.addEventListener("abort", () => body.stop());
    return { ...response, body };
  }

  /** Closes it; the next request opens another. */
  close(): void {
    this.#sessions?.abort();
  }

  async #open(): Promise<readonly [ConnectNode, Sessions]> {
    const node = await import("@connectrpc/connect-node");
    const { ca, pingInterval, pingTimeout } = this.#options;
    this.#sessions = new node.Http2SessionManager(
      this.origin,
      {
        pingIntervalMs: pingInterval,
        pingTimeoutMs: pingTimeout,
        // Its timer would outlive the connection. Servers close idle connections, and a PING finds out.
        idleConnectionTimeoutMs: Infinity,
      },
      ca === undefined ? {} : { ca },
    );
    return [node, this.#sessions];
  }
}
