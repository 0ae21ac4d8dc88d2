import type { UniversalClientFn } from "@connectrpc/connect/protocol";
import type { ClientHttp2Session, ClientHttp2Stream } from "node:http2";

type ConnectNode = typeof import("@connectrpc/connect-node");
type Sessions = InstanceType<ConnectNode["Http2SessionManager"]>;

/** How a connection is made and kept. Durations are milliseconds. */
export interface ConnectionOptions {
  readonly ca: string | undefined;
  readonly pingInterval: number;
  readonly pingTimeout: number;
}

/** One request, for who must know whether the service may have taken it. */
export class Attempt {
  #stream: ClientHttp2Stream | undefined;
  #session: SessionFacts | undefined;

  /** It has a stream: from here on the service may hear of it. */
  begin(stream: ClientHttp2Stream, session: SessionFacts): void {
    this.#stream = stream;
    this.#session = session;
  }

  /** Whether it is proven that the service did not take it: RFC 9113, 6.8 and 8.7. */
  get refused(): boolean {
    if (this.#stream === undefined) return true;
    const { id = 0, rstCode } = this.#stream;
    return rstCode === REFUSED_STREAM || id > (this.#session?.lastTaken ?? Infinity);
  }
}

const REFUSED_STREAM = 7;

/** What is known about an HTTP/2 session. */
interface SessionFacts {
  /** The highest number of a stream that the service has taken, once it says that it takes no more. */
  lastTaken: number;
}

const sessionFacts = new WeakMap<ClientHttp2Session, SessionFacts>();

/** One listener a session, not one a call, of which there may be many. */
function factsOf(session: ClientHttp2Session): SessionFacts {
  let facts = sessionFacts.get(session);
  if (facts === undefined) {
    const made = facts = { lastTaken: Infinity };
    sessionFacts.set(session, made);
    session.on("goaway", (_code, last = 0) => made.lastTaken = last);
    // The manager stops listening before a session that it gives up has said its last, which would end the process.
    session.on("error", () => {});
  }
  return facts;
}

/**
 * Starts reading as soon as there is something to read, not some turns later: after a GOAWAY, Deno destroys a stream that
 * has come to its end with what was not asked for.
 */
function readAtOnce(stream: ClientHttp2Stream): void {
  const iterate = stream[Symbol.asyncIterator].bind(stream);
  stream[Symbol.asyncIterator] = () => {
    const pieces = iterate();
    const next = pieces.next.bind(pieces);
    let first: ReturnType<typeof next> | undefined = next();
    first.catch(() => {});
    pieces.next = () => {
      const piece = first ?? next();
      first = undefined;
      return piece;
    };
    return pieces;
  };
}

/** The connection of a transport: connect-node's session manager, made when it is first needed. */
export class Connection {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly #options: ConnectionOptions;
  #opening: Promise<readonly [ConnectNode, Sessions]> | undefined;
  #sessions: Sessions | undefined;

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
    const client = node.createNodeHttpClient({
      httpVersion: "2",
      sessionProvider: () => ({
        authority: sessions.authority,
        async request(...args) {
          // A call that ended while the connection was made must not be heard of.
          await sessions.connect();
          request.signal.throwIfAborted();
          const stream = await sessions.request(...args);
          const session = stream.session as ClientHttp2Session;
          const facts = factsOf(session);
          // Not every runtime minds that TLS agreed on another protocol.
          if (session.encrypted && session.alpnProtocol !== "h2") {
            stream.close();
            throw new Error(
              `the server does not speak HTTP/2 over TLS but ${session.alpnProtocol}`,
            );
          }
          attempt.begin(stream, facts);
          readAtOnce(stream);
          // On Deno and Bun a stream on which a GOAWAY closed the connection ends without any error.
          stream.once("close", lose);
          return stream;
        },
        notifyResponseByteRead: (stream) => sessions.notifyResponseByteRead(stream),
      }),
    });
    return await Promise.race([client(request), lost]);
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
