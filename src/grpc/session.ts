import type { ClientHttp2Session, ClientHttp2Stream, OutgoingHttpHeaders } from "node:http2";
import { destroyLate } from "./late_destroy.ts";

type Http2 = typeof import("node:http2");

/** How a session is made and kept. Durations are milliseconds. */
export interface SessionOptions {
  readonly ca: string | undefined;
  readonly pingInterval: number;
  readonly pingTimeout: number;
}

/** What a session reports. */
export interface SessionHooks {
  /** The service closes the session because it gets too many PINGs. */
  onTooManyPings(): void;
  /** The session is closed. */
  onClose(): void;
}

/** After this silence, in milliseconds, a session on which a call ended early may be dead. */
const SILENCE_MS = 100;

/** How long an answered PING proves a session to be alive, in milliseconds. Servers close a session that sends too many. */
const PROOF_MS = 10_000;

/** The codes of HTTP/2 for the end of a session. */
const NO_ERROR = 0, CANCEL = 8;

/** An HTTP/2 session: one connection to the service. */
export class Session {
  /** The last stream that the service has taken, as its GOAWAY says. `Infinity` before a GOAWAY. */
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
    // Calls keep the process alive, because they have deadlines. A connection does not.
    session.unref();
    // The streams report every error. On Deno a GOAWAY on a lost connection is an error that nobody else listens to.
    session.on("error", () => this.#over = true);
    session.socket?.on("error", () => {});
    // Some runtimes do not name the last stream. It is then not known which streams the service has taken.
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

  /** Whether it takes another request, as far as we know. */
  get usable(): boolean {
    return !this.#over && !this.#session.closed && !this.#session.destroyed;
  }

  /** Waits until it is connected. When it was idle, or silent while a call ended early, a PING must be answered first. */
  async ready(): Promise<void> {
    await this.#connected;
    if (this.#doubtful || performance.now() - this.#heard > this.#options.pingInterval) {
      await this.#ask();
    }
  }

  /** @throws {Error} when it takes no more requests, or TLS did not agree on HTTP/2. */
  request(headers: OutgoingHttpHeaders): ClientHttp2Stream {
    const session = this.#session;
    // Some runtimes connect although TLS has not agreed on it.
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

  /** Records that something came from the service. */
  hear(): void {
    this.#heard = performance.now();
  }

  /**
   * Records that a call ended early, by its caller or at its deadline. A silent session may then be dead: Node stops
   * reading without an event when the server breaks the rules of HTTP/2.
   */
  giveUp(): void {
    const now = performance.now();
    if (now - this.#heard > SILENCE_MS && now - this.#proven > PROOF_MS) this.#doubtful = true;
  }

  /** Closes it. The calls on it fail. */
  destroy(error?: Error): void {
    this.#over = true;
    if (!this.#session.destroyed) this.#session.destroy(error, error ? CANCEL : NO_ERROR);
  }

  /** Sends a PING after each silence, while calls are under way. */
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

  /** Sends a PING, and closes the session when there is no answer. */
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

/** A timer that keeps no process alive. The deadlines of calls do. */
function quietly<T extends ReturnType<typeof setTimeout>>(timer: T): T {
  (timer as { unref?(): void }).unref?.();
  return timer;
}
