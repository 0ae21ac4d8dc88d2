import type { Fault } from "../faults/faults.ts";
import type { RecordedRequest } from "./requests.ts";

/** An answer before it becomes a `Response`. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: AsyncIterable<Uint8Array> | null;
}

/** One request from its arrival to the last byte of its answer. */
export class Call {
  readonly record: { -readonly [Key in keyof RecordedRequest]: RecordedRequest[Key] };
  /** Where the emulator is reached, for the URLs in its answers. */
  readonly baseUrl: string;
  /** The fault that this request meets. */
  fault: Fault | undefined;
  readonly #controller: AbortController = new AbortController();
  readonly #request: Request;
  readonly #onDone: (call: Call) => void;
  readonly #onAbort: () => void;

  constructor(
    request: Request,
    record: RecordedRequest,
    baseUrl: string,
    onDone: (call: Call) => void,
  ) {
    this.record = record;
    this.baseUrl = baseUrl;
    this.#onDone = onDone;
    // The call keeps the request, because on Node a collected Request forgets its signal.
    this.#request = request;
    this.#onAbort = () => this.clientClosed(request.signal.reason);
    request.signal.addEventListener("abort", this.#onAbort, { once: true });
    if (request.signal.aborted) this.#onAbort();
  }

  /** Aborts when the client closes the connection, or the emulator is closed. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends the call because the client closed the connection. */
  clientClosed(reason: unknown): void {
    if (this.record.done) return;
    this.record.aborted = true;
    this.end(reason);
  }

  /** Ends the work of the call. */
  end(reason: unknown): void {
    this.#controller.abort(reason);
    this.finish();
  }

  /** Marks the call as done. */
  finish(): void {
    if (this.record.done) return;
    this.record.done = true;
    this.#request.signal.removeEventListener("abort", this.#onAbort);
    this.#onDone(this);
  }

  /** Waits for work, until the call ends. */
  race<T>(work: Promise<T>): Promise<T> {
    const { signal } = this;
    return new Promise((resolve, reject) => {
      const abort = () => reject(signal.reason);
      if (signal.aborted) abort();
      signal.addEventListener("abort", abort, { once: true });
      work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
    });
  }

  /** Makes the Response, whose body is pulled as it is read and ends with the call. */
  respond(answer: Answer): Response {
    const { status, headers } = answer;
    if (answer.body === null) {
      this.finish();
      return new Response(null, { status, headers });
    }
    const iterator = answer.body[Symbol.asyncIterator]();
    const stop = () => void Promise.resolve(iterator.return?.()).catch(() => {});
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: async (controller) => {
        try {
          const next = await this.race(iterator.next());
          if (!next.done) return controller.enqueue(next.value as Uint8Array<ArrayBuffer>);
          this.finish();
          controller.close();
        } catch (error) {
          stop();
          this.finish();
          controller.error(error);
        }
      },
      cancel: (reason) => {
        // The iterator's return() would wait behind a pending next().
        this.clientClosed(reason ?? new DOMException("The client left", "AbortError"));
        stop();
      },
    }, { highWaterMark: 0 });
    // The client may close the connection between two reads, and nothing pulls again.
    this.signal.addEventListener("abort", stop, { once: true });
    return new Response(body, { status, headers });
  }
}
