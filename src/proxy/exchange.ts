/**
 * One exchange with a server behind the proxy: it ends when the visitor leaves, or when a step takes too long.
 *
 * @module
 */

import { Lifetime } from "../lib/lifetime.ts";
import { Code, Refused } from "./refused.ts";

type Reader = ReadableStreamDefaultReader<Uint8Array>;

/** One exchange, from the visitor's request to the last byte of the answer. */
export class Exchange {
  /** The visitor's request. */
  readonly request: Request;
  readonly #lifetime: Lifetime = new Lifetime(new Set());
  readonly #timeout: number;
  #reader: Reader | undefined;

  /**
   * The request's signal is not asked whether the visitor has left: Deno prints a warning when it is, and Workers know
   * it only with a flag. The answer's body knows on all of them: its stream is cancelled.
   *
   * @param request The visitor's.
   * @param timeout How long any one step may take, in milliseconds.
   */
  constructor(request: Request, timeout: number) {
    this.request = request;
    this.#timeout = timeout;
    // An abort may not reach a body (nodejs/undici#3644), and Deno keeps the connection of one that is only aborted.
    this.#lifetime.signal.addEventListener("abort", () => this.#drop());
  }

  /** Whether it was left. */
  get left(): boolean {
    return this.#lifetime.end?.by === "cancel";
  }

  /** Whether a step took too long. */
  get late(): boolean {
    return this.#lifetime.end?.by === "idle";
  }

  /**
   * Sends a request.
   *
   * @throws {unknown} whatever `fetch` threw, or anything when the exchange has ended.
   */
  async send(
    given: typeof globalThis.fetch | undefined,
    url: string,
    init: RequestInit,
  ): Promise<Response> {
    // Never called as a method: workerd's fetch refuses any other `this`.
    const fetch = given ?? globalThis.fetch;
    // Redirects are not followed, as the key would go along. "error" would say so, but workerd knows only "manual".
    const work = fetch(url, { ...init, redirect: "manual", signal: this.#lifetime.signal });
    // A fetch that does not listen to its signal may answer when nobody waits any more.
    work.then((answer) => this.#lifetime.end && discard(answer), () => {});
    return await this.#lifetime.race(work, this.#timeout);
  }

  /** Reads on. */
  async read(reader: Reader): Promise<ReadableStreamReadResult<Uint8Array>> {
    this.#reader = reader;
    if (this.#lifetime.signal.aborted) this.#drop();
    return await this.#lifetime.race(reader.read(), this.#timeout);
  }

  /** The status for a step that failed. */
  failure(message: string): Refused {
    return this.late
      ? new Refused(Code.DeadlineExceeded, "The speech service did not answer in time.")
      : new Refused(Code.Unavailable, message);
  }

  /** The visitor leaves, or the rest of the answer is not wanted. */
  leave(): void {
    this.#lifetime.stop({ by: "cancel" });
    this.#drop();
    this.close();
  }

  /** All is done. */
  close(): void {
    this.#reader = undefined;
    this.#lifetime.close();
  }

  #drop(): void {
    this.#reader?.cancel().catch(() => {});
  }
}

/** Lets go of an answer that is not read. */
export function discard(response: Response): void {
  response.body?.cancel().catch(() => {});
}
