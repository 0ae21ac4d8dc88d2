import type { ClientHttp2Stream, OutgoingHttpHeaders } from "node:http2";
import type { RuntimeModules } from "./runtime_modules.ts";
import { Session, type SessionOptions } from "./session.ts";

/** A request that has a stream. The service may have received it. */
export interface OpenRequest {
  readonly stream: ClientHttp2Stream;
  readonly session: Session;
}

/** The connection of a transport: a session that all calls share, opened when a call needs it. */
export class Connection {
  /** Scheme, host and port. */
  readonly origin: string;
  /** The modules of the runtime. */
  readonly modules: RuntimeModules;
  #options: SessionOptions;
  #session: Session | undefined;
  /** All sessions that are not closed. Calls may be under way on one that takes no more. */
  readonly #open = new Set<Session>();

  constructor(origin: string, modules: RuntimeModules, options: SessionOptions) {
    this.origin = origin;
    this.modules = modules;
    this.#options = options;
  }

  /**
   * Opens a stream and sends the headers.
   *
   * @param sending Is called right before. It throws when nothing must be sent any more.
   * @throws {Error} when no connection comes about. Nothing was sent then.
   */
  async request(headers: OutgoingHttpHeaders, sending: () => void): Promise<OpenRequest> {
    // The session may prove to be dead. A new one is tried once.
    if (this.#session?.usable) await this.#session.ready().catch(() => {});
    const session = this.#session?.usable ? this.#session : this.#connect();
    await session.ready();
    sending();
    return { stream: session.request(headers), session };
  }

  /** Closes it; the next request opens another. */
  close(): void {
    this.#session = undefined;
    for (const session of this.#open) session.destroy();
  }

  #connect(): Session {
    const session = new Session(this.modules.http2, this.origin, this.#options, {
      // The server asks for fewer PINGs: https://github.com/grpc/proposal/blob/master/A8-client-side-keepalive.md
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
