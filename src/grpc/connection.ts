import type { UniversalClientFn } from "@connectrpc/connect/protocol";
import type { ClientHttp2Stream, OutgoingHttpHeaders } from "node:http2";
import type { Attempt } from "./attempt.ts";
import { Pieces } from "./pieces.ts";
import { Session, type SessionOptions } from "./session.ts";

type Http2 = typeof import("node:http2");

const MAX_EARLY_HEADS = 100;

/** Ends a session that sends informational heads (1xx) without end: they are under no flow control, and no answer. */
function boundEarlyHeads(stream: ClientHttp2Stream, session: Session): void {
  let heads = 0;
  stream.on("headers", () => {
    if (++heads === MAX_EARLY_HEADS) session.destroy(new Error("too many heads before the answer"));
  });
}

/** The connection of a transport: a session that all calls share, made when it is needed. */
export class Connection {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly #http2: Http2;
  #options: SessionOptions;
  #session: Session | undefined;
  /** All that are not closed: calls may be under way on one that takes no more. */
  readonly #open = new Set<Session>();

  /** @throws {Error} when the runtime has no HTTP/2 client. */
  constructor(origin: string, options: SessionOptions) {
    // Asked by name and not imported, so that what imports this file starts everywhere and is told here. Workers may have
    // the module, but there is no client in it.
    const { process, navigator } = globalThis;
    const http2 = process?.getBuiltinModule?.("node:http2");
    if (http2 === undefined || navigator?.userAgent === "Cloudflare-Workers") {
      throw new Error(
        "Native gRPC needs an HTTP/2 client (node:http2), which this runtime does not have: leave out transport, and " +
          "give as endpoint one that speaks gRPC-Web.",
      );
    }
    this.#http2 = http2;
    this.origin = origin;
    this.#options = options;
  }

  /** Sends one request. `attempt` learns of its stream. */
  async send(
    request: Parameters<UniversalClientFn>[0] & { readonly signal: AbortSignal },
    attempt: Attempt,
  ): ReturnType<UniversalClientFn> {
    const { createNodeHttpClient } = await import("@connectrpc/connect-node");
    let lose: () => void;
    const lost = new Promise<never>((_, reject) => {
      lose = () => reject(new Error("the connection was closed before the answer"));
    });
    let pieces: Pieces | undefined;
    const client = createNodeHttpClient({
      httpVersion: "2",
      sessionProvider: () => ({
        authority: this.origin,
        request: async (method, path, headers) => {
          const all = { ...headers, ":method": method, ":path": path };
          const [stream, session] = await this.#request(all, request.signal);
          attempt.begin(stream, session);
          stream.once("response", () => session.hear());
          pieces = new Pieces(stream, () => session.hear());
          boundEarlyHeads(stream, session);
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
    this.#session = undefined;
    for (const session of this.#open) session.destroy();
  }

  async #request(
    headers: OutgoingHttpHeaders,
    signal: AbortSignal,
  ): Promise<[ClientHttp2Stream, Session]> {
    // The one that there is may prove to be dead as it is asked; another is made, and tried once.
    if (this.#session?.usable) await this.#session.ready().catch(() => {});
    const session = this.#session?.usable ? this.#session : this.#connect();
    await session.ready();
    // A call that ended meanwhile must not be heard of.
    signal.throwIfAborted();
    return [session.request(headers), session];
  }

  #connect(): Session {
    const session = new Session(this.#http2, this.origin, this.#options, {
      // The server wants to be asked less often: https://github.com/grpc/proposal/blob/master/A8-client-side-keepalive.md
      onTooManyPings: () => this.#options = twice(this.#options),
      onClose: () => this.#open.delete(session),
    });
    this.#open.add(session);
    return this.#session = session;
  }
}

function twice({ pingInterval, ...rest }: SessionOptions): SessionOptions {
  return { ...rest, pingInterval: Math.min(2 * pingInterval, 2_147_483_647) };
}
