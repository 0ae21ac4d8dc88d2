/**
 * One exchange with the visitor or with a server behind the proxy. Each of its steps has a deadline.
 *
 * @module
 */

import { Lifetime } from "../lib/lifetime.ts";
import { WITHOUT_LIMIT } from "../lib/runtime.ts";
import { type BodyReader, withWebBody } from "../transport/body_reader.ts";
import type { Place } from "./admission/in_flight.ts";
import { Code, StatusError } from "./answer/status_error.ts";

type Read = Awaited<ReturnType<BodyReader["read"]>>;

/** How much longer than a step its place is kept, in milliseconds, because timers fire late. */
const GRACE_MS = 5_000;

/** The longest exchange, in milliseconds. The service speaks for five minutes at most, but a slow visitor may take longer. */
export const MAX_EXCHANGE_MS = 3_600_000;

/** One exchange, from its beginning to the last byte. */
export class Exchange {
  readonly #lifetime: Lifetime = new Lifetime(new Set());
  readonly #timeout: number;
  readonly #end: number;
  readonly #place: Place | undefined;
  #reader: BodyReader | undefined;

  /**
   * @param timeout How long any one step may take, in milliseconds.
   * @param total How long all steps together may take, in milliseconds.
   * @param place Is freed when the exchange ends.
   */
  constructor(timeout: number, total: number, place?: Place) {
    this.#timeout = timeout;
    this.#end = performance.now() + total;
    this.#place = place;
    // An abort may not reach a body (nodejs/undici#3644), and Deno keeps the connection of one that is only aborted.
    this.#lifetime.signal.addEventListener("abort", () => this.#cancelReader());
  }

  /** Whether it was cancelled. */
  get cancelled(): boolean {
    return this.#lifetime.end?.by === "cancel";
  }

  /** Whether a step, or all of them together, took too long. */
  get timedOut(): boolean {
    return this.#lifetime.end?.by === "idle";
  }

  /**
   * Sends a request. Redirects are not followed, because the key would go along.
   *
   * @throws {unknown} whatever `fetch` threw, or anything when the exchange has ended.
   */
  async fetch(
    given: typeof globalThis.fetch | undefined,
    url: string,
    init: RequestInit,
  ): Promise<Response> {
    // Never called as a method: workerd's fetch refuses any other `this`.
    const fetch = given ?? globalThis.fetch;
    // "error" would be the right value, but workerd knows only "manual".
    const { signal } = this.#lifetime;
    const work = fetch(url, { ...WITHOUT_LIMIT, ...init, redirect: "manual", signal })
      .then(withWebBody);
    // A fetch that ignores its signal may answer after the end.
    work.then((response) => this.#lifetime.end && discard(response), () => {});
    return await this.step(work);
  }

  /** Reads the next bytes. */
  async read(reader: BodyReader): Promise<Read> {
    this.#reader = reader;
    if (this.#lifetime.signal.aborted) this.#cancelReader();
    return await this.step(reader.read());
  }

  /** Waits for one step. Rejects when the exchange ends first, or when the step takes too long. */
  async step<T>(work: Promise<T>): Promise<T> {
    const wait = Math.max(1, Math.min(this.#timeout, this.#end - performance.now()));
    this.#place?.renew(wait + GRACE_MS);
    return await this.#lifetime.race(work, wait);
  }

  /** Makes the status for a step that failed. */
  failure(message: string): StatusError {
    return this.timedOut
      ? new StatusError(Code.DeadlineExceeded, "The speech service did not answer in time.")
      : new StatusError(Code.Unavailable, message);
  }

  /** Ends it early, because the visitor left or the rest of the answer is not wanted. */
  cancel(): void {
    this.#lifetime.stop({ by: "cancel" });
    this.#cancelReader();
    this.close();
  }

  /** Ends it. */
  close(): void {
    this.#reader = undefined;
    this.#lifetime.close();
    this.#place?.release();
  }

  #cancelReader(): void {
    this.#reader?.cancel().catch(() => {});
  }
}

/** Cancels a body that is not read. */
export function discard(response: Response): void {
  response.body?.cancel().catch(() => {});
}
