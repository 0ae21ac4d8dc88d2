/**
 * The way of a call: the only place where signal, deadline, retry and error mapping meet.
 *
 * @module
 */

import {
  type DescMessage,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
} from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import { backoffDelay } from "../contract/backoff.ts";
import { hostOf } from "../lib/runtime.ts";
import { toTsetsenError } from "../transport/error_mapping.ts";
import {
  type Charged,
  ClientClosedError,
  isTransient,
  ResourceNotFoundError,
  TimeoutError,
  type TsetsenError,
  withContext,
} from "../contract/errors.ts";
import type { Limiter } from "./limiter.ts";
import { type LogEvent, notify } from "../contract/log.ts";
import { type CallOptions, checkPlace, type ResolvedOptions } from "../contract/options.ts";
import { Lifetime, type OpenLifetimes } from "../lib/lifetime.ts";
import { recordInterrupted } from "./interrupted_jobs.ts";
import { openTransport } from "../transport/transport.ts";
import { validateFields } from "../contract/validate.ts";
import { VERSION } from "../contract/version.ts";

/** What the calls of one client share. */
export interface Core {
  readonly options: ResolvedOptions;
  readonly limiter: Limiter;
  readonly open: OpenLifetimes;
  closed: boolean;
}

/** What is known about a call, for its errors and its retries. */
export interface CallFacts {
  /** The method's name. */
  readonly method: string;
  /** What messages name in place of the method. */
  readonly subject?: string | undefined;
  /** The key to send; empty for none. */
  readonly key: string;
  /** Whether the call costs credits: it is then sent again only if nothing can have been accepted. */
  readonly billable?: boolean;
  /** The text to keep out of errors. */
  readonly text?: string | undefined;
  /** The job that the call is about. */
  readonly requestId?: string | undefined;
}

/** A service that asks to wait longer than this, in milliseconds, is not waited for: the call fails at once. */
const MAX_RETRY_AFTER = 60_000;

/** One operation, from its start to its end: a call with its retries, a stream, a download, or a watch. */
export class Call {
  /** Its lifetime. */
  readonly lifetime: Lifetime;
  /** What is known about the money by now. */
  charged: Charged;
  readonly #core: Core;
  readonly #facts: CallFacts;
  readonly #options: CallOptions;
  #failed: TsetsenError | undefined;
  /** Whether a message has come: a status after it is no refusal. */
  #answered = false;
  /** The id of the job: known from the start, or since the answer to a submit. */
  #requestId: string | undefined;

  /**
   * @param timeout The deadline of the whole in milliseconds; without one there is none.
   * @param outer The lifetime of the operation that this one is a part of, in the place of the signal.
   * @throws {ClientClosedError} when the client is closed.
   * @throws {AuthenticationError} when the call has a key of its own, where everyone can read it.
   */
  constructor(
    core: Core,
    facts: CallFacts,
    options: CallOptions,
    timeout?: number,
    outer?: Lifetime,
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
    // That of the client was checked when it was made.
    if (facts.key !== "" && facts.key !== apiKey) {
      checkPlace(dangerouslyAllowBrowser, this.#context());
    }
    this.lifetime = new Lifetime(core.open, outer ?? options.signal, timeout);
  }

  /** Does `attempt` until it succeeds or must not be tried again. Each takes a place among the calls in flight. */
  async attempts<T>(attempt: () => Promise<T>): Promise<T> {
    const { lifetime } = this;
    const { limiter } = this.#core;
    for (let retry = 0;; retry++) {
      if (!limiter.tryAcquire()) await limiter.acquire(lifetime);
      let failure: TsetsenError;
      try {
        if (lifetime.end !== undefined) throw lifetime.end;
        return await attempt();
      } catch (error) {
        if (lifetime.end !== undefined) throw error;
        failure = this.failure(error);
      } finally {
        // Deno and Node take a connection back a moment after the answer's end: the next in the queue would open another.
        // (workerd forgets the timers of a request that is over.)
        if (limiter.crowded && lifetime.end === undefined && hostOf() !== "other") {
          setTimeout(() => limiter.release());
        } else limiter.release();
      }
      const delay = this.retryDelay(failure, retry, "retry");
      // A delay past the deadline would only turn a telling error into a TimeoutError.
      if (delay === undefined || delay >= lifetime.remaining) throw failure;
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
    type: LogEvent["type"],
    most: number = Infinity,
  ): number | undefined {
    const { options } = this.#core;
    const { maxRetries = options.maxRetries } = this.#options;
    const { billable, method, requestId } = this.#facts;
    const { retryAfter = 0 } = error;
    if (
      retry >= maxRetries || retryAfter > MAX_RETRY_AFTER || !isTransient(error) ||
      (billable && error.charged !== "no")
    ) return undefined;
    this.#failed = error;
    if (billable) this.charged = "no";
    const delay = Math.max(retryAfter, Math.min(backoffDelay(options.backoff, retry), most));
    notify(options.log, { type, method, attempt: retry + 1, delay, error, requestId });
    return delay;
  }

  /**
   * Hands a request to the transport: from here on it may have reached the service.
   *
   * @param idle The longest wait for the answer in milliseconds, if there is no deadline.
   * @param answered Is told of a message as soon as it has come, whatever becomes of the answer.
   */
  send<T>(
    unary: boolean,
    request: (transport: Transport, headers: HeadersInit) => Promise<T>,
    idle?: number,
    answered?: (message: Uint8Array) => void,
  ): Promise<T> {
    const transport = openTransport(this.#core.options, {
      lifetime: this.lifetime,
      unary,
      billable: this.#facts.billable === true,
      secrets: this.secrets,
      answered,
    });
    if (this.#facts.billable) this.charged = "unknown";
    return this.lifetime.race(request(transport, this.#headers()), idle);
  }

  /**
   * The service has answered, whatever follows.
   *
   * @param requestId The id of the job that it has accepted, if it has told one.
   */
  answered(requestId?: string): void {
    this.#answered = true;
    if (!requestId) return;
    this.#requestId = requestId;
    this.charged = "yes";
  }

  /** What must not show in an error. */
  get secrets(): readonly string[] {
    const { key, text = "" } = this.#facts;
    return [key, text];
  }

  /** What to reject with: the caller's reason, the deadline, the end of the client, or the failure itself. */
  error(error: unknown): unknown {
    let { end } = this.lifetime;
    if (end === undefined) {
      const failure = this.failure(error);
      // The service was told of the deadline, and can be faster than a timer that is late.
      if (!(failure instanceof TimeoutError) || this.lifetime.remaining > 1) return failure;
      end = this.lifetime.expire();
    }
    const context = { ...this.#context(), cause: this.#failed };
    const { subject = this.#facts.method } = this.#facts;
    switch (end.by) {
      case "signal":
        if (context.charged !== undefined) {
          recordInterrupted(end.reason, { requestId: this.#requestId, charged: context.charged });
        }
        return end.reason;
      case "deadline":
        return new TimeoutError(
          `${subject} took longer than its timeout of ${end.ms} ms. ${this.#advice}`.trimEnd(),
          context,
        );
      case "idle":
        return new TimeoutError(
          `${subject} sent nothing for ${end.ms} ms (idleTimeout). ${this.#advice}`.trimEnd(),
          context,
        );
      default:
        return new ClientClosedError("The client was closed while this was under way.", context);
    }
  }

  /** A failure by itself, with what is known about the job and the money. */
  failure(error: unknown): TsetsenError {
    const failure = toTsetsenError(error, this.secrets);
    // Once audio or an id has come it was paid for, whatever the failure itself would prove.
    if (this.#facts.billable && this.charged !== "yes") {
      this.charged = this.#answered ? "unknown" : failure.charged ?? "unknown";
    }
    const context = this.#context();
    if (
      failure instanceof ResourceNotFoundError && context.charged === "yes" && !this.#facts.billable
    ) {
      context.charged = "unknown";
    }
    return withContext(failure, context);
  }

  get #advice(): string {
    if (this.#requestId !== undefined) return "The job goes on: ask for it again by its id.";
    // The error itself says what to look at when the call may have been charged.
    if (this.#facts.billable && this.charged !== "no") return "";
    return "Try again, or give it more time.";
  }

  // A call that costs nothing and is about no job says nothing about money.
  #context(): { requestId: string | undefined; charged: Charged | undefined } {
    const requestId = this.#requestId;
    return {
      requestId,
      charged: this.#facts.billable || requestId !== undefined ? this.charged : undefined,
    };
  }

  /** The SDK's own headers win over those of the user. */
  #headers(): HeadersInit {
    const { key } = this.#facts;
    const ms = this.lifetime.remaining;
    const own: Record<string, string> = {
      // Not user-agent, which browsers do not let be set, and no header of our own, which would cost a CORS permission.
      "x-user-agent": `tsetsen-sdk-ts/${VERSION}`,
    };
    if (key !== "") own["x-api-key"] = own["x-goog-api-key"] = key;
    // At most 8 digits (PROTOCOL-HTTP2.md), so seconds where milliseconds need more.
    if (ms < 1e8) own["grpc-timeout"] = `${Math.max(1, Math.ceil(ms))}m`;
    else if (ms < Infinity) own["grpc-timeout"] = `${Math.floor(ms / 1000)}S`;
    const { headers } = this.#options;
    const common = this.#core.options.headers;
    if (common === undefined && headers === undefined) return own;
    const all = new Headers(common);
    for (const given of [headers, own]) {
      new Headers(given).forEach((value, name) => all.set(name, value));
    }
    return all;
  }
}

/** Makes a unary call: waits for its turn, sends, tries again where that is safe. */
export async function callUnary<I extends DescMessage, O extends DescMessage>(
  core: Core,
  method: DescMethodUnary<I, O>,
  message: MessageInitShape<I>,
  facts: CallFacts,
  options: CallOptions,
  outer?: Lifetime,
): Promise<MessageShape<O>> {
  validateFields("options", options);
  const call = new Call(core, facts, options, options.timeout ?? core.options.timeout, outer);
  // Of what is paid for, not even a status that comes after it may cost the id.
  const answered = (bytes: Uint8Array) => call.answered(requestIdIn(method.output, bytes));
  try {
    const { message: answer } = await call.attempts(() =>
      call.send(
        true,
        (transport, headers) =>
          transport.unary(method, call.lifetime.signal, undefined, headers, message),
        undefined,
        facts.billable ? answered : undefined,
      )
    );
    return answer;
  } catch (error) {
    throw call.error(error);
  } finally {
    call.lifetime.close();
  }
}

function requestIdIn(schema: DescMessage, bytes: Uint8Array): string | undefined {
  try {
    return (fromBinary(schema, bytes) as { readonly requestId?: string }).requestId;
  } catch {
    return undefined; // the call fails for it soon enough
  }
}
