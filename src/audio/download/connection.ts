/**
 * One request of a download: it can be dropped without ending the download.
 *
 * @module
 */

import { onAbort } from "../../lib/abort.ts";
import type { Lifetime } from "../../lib/lifetime.ts";
import { type BodyReader, bodyReader } from "../../transport/body_reader.ts";
import { decodedReader } from "./content_coding.ts";

/** What a read gives. */
type Read = Awaited<ReturnType<BodyReader["read"]>>;

/** A request and its answer. It ends with the lifetime of the download, or earlier. */
export class Connection {
  readonly #lifetime: Lifetime;
  readonly #controller = new AbortController();
  readonly #unlisten: () => void;
  #reader: BodyReader | undefined;
  #isOver = false;

  constructor(lifetime: Lifetime) {
    this.#lifetime = lifetime;
    this.#unlisten = onAbort(lifetime.signal, () => this.drop());
    if (lifetime.signal.aborted) this.drop();
  }

  /** Ends the request. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The answer; `undefined` when none comes for `ms` milliseconds. Rejects when the lifetime ends. */
  response(work: Promise<Response>, ms: number): Promise<Response | undefined> {
    // A fetch that ignores its signal may answer after the request is over.
    work.then(async ({ body }) => {
      if (this.#isOver) await body?.cancel();
    }).catch(() => {});
    return this.#within(work, ms);
  }

  /**
   * Begins to read the answer.
   *
   * @throws {ServerError} when its content coding cannot be undone.
   */
  read({ body, headers }: Response): void {
    if (body === null) return;
    this.#reader = bodyReader(body, true);
    this.#reader = decodedReader(this.#reader, headers.get("content-encoding"));
  }

  /** The next bytes; `undefined` when none come for `ms` milliseconds. Rejects when the lifetime ends. */
  next(ms: number): Promise<Read | undefined> {
    return this.#reader === undefined
      ? Promise.resolve({ done: true })
      : this.#within(this.#reader.read(), ms);
  }

  /** Ends the request after all has been read. The runtime can use the connection again. */
  done(): void {
    this.#isOver = true;
    this.#unlisten();
  }

  /** Ends the request. An abort alone may be lost (nodejs/undici#3644), and the connection would stay open. */
  drop(): void {
    if (this.#isOver) return;
    this.done();
    this.#reader?.cancel().catch(() => {});
    this.#controller.abort();
  }

  async #within<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), ms);
    });
    try {
      return await this.#lifetime.race(Promise.race([work, late]));
    } finally {
      clearTimeout(timer);
    }
  }
}
