/**
 * One call from its start to its end: the only place where signal, deadline, retry and error mapping meet.
 *
 * @module
 */

import { backoffDelay } from "../contract/backoff.ts";
import { hostOf } from "../lib/runtime.ts";
import { toTsetsenError } from "../transport/error_mapping.ts";
import {
  type Charged,
  ClientClosedError,
  ConnectionError,
  ResourceNotFoundError,
  TimeoutError,
  type TsetsenError,
  withContext,
} from "../contract/errors.ts";
import { recordAccepted } from "./accepted_jobs.ts";
import { attemptHeaders } from "./attempt_headers.ts";
import { hedge } from "./hedge.ts";
import type { PollSchedule } from "./poll_schedule.ts";
import type { Lease, Limiter } from "./limiter.ts";
import { CallLog, type Ended } from "./call_log.ts";
import { endedError, outcomeOf } from "./ended.ts";
import { mayPass } from "./may_pass.ts";
import { notify, type RetryEvent } from "../contract/log.ts";
import { type CallOptions, checkPlace, type ResolvedOptions } from "../contract/options.ts";
import { Lifetime, type LifetimeEnd, type OpenLifetimes } from "../lib/lifetime.ts";
import { recordInterrupted } from "./interrupted_jobs.ts";
import type { Transport, TransportAnswer, TransportCall } from "../contract/transport.ts";
import { fieldsOf } from "../transport/metadata.ts";

/** What the calls of one client share. */
export interface Core {
  readonly options: ResolvedOptions;
  readonly transport: Transport;
  readonly limiter: Limiter;
  /** When to ask for a job again. */
  readonly schedule: PollSchedule;
  readonly open: OpenLifetimes;
  closed: boolean;
}

/** What is known about a call, for its errors and its retries. */
export interface CallFacts {
  /** The name of the method. */
  readonly method: string;
  /** What took too long, in messages. Default: the method. */
  readonly subject?: string | undefined;
  /** The key to send; empty for none. */
  readonly key: string;
  /** Whether the call costs credits: it is then sent again only if nothing can have been accepted. */
  readonly billable?: boolean;
  /** Whether the work that it ends has bought the job: its errors say that doing it again is charged again. */
  readonly rebuys?: boolean;
  /** The text to keep out of errors. */
  readonly text?: string | undefined;
  /** The job that the call is about. */
  readonly requestId?: string | undefined;
  /** The id of the watch that the call is a poll of. */
  readonly parentId?: number;
}

/** The longest wait that a service may ask for, in milliseconds. With a longer one the call fails at once. */
const MAX_RETRY_AFTER_MS = 60_000;

/** The largest message of a stream, and the largest other answer. A few bytes on the wire can be hundreds in memory. */
const MAX_STREAM_MESSAGE_BYTES = 16 * 1024 * 1024, MAX_ANSWER_BYTES = 1024 * 1024;

/** What every error of a call says. */
interface Context {
  requestId: string | undefined;
  charged: Charged | undefined;
  billable: boolean;
}

const CANCELLED = 1, GATEWAY_TIMEOUT = 504;

/** How many milliseconds before our own clock a server's clock may reach the deadline. */
const DEADLINE_GRACE_MS = 20;

/** One operation, from its start to its end: a call with its retries, a stream, a download, or a watch. */
export class Call {
  /** Its lifetime. */
  readonly lifetime: Lifetime;
  /** What is known about the money at this time. */
  charged: Charged;
  /** Reports the call to the log. */
  readonly log: CallLog;
  readonly #core: Core;
  readonly #facts: CallFacts;
  readonly #options: CallOptions;
  #failed: TsetsenError | undefined;
  /** Whether a message has come: a status after it is no refusal. */
  #answered = false;
  /** The id of the job: known from the start, or since the answer to a submit. */
  #requestId: string | undefined;
  /** What is remembered of an abort. */
  #interrupted: object | undefined;

  /**
   * @param timeout The deadline of the whole in milliseconds; without one there is none.
   * @param outer The lifetime of the operation that contains this one. It replaces the signal.
   * @param checkpoint When a second request may be sent, in milliseconds from now.
   * @throws {ClientClosedError} when the client is closed.
   * @throws {AuthenticationError} when the call has a key of its own, where everyone can read it.
   */
  constructor(
    core: Core,
    facts: CallFacts,
    options: CallOptions,
    timeout?: number,
    outer?: Lifetime,
    checkpoint?: number,
  ) {
    this.#core = core;
    this.#facts = facts;
    this.#options = options;
    this.charged = facts.billable ? "no" : "yes";
    this.#requestId = facts.requestId;
    if (core.closed) {
      throw new ClientClosedError("The client is closed: make a new one.", this.#context());
    }
    const { apiKey, dangerouslyAllowBrowser } = core.options;
    // The client's own key was checked when the client was made.
    if (facts.key !== "" && facts.key !== apiKey) {
      checkPlace(dangerouslyAllowBrowser, this.#context());
    }
    this.lifetime = new Lifetime(core.open, outer ?? options.signal, timeout, checkpoint);
    // At once: who waits for something else that ends by the signal may never ask for more here.
    this.lifetime.onEnd(() => this.#remember());
    this.log = new CallLog(core.options.log, () => {
      const { method, parentId } = facts;
      return { method, parentId, ...this.#context(), billable: facts.billable === true };
    });
    this.log.notify({ type: "start" });
  }

  /**
   * Makes attempts until one succeeds or must not be repeated. Each takes a place among the calls in flight.
   *
   * @param attempt Makes one attempt, and gets what is left of `silence`.
   * @param silence The longest time without an answer in milliseconds. It includes the waits for a place and between
   * attempts.
   * @param most The longest time of one attempt in milliseconds, if there is no deadline. Default: `silence`.
   */
  async attempts<T>(
    attempt: (left?: number) => Promise<T>,
    silence?: number,
    most: number | undefined = silence,
  ): Promise<T> {
    const { lifetime } = this;
    const { limiter } = this.#core;
    const start = performance.now();
    const left = () => silence && silence - (performance.now() - start);
    for (let retry = 0;; retry++) {
      const lease = limiter.tryAcquire(lifetime, most) ??
        await limiter.acquire(lifetime, most, silence, left());
      let failure: TsetsenError;
      try {
        if (lifetime.end !== undefined) throw lifetime.end;
        return await attempt(left());
      } catch (error) {
        if (lifetime.end !== undefined) throw error;
        failure = this.failure(error);
      } finally {
        // Deno and Node can reuse a connection a moment after the end of the answer. Without this wait the next in the
        // queue would open another. (workerd forgets the timers of a request that is over.)
        if (limiter.crowded && lifetime.end === undefined && hostOf() !== "other") {
          setTimeout(() => limiter.release(lease));
        } else limiter.release(lease);
      }
      const delay = this.retryDelay(failure, retry, "retry");
      // A delay past the deadline would only turn a better error into a TimeoutError. A failure that will be reported
      // as the deadline waits for the deadline.
      const isLate = delay === undefined ||
        delay >= Math.min(lifetime.remaining, left() ?? Infinity);
      if (delay === undefined || (isLate && !this.#isDeadline(failure))) throw failure;
      await lifetime.sleep(delay);
    }
  }

  /**
   * How long to wait after a failure, in milliseconds; `undefined` when there must not be another try.
   *
   * @param most The longest wait in milliseconds, if the service does not ask for a longer one.
   */
  retryDelay(
    error: TsetsenError,
    retry: number,
    type: RetryEvent["type"],
    most: number = Infinity,
  ): number | undefined {
    const { options } = this.#core;
    const { maxRetries = options.maxRetries } = this.#options;
    const { billable } = this.#facts;
    const { retryAfter = 0 } = error;
    if (
      retry >= maxRetries || retryAfter > MAX_RETRY_AFTER_MS ||
      !mayPass(error, this.#facts.billable, type === "poll_failed" ? this.#requestId : undefined) ||
      (billable && error.charged !== "no")
    ) return undefined;
    this.#failed = error;
    if (billable) this.charged = "no";
    const delay = Math.max(retryAfter, Math.min(backoffDelay(options.backoff, retry), most));
    this.log.notify({ type, ...type === "poll_failed" && { attempt: retry + 1 }, delay, error });
    return delay;
  }

  /**
   * Sends a request that costs nothing, and sends it once more over another connection if the first has no answer.
   *
   * @param mute How long the first must have had no answer at the checkpoint, in milliseconds.
   */
  async sendHedged<T>(
    request: (transport: Transport, call: TransportCall) => Promise<T>,
    mute: number,
  ): Promise<T> {
    const { lifetime } = this;
    const { limiter, open } = this.#core;
    const sent = performance.now();
    let second: Lifetime | undefined;
    let lease: Lease | undefined;
    const mayAgain = () => {
      if (performance.now() - sent < mute) return false;
      // The second request needs a place of its own.
      lease = limiter.tryAcquire(lifetime);
      if (lease === undefined) return false;
      second = new Lifetime(open, lifetime);
      const error = new TimeoutError(`${this.#facts.method} has no answer yet.`, this.#context());
      this.log.notify({ type: "retry", delay: 0, error });
      return true;
    };
    try {
      const result = await hedge(lifetime, () => this.send(request, second), mayAgain);
      // Cancels the request that has no answer yet.
      if (second !== undefined) lifetime.stop({ by: "cancel" });
      return result;
    } finally {
      second?.stop({ by: "cancel" });
      if (lease !== undefined) limiter.release(lease);
    }
  }

  /**
   * Hands a request to the transport. From here on it may have reached the service.
   *
   * @param request Sends it.
   * @param lifetime What ends the request. Default: the lifetime of the call.
   * @param idle The longest wait for the answer in milliseconds, if there is no deadline.
   * @param left What is left of `idle`.
   */
  send<T>(
    request: (transport: Transport, call: TransportCall) => Promise<T>,
    lifetime: Lifetime = this.lifetime,
    idle?: number,
    left?: number,
  ): Promise<T> {
    const { transport, options } = this.#core;
    const { secrets } = this;
    const { key, method, billable = false } = this.#facts;
    let isSent = false;
    return this.observe((answer) => {
      const call: TransportCall = {
        lifetime,
        headers: attemptHeaders(
          { key, billable, remaining: this.lifetime.remaining },
          options.headers,
          this.#options.headers,
        ),
        billable,
        secrets,
        maxMessageBytes: options.maxMessageBytes ??
          (method === "StreamSpeech" ? MAX_STREAM_MESSAGE_BYTES : MAX_ANSWER_BYTES),
        sending: (now) => {
          if (now && lifetime.end) throw lifetime.end;
          isSent ||= now;
          if (billable) this.charged = isSent ? "unknown" : "no";
        },
        accepted: billable ? (requestId) => this.answered(requestId) : undefined,
        answer: options.log || this.#options.onResponse ? answer : undefined,
      };
      if (billable) this.charged = "unknown";
      return lifetime.race(request(transport, call), idle, left);
    }, lifetime);
  }

  /**
   * Makes one request, and reports it to the log.
   *
   * @param request Makes it, and fills in what comes besides the messages.
   * @param lifetime What ends the request. Default: the lifetime of the call.
   */
  observe<T>(
    request: (answer: TransportAnswer) => Promise<T>,
    lifetime: Lifetime = this.lifetime,
  ): Promise<T> {
    const explain = (error: unknown): Ended => {
      const { end } = lifetime;
      return outcomeOf(end, end ? this.#ended(end) : this.failure(error));
    };
    return this.log.request((answer) => {
      // The log hook itself may have ended the call.
      if (lifetime.end !== undefined) throw lifetime.end;
      return request(answer);
    }, explain);
  }

  /**
   * Ends the call with a success.
   *
   * @param result The message that it brought.
   */
  done(result?: unknown): void {
    this.lifetime.close();
    const { log, secrets } = this;
    const { requestId, status } = (result ?? {}) as { requestId?: string; status?: number };
    log.status ??= status;
    // A transport of the user's own may not call `accepted`.
    if (this.#facts.billable && this.charged !== "yes") this.answered(requestId);
    log.end({ outcome: "ok" });
    const { onResponse } = this.#options;
    if (onResponse === undefined || log.sent === 0) return;
    const { headers, trailers } = log.answer;
    notify(onResponse, {
      method: this.#facts.method,
      headers: fieldsOf(headers, secrets),
      trailers: fieldsOf(trailers, secrets),
    });
  }

  /**
   * Records that the service has answered, whatever follows.
   *
   * @param requestId The id of the job that it has accepted, if it named one.
   */
  answered(requestId?: string): void {
    this.#answered = true;
    if (!requestId) return;
    this.#requestId = requestId;
    this.charged = "yes";
    recordAccepted(requestId, this.#facts.text?.length);
  }

  /** What must not show in an error. */
  get secrets(): readonly string[] {
    const { key, text = "" } = this.#facts;
    return [key, text];
  }

  /** What to reject with: the caller's reason, the deadline, the end of the client, or the failure itself. It ends the call. */
  error(error: unknown): unknown {
    let { end } = this.lifetime;
    let failure = end ? this.#ended(end) : this.failure(error);
    if (end === undefined && this.#isDeadline(failure)) {
      end = this.lifetime.expire();
      failure = this.#ended(end);
    }
    this.log.end(outcomeOf(end, failure));
    if (end?.by !== "signal") return failure;
    this.#remember();
    return end.reason;
  }

  /** Remembers what an abort interrupted. */
  #remember(): void {
    const { end } = this.lifetime;
    const { charged, requestId } = this.#context();
    if (end?.by !== "signal" || charged === undefined) return;
    const job = { requestId, charged };
    if (this.#interrupted) Object.assign(this.#interrupted, job);
    else this.#interrupted = recordInterrupted(end.reason, job, this.#options.signal);
  }

  /** The error for work that was ended. */
  #ended(end: LifetimeEnd): TsetsenError {
    return endedError(end, this.#facts, { ...this.#context(), cause: this.#failed });
  }

  /**
   * Whether a failure is our own deadline. The service knows the deadline, and its timer may be earlier than ours.
   * Servers report it as CANCELLED (tonic 0.14, Armeria 1.36) or HTTP 504, or end the stream or the connection.
   */
  #isDeadline(failure: TsetsenError): boolean {
    const { remaining } = this.lifetime;
    const isTimeout = failure instanceof TimeoutError || failure instanceof ConnectionError ||
      failure.statusCode === CANCELLED || failure.statusCode === GATEWAY_TIMEOUT;
    return remaining <= (isTimeout ? DEADLINE_GRACE_MS : 0);
  }

  /** The failure as an error of this package, with what is known about the job and the money. */
  failure(error: unknown): TsetsenError {
    const failure = toTsetsenError(error, this.secrets);
    const { billable } = this.#facts;
    // Once audio or an id has come, the call was paid for, whatever the failure itself would prove.
    if (billable && this.charged !== "yes") {
      this.charged = this.#answered ? "unknown" : failure.charged ?? this.charged;
    }
    const context = this.#context();
    if (!billable && context.charged && failure instanceof ResourceNotFoundError) {
      context.charged = "unknown";
    }
    return withContext(failure, context);
  }

  // A call that costs nothing and is about no job says nothing about money.
  #context(): Context {
    const { billable = false, rebuys = false } = this.#facts;
    const requestId = this.#requestId;
    const charged = billable || requestId !== undefined ? this.charged : undefined;
    return { requestId, charged, billable: billable || rebuys };
  }
}
