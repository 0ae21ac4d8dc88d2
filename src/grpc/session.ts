import type { ClientHttp2Session, ClientHttp2Stream } from "node:http2";

/** How long ago the last bytes may have come, in milliseconds, for a session to be in no doubt. */
const SILENCE = 100;

/** How long an answered PING keeps a session out of doubt, in milliseconds: servers close one that asks too often. */
const PROOF = 10_000;

/** What is known about an HTTP/2 session. */
export class Session {
  /** The highest number of a stream that the service has taken, once it says that it takes no more. */
  lastTaken = Infinity;
  readonly #session: ClientHttp2Session;
  #heard = performance.now();
  #proven = -Infinity;
  #doubtful = false;
  #asking: Promise<void> | undefined;

  constructor(session: ClientHttp2Session) {
    this.#session = session;
    session.on("goaway", (_code, last = 0) => this.lastTaken = last);
    // The manager stops listening before a session that it gives up has said its last, which would end the process.
    session.on("error", () => {});
  }

  /** What TLS agreed on, if that is not HTTP/2: not every runtime minds. */
  get otherProtocol(): string | undefined {
    const { encrypted, alpnProtocol } = this.#session;
    return encrypted && alpnProtocol !== "h2" ? `${alpnProtocol}` : undefined;
  }

  /** Something came from the service. */
  hear(): void {
    this.#heard = performance.now();
  }

  /**
   * A call was given up, by the caller or at its deadline. If the session is silent it may be dead without a sign: Node
   * tells nobody that it has stopped reading as the server broke the rules of HTTP/2.
   */
  giveUp(): void {
    const now = performance.now();
    if (now - this.#heard > SILENCE && now - this.#proven > PROOF) this.#doubtful = true;
  }

  /** If there is doubt, asks by a PING whether the session is alive, and destroys it if there is no answer. */
  async ask(timeout: number): Promise<void> {
    if (!this.#doubtful) return;
    await (this.#asking ??= this.#ping(timeout));
    this.#asking = undefined;
  }

  #ping(timeout: number): Promise<void> {
    const session = this.#session;
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        session.off("close", end);
        this.#doubtful = false;
        resolve();
      };
      const timer = setTimeout(() => session.destroy(new Error("no answer to a PING")), timeout);
      // Who waits has a deadline of its own, which keeps the process alive.
      (timer as { unref?(): void }).unref?.();
      session.on("close", end);
      if (session.destroyed) return end();
      session.ping((error) => {
        if (error !== null) return;
        this.#proven = performance.now();
        end();
      });
    });
  }
}

const known = new WeakMap<ClientHttp2Session, Session>();

/** The session of a stream. One listener a session, not one a call, of which there may be many. */
export function sessionOf(stream: ClientHttp2Stream): Session {
  const session = stream.session as ClientHttp2Session;
  let facts = known.get(session);
  if (facts === undefined) known.set(session, facts = new Session(session));
  return facts;
}
