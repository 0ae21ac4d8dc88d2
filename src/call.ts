/**
 * The way of a call: the only place where signal, deadline, retry and error mapping meet.
 *
 * @module
 */

import type {
  DescMessage,
  DescMethodUnary,
  MessageInitShape,
  MessageShape,
} from "@bufbuild/protobuf";
import { backoffDelay } from "./backoff.ts";
import { toTsetsenError } from "./error_mapping.ts";
import {
  type Charged,
  ClientClosedError,
  ConnectionError,
  RateLimitExceededError,
  ResourceNotFoundError,
  ServiceUnavailableError,
  TimeoutError,
  type TsetsenError,
  withContext,
} from "./errors.ts";
import type { Limiter } from "./limiter.ts";
import { tell } from "./log.ts";
import type { CallOptions, ResolvedOptions } from "./options.ts";
import { type OpenScopes, Scope } from "./scope.ts";
import { trace } from "./trace.ts";
import { openTransport } from "./transport.ts";
import { VERSION } from "./version.ts";

/** What the calls of one client share. */
export interface Core {
  readonly options: ResolvedOptions;
  readonly limiter: Limiter;
  readonly open: OpenScopes;
  closed: boolean;
}

/** What is known about a call, for its errors and its retries. */
export interface CallFacts {
  /** The method's name, for messages. */
  readonly method: string;
  /** The key to send. */
  readonly key: string;
  /** Whether the call costs credits: it is then sent again only if nothing can have been accepted. */
  readonly billable: boolean;
  /** The text to keep out of errors. */
  readonly text?: string | undefined;
  /** The job that the call is about. */
  readonly requestId?: string | undefined;
}

/** A service that asks to wait longer than this, in milliseconds, is not waited for: the call fails at once. */
const MAX_RETRY_AFTER = 60_000;

const ABORTED = 10;

/** Opens the lifetime of a call, if the client is not closed. */
export function openScope(
  core: Core,
  facts: CallFacts,
  signal?: AbortSignal,
  timeout?: number,
): Scope {
  if (core.closed) throw new ClientClosedError(undefined, contextOf(facts, "no"));
  return new Scope(core.open, signal, timeout);
}

/** Makes a unary call: waits for its turn, sends, tries again where that is safe. */
export async function callUnary<I extends DescMessage, O extends DescMessage>(
  core: Core,
  method: DescMethodUnary<I, O>,
  message: MessageInitShape<I>,
  facts: CallFacts,
  options: CallOptions = {},
): Promise<MessageShape<O>> {
  const { timeout = core.options.timeout, maxRetries = core.options.maxRetries } = options;
  const scope = openScope(core, facts, options.signal, timeout);
  let failed: TsetsenError | undefined;
  let sent = false;
  try {
    for (let retry = 0;; retry++) {
      if (!core.limiter.tryAcquire()) await core.limiter.acquire(scope);
      try {
        if (scope.end !== undefined) throw scope.end;
        const transport = openTransport(core.options, {
          signal: scope.signal,
          unary: true,
          secrets: secretsOf(facts),
        });
        const header = headersOf(core.options, facts, options, scope.remaining);
        sent = true;
        const call = transport.unary(method, scope.signal, undefined, header, message);
        return (await scope.race(call)).message;
      } catch (error) {
        if (scope.end !== undefined) throw error;
        failed = failureOf(error, facts);
      } finally {
        core.limiter.release();
      }
      const delay = retryDelay(core, failed, facts, retry, maxRetries);
      // A delay past the deadline would only turn a telling error into a TimeoutError.
      if (delay === undefined || delay >= scope.remaining) throw failed;
      sent = false;
      tell(core.options.log, {
        type: "retry",
        method: facts.method,
        attempt: retry + 1,
        delay,
        error: failed,
        requestId: facts.requestId,
      });
      await scope.sleep(delay);
    }
  } catch (error) {
    if (scope.end === undefined) throw error;
    throw endedError(scope, facts, sent ? "unknown" : "no", failed);
  } finally {
    scope.close();
  }
}

/** The headers of a request. The SDK's own win over those of the user. */
export function headersOf(
  options: ResolvedOptions,
  facts: CallFacts,
  { headers }: CallOptions,
  remaining: number,
): HeadersInit {
  const own: Record<string, string> = {
    "x-api-key": facts.key,
    "x-goog-api-key": facts.key,
    // Not user-agent, which browsers do not let be set, and no header of our own, which would cost a CORS permission.
    "x-user-agent": `tsetsen-sdk-ts/${VERSION}`,
  };
  if (remaining !== Infinity) own["grpc-timeout"] = grpcTimeout(remaining);
  if (headers === undefined && Object.keys(options.headers).length === 0) return own;
  const all = new Headers(options.headers);
  for (const [name, value] of Object.entries(headers ?? {})) all.set(name, value);
  for (const [name, value] of Object.entries(own)) all.set(name, value);
  return all;
}

/** What must not show in an error. */
export function secretsOf(facts: CallFacts): readonly string[] {
  return facts.text === undefined ? [facts.key] : [facts.key, facts.text];
}

/** The error of an attempt that failed by itself. */
export function failureOf(error: unknown, facts: CallFacts, charged?: Charged): TsetsenError {
  const failure = toTsetsenError(error, secretsOf(facts));
  const known = failure instanceof ResourceNotFoundError ? "unknown" : "yes";
  return withContext(
    failure,
    contextOf(facts, charged ?? (facts.billable ? failure.charged ?? "unknown" : known)),
  );
}

/** What a call rejects with that its caller, its deadline or `close()` ended. */
export function endedError(
  scope: Scope,
  facts: CallFacts,
  charged: Charged,
  cause?: TsetsenError,
): unknown {
  const { end } = scope;
  const context = contextOf(facts, facts.billable ? charged : "yes");
  if (end?.by === "signal") {
    if (context.charged !== undefined) {
      trace(end.reason, { requestId: facts.requestId, charged: context.charged });
    }
    return end.reason;
  }
  if (end?.by === "deadline") {
    const advice = facts.billable && charged !== "no"
      ? "It may have been accepted and charged: look at the balance before sending it again."
      : "Try again, or give a longer timeout.";
    return new TimeoutError(
      `${facts.method} did not end within its timeout of ${end.timeout} ms. ${advice}`,
      { ...context, cause },
    );
  }
  if (end?.by === "idle") {
    return new TimeoutError(
      `${facts.method}: no message came for ${end.timeout} ms (idleTimeout). Try again later.`,
      { ...context, cause },
    );
  }
  return new ClientClosedError("The client was closed while the call was under way.", context);
}

/** Whether a failure may pass by itself: what a read is tried again for. */
export function isTransient(error: TsetsenError): boolean {
  return error instanceof RateLimitExceededError || error instanceof ConnectionError ||
    error instanceof ServiceUnavailableError || error instanceof TimeoutError ||
    error.statusCode === ABORTED;
}

/** How long to wait before the next attempt, in milliseconds; `undefined` when there must be none. */
export function retryDelay(
  core: Core,
  error: TsetsenError,
  facts: Pick<CallFacts, "billable">,
  retry: number,
  maxRetries: number,
): number | undefined {
  if (retry >= maxRetries || !isTransient(error)) return undefined;
  if (facts.billable && error.charged !== "no") return undefined;
  const { retryAfter = 0 } = error;
  if (retryAfter > MAX_RETRY_AFTER) return undefined;
  return Math.max(retryAfter, backoffDelay(core.options.backoff, retry));
}

// A call that costs nothing and is about no job says nothing about money.
function contextOf(
  facts: CallFacts,
  charged: Charged,
): { requestId: string | undefined; charged: Charged | undefined } {
  const { requestId, billable } = facts;
  return { requestId, charged: billable || requestId !== undefined ? charged : undefined };
}

// At most 8 digits (PROTOCOL-HTTP2.md), so seconds where milliseconds need more.
function grpcTimeout(ms: number): string {
  const whole = Math.max(1, Math.ceil(ms));
  return whole < 1e8 ? `${whole}m` : `${Math.ceil(whole / 1000)}S`;
}
