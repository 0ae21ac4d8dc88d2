/**
 * The events of one call for the log.
 *
 * @module
 */

import {
  type LogContext,
  type LogEvent,
  type LogHook,
  notify,
  type OutcomeEvent,
} from "../contract/log.ts";
import type { TransportAnswer } from "../contract/transport.ts";

/** How many calls have begun. */
let calls = 0;

/** How a request or a call ended. */
export type Ended = Pick<OutcomeEvent, "outcome" | "error">;

/** The events of one call. */
export class CallLog {
  /** The number of the call. */
  readonly id: number = ++calls;
  /** How many requests were sent. */
  sent = 0;
  /** The last answer that has come, or that is being read. */
  answer: TransportAnswer = {};
  /** The last status of the job. */
  status: number | undefined;
  readonly #hook: LogHook | undefined;
  readonly #state: () => Omit<LogContext, "callId" | "attempt">;
  readonly #start = performance.now();
  #isOver = false;

  /**
   * @param hook Receives the events.
   * @param state What is known about the call now.
   */
  constructor(hook: LogHook | undefined, state: () => Omit<LogContext, "callId" | "attempt">) {
    this.#hook = hook;
    this.#state = state;
  }

  /** Notifies the hook of an event of the call. */
  notify(event: object): void {
    if (this.#hook === undefined) return;
    const context = { callId: this.id, attempt: this.sent, ...this.#state() };
    notify(this.#hook, { ...context, ...event } as LogEvent);
  }

  /**
   * Makes one request, and notifies the hook of its beginning and its end.
   *
   * @param request Makes it, and fills in what comes besides the messages.
   * @param explain How it ended, from what it rejected with.
   */
  async request<T>(
    request: (answer: TransportAnswer) => Promise<T>,
    explain: (error: unknown) => Ended,
  ): Promise<T> {
    const attempt = ++this.sent;
    const answer: TransportAnswer = {};
    const start = performance.now();
    const ended = (outcome: Ended) =>
      this.#outcome({ type: "answer", attempt, ...outcome }, start, answer);
    this.notify({ type: "attempt" });
    try {
      const result = await request(answer);
      this.answer = answer;
      ended({ outcome: "ok" });
      return result;
    } catch (error) {
      if (this.#hook !== undefined) ended(explain(error));
      throw error;
    }
  }

  /** Notifies the hook of the end of the call. Only the first end counts. */
  end(ended: Ended): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#outcome({ type: "end", status: this.status, ...ended }, this.#start, this.answer);
  }

  #outcome(event: object, start: number, { bytes }: TransportAnswer): void {
    this.notify({ ...event, duration: performance.now() - start, bytes });
  }
}
