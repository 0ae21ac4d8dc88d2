import type { ClientHttp2Session, ClientHttp2Stream, OutgoingHttpHeaders } from "node:http2";
import { destroyLate } from "./late_destroy.ts";

type Http2 = typeof import("node:http2");

/** How a session is made and kept. Durations are milliseconds. */
export interface SessionOptions {
  readonly ca: string | undefined;
  readonly pingInterval: number;
  readonly pingTimeout: number;
}

/** What a session tells who made it. */
export interface SessionHooks {
  /** The service closes it as it asks too often whether it is alive. */
  onTooManyPings(): void;
  /** It is over. */
  onClose(): void;
}

/** How long ago the last bytes may have come, in milliseconds, for a session to be in no doubt. */
const SILENCE = 100;

/** How long an answered PING keeps a session out of doubt, in milliseconds: servers close one that asks too often. */
const PROOF = 10_000;

/** How a session ends, by the codes of HTTP/2. */
const NO_ERROR = 0, CANCEL = 8;

/** An HTTP/2 session: one connection to the service, from its making to its end. */
export class Session {
  /** The highest number of a stream that the service has taken, once it says that it takes no more. */
  lastTaken: number = Infinity;
  readonly #session: ClientHttp2Session;
  readonly #options: SessionOptions;
  readonly #connected: Promise<void>;
  #over = false;
  #streams = 0;
  #heard = performance.now();
  #proven = -Infinity;
  #doubtful = false;
  #asking: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(http2: Http2, origin: string, options: SessionOptions, hooks: SessionHooks) {
    this.#options = options;
    const { ca } = options;
    const session = this.#session = http2.connect(origin, ca === undefined ? {} : { ca });
    destroyLate(session);
    // A process is kept alive by calls, which have deadlines of their own, and not by a connection.
    session.unref();
    // What goes wrong is told by the streams. Deno says goodbye to a connection that is gone, and nobody else listens.
    session.on("error", () => this.#over = true);
    session.socket?.on("error", () => {});
    // Without the last stream it is not known which ones the service has taken.
    session.on("goaway", (_code, last = Infinity, data) => {
      this.lastTaken = last;
      this.#over = true;
      if (new TextDecoder().decode(data) === "too_many_pings") hooks.onTooManyPings();
      if (this.#streams === 0) this.destroy();
    });
    session.on("close", () => {
      this.#over = true;
      clearTimeout(this.#timer);
      hooks.onClose();
    });
    this.#connected = new Promise((resolve, reject) => {
      session.once("error", reject);
      session.once("close", () => reject(new Error("the connection was closed")));
      session.once("connect", () => resolve());
    });
    this.#connected.catch(() => {});
  }

  /** Whether it takes another request, as far as is known. */
  get usable(): boolean {
    return !this.#over && !this.#session.closed && !this.#session.destroyed;
  }

  /** Waits until it is connected and in no doubt: after it was idle, or silent as a call was given up, a PING asks. */
  async ready(): Promise<void> {
    await this.#connected;
    if (this.#doubtful || performance.now() - this.#heard > this.#options.pingInterval) {
      await this.#ask();
    }
  }

  /** @throws {Error} when it takes no more requests, or TLS did not agree on HTTP/2. */
  request(headers: OutgoingHttpHeaders): ClientHttp2Stream {
    const session = this.#session;
    // Not every runtime minds.
    if (session.encrypted && session.alpnProtocol !== "h2") {
      throw new Error(`the server does not speak HTTP/2 over TLS but ${session.alpnProtocol}`);
    }
    const stream = session.request(headers);
    if (this.#streams++ === 0) {
      session.ref();
      this.#watch();
    }
    stream.once("close", () => {
      if (--this.#streams > 0) return;
      clearTimeout(this.#timer);
      if (this.#over) this.destroy();
      else session.unref();
    });
    return stream;
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

  /** Ends it, and the calls on it. */
  destroy(error?: Error): void {
    this.#over = true;
    if (!this.#session.destroyed) this.#session.destroy(error, error ? CANCEL : NO_ERROR);
  }

  /** While calls are under way, asks whenever nothing was heard for a while. */
  #watch(): void {
    const { pingInterval } = this.#options;
    const silent = performance.now() - this.#heard;
    const wait = silent < pingInterval ? pingInterval - silent : pingInterval;
    clearTimeout(this.#timer);
    this.#timer = quietly(setTimeout(async () => {
      if (performance.now() - this.#heard >= pingInterval) await this.#ask();
      if (this.#streams > 0 && this.usable) this.#watch();
    }, Math.max(1, wait)));
  }

  /** Asks by a PING whether the session is alive, and destroys it if there is no answer. */
  #ask(): Promise<void> {
    return this.#asking ??= this.#ping().finally(() => this.#asking = undefined);
  }

  #ping(): Promise<void> {
    const session = this.#session;
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        session.off("close", end);
        this.#doubtful = false;
        resolve();
      };
      const timer = quietly(setTimeout(() => {
        this.destroy(new Error("no answer to a PING"));
        end();
      }, this.#options.pingTimeout));
      session.on("close", end);
      if (!this.usable) return end();
      session.ping((error) => {
        if (error !== null) return;
        this.#heard = this.#proven = performance.now();
        end();
      });
    });
  }
}

/** A timer that keeps no process alive: who waits has a deadline, which does. */
function quietly<T extends ReturnType<typeof setTimeout>>(timer: T): T {
  (timer as { unref?(): void }).unref?.();
  return timer;
}
