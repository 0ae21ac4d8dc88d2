/**
 * The error classes: one base, one subclass for each kind of failure.
 *
 * @module
 */

/**
 * What is known about the money when a call that costs credits fails.
 *
 * - `"no"`: it is proven that the service accepted nothing, so nothing was charged.
 * - `"unknown"`: the request was sent, and its outcome is not known. Look at the balance or the service's history
 *   before you send it again.
 * - `"yes"`: the service has accepted it, because a request id or a first chunk of audio has come.
 */
export type Charged = "no" | "unknown" | "yes";

/** The `code` of each error class. */
export type ErrorCode =
  | "authentication_failed"
  | "permission_denied"
  | "invalid_request"
  | "rate_limit_exceeded"
  | "insufficient_credits"
  | "resource_not_found"
  | "service_unavailable"
  | "connection_error"
  | "timeout"
  | "server_error"
  | "job_failed"
  | "client_closed";

/** Marks the errors of every copy of this package, with the names of their classes. */
const BRAND: unique symbol = Symbol.for("@tsetsen/sdk/error") as never;

const { isPrototypeOf } = Object.prototype;

/**
 * The decision that an error asks for, where its `code` does not tell it.
 *
 * - `"outcome_unknown"`: an earlier submission may have been charged. The option `retryUnknown` submits it again.
 * - `"audio_lost"`: the audio was paid for and was not kept. The option `retryLost` buys it again.
 * - `"below_min_balance"`: the balance would fall below the option `minBalance`.
 * - `"not_pcm"`: the audio of a job has another format than the service's PCM.
 */
export type ErrorReason = "outcome_unknown" | "audio_lost" | "below_min_balance" | "not_pcm";

/** What an error knows besides its message. */
export interface TsetsenErrorOptions {
  /** The kind of failure as a string. A subclass has its own, whatever is given here. Default: none. */
  readonly code?: string | undefined;
  /** The decision that the error asks for. Default: none. */
  readonly reason?: ErrorReason | undefined;
  /** The gRPC status code, 0 to 16, or the HTTP status of a proxy, 100 to 599. Default: none, because no answer came. */
  readonly statusCode?: number | undefined;
  /** The id of the job that the error is about. Default: not known. */
  readonly requestId?: string | undefined;
  /** The trailing metadata of the answer, names in lower case. Default: empty. */
  readonly details?: Readonly<Record<string, string>> | undefined;
  /** What is known about the money. Default: none, for calls that cost nothing. */
  readonly charged?: Charged | undefined;
  /** How long the service asks to wait before the next try, in milliseconds, 0 or more. Default: the service did not say. */
  readonly retryAfter?: number | undefined;
  /** Whether making the failed call again can charge again. Default: not known. */
  readonly billable?: boolean | undefined;
  /** The error that caused this one. Default: none. */
  readonly cause?: unknown;
}

/**
 * The base of every error that this SDK raises for a failed call.
 *
 * Its `message` reads `code: text (Request ID: id)`. When a call may have been charged and no request id has come, it says
 * so, and what to look at. Neither the API key nor the text to speak is ever part of it.
 *
 * @example Tell kinds of failure apart
 * ```ts
 * import { InsufficientCreditsError, TsetsenError } from "@tsetsen/sdk";
 *
 * function explain(error: unknown): string {
 *   if (error instanceof InsufficientCreditsError) return "top up first";
 *   if (error instanceof TsetsenError) return `${error.code}, charged: ${error.charged}`;
 *   throw error;
 * }
 * ```
 */
export class TsetsenError extends Error {
  /** The name of the class. */
  declare readonly name: string;
  /** The kind of failure as a string, for example `"timeout"`; `undefined` on a bare `TsetsenError` without one. */
  declare readonly code: string | undefined;
  /** The decision that the error asks for; `undefined` for most errors. */
  declare readonly reason: ErrorReason | undefined;
  /** The message without the code, the request id, and what to look at. */
  declare readonly rawMessage: string;
  /** The gRPC status code (0 to 16) or the HTTP status of a proxy (100 to 599); `undefined` when no answer came. */
  declare readonly statusCode: number | undefined;
  /** The id of the job that the error is about, from the moment it is known. */
  declare readonly requestId: string | undefined;
  /** The trailing metadata of the answer, names in lower case, what is binary in base64; empty when none came. */
  declare readonly details: Readonly<Record<string, string>>;
  /** What is known about the money; `undefined` for calls that cost nothing. */
  declare readonly charged: Charged | undefined;
  /** How long the service asks to wait before the next try, in milliseconds; `undefined` when it did not say. */
  declare readonly retryAfter: number | undefined;
  /**
   * Whether making the failed call again can charge again: true for a submission, a stream and `speak`, false for a poll
   * or a download of a job that is paid for; `undefined` when that is not known. {@linkcode isSafeToRetry} decides by it.
   */
  declare readonly billable: boolean | undefined;

  static {
    define(this, "TsetsenError");
  }

  /**
   * Recognises errors of another copy of this package, too, by their brand. It never throws.
   *
   * @param value Anything.
   * @returns Whether the value is an error of this class.
   */
  static override [Symbol.hasInstance](value: unknown): boolean {
    const { prototype } = this as { readonly prototype: object };
    // A subclass of the user's own has no brand.
    if (!Object.hasOwn(prototype, BRAND)) return isPrototypeOf.call(prototype, value as object);
    const brand = (value as { readonly [BRAND]?: readonly string[] } | null | undefined)?.[BRAND];
    return Array.isArray(brand) && brand.includes((prototype as { name: string }).name);
  }

  /**
   * Makes an error.
   *
   * @param message What was expected, what came, and what to do next.
   * @param options What else is known.
   */
  constructor(message: string, options: TsetsenErrorOptions = {}) {
    const { cause, requestId } = options;
    const code = new.target.prototype.code ?? options.code;
    const text = advised(message, options);
    super(
      `${code ? `${code}: ` : ""}${text}${
        requestId ? ` (Request ID: ${shortened(requestId)})` : ""
      }`,
      cause === undefined ? undefined : { cause },
    );
    this.code = code;
    this.reason = options.reason;
    this.rawMessage = message;
    this.statusCode = options.statusCode;
    this.requestId = requestId;
    this.details = options.details ?? {};
    this.charged = options.charged;
    this.retryAfter = options.retryAfter;
    this.billable = options.billable;
  }
}

/** The key is missing, malformed or not accepted (gRPC UNAUTHENTICATED, HTTP 401). Check the key. */
export class AuthenticationError extends TsetsenError {
  /** `"AuthenticationError"`. */
  declare readonly name: "AuthenticationError";
  /** `"authentication_failed"`. */
  declare readonly code: "authentication_failed";
  static {
    define(this, "AuthenticationError", "authentication_failed");
  }
}

/** The key is valid, but may not do this (gRPC PERMISSION_DENIED, HTTP 403). Ask the service for the permission. */
export class PermissionDeniedError extends TsetsenError {
  /** `"PermissionDeniedError"`. */
  declare readonly name: "PermissionDeniedError";
  /** `"permission_denied"`. */
  declare readonly code: "permission_denied";
  static {
    define(this, "PermissionDeniedError", "permission_denied");
  }
}

/**
 * A field is wrong: refused before sending, or by the service (gRPC INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE).
 * Change the request as the message says.
 */
export class InvalidRequestError extends TsetsenError {
  /** `"InvalidRequestError"`. */
  declare readonly name: "InvalidRequestError";
  /** `"invalid_request"`. */
  declare readonly code: "invalid_request";
  static {
    define(this, "InvalidRequestError", "invalid_request");
  }
}

/** Too many requests (gRPC RESOURCE_EXHAUSTED, HTTP 429). Wait `retryAfter` milliseconds, where the service said so. */
export class RateLimitExceededError extends TsetsenError {
  /** `"RateLimitExceededError"`. */
  declare readonly name: "RateLimitExceededError";
  /** `"rate_limit_exceeded"`. */
  declare readonly code: "rate_limit_exceeded";
  static {
    define(this, "RateLimitExceededError", "rate_limit_exceeded");
  }
}

/** The balance is too low (gRPC RESOURCE_EXHAUSTED that speaks of credits or balance). Top up; waiting does not help. */
export class InsufficientCreditsError extends TsetsenError {
  /** `"InsufficientCreditsError"`. */
  declare readonly name: "InsufficientCreditsError";
  /** `"insufficient_credits"`. */
  declare readonly code: "insufficient_credits";
  static {
    define(this, "InsufficientCreditsError", "insufficient_credits");
  }
}

/**
 * The voice, the job or its audio does not exist (gRPC NOT_FOUND, ALREADY_EXISTS as in the Python SDK; HTTP 404 and 410 of
 * audio). Check the voice and the id, or ask the job for its `audioUrl` again.
 */
export class ResourceNotFoundError extends TsetsenError {
  /** `"ResourceNotFoundError"`. */
  declare readonly name: "ResourceNotFoundError";
  /** `"resource_not_found"`. */
  declare readonly code: "resource_not_found";
  static {
    define(this, "ResourceNotFoundError", "resource_not_found");
  }
}

/** The service is down at the moment (gRPC UNAVAILABLE, HTTP 502, 503, 504). Try again later. */
export class ServiceUnavailableError extends TsetsenError {
  /** `"ServiceUnavailableError"`. */
  declare readonly name: "ServiceUnavailableError";
  /** `"service_unavailable"`. */
  declare readonly code: "service_unavailable";
  static {
    define(this, "ServiceUnavailableError", "service_unavailable");
  }
}

/**
 * No connection, no such host, a reset, or an answer that broke off. Read `cause`, or run `tsetsen doctor`, which finds
 * the reason.
 */
export class ConnectionError extends TsetsenError {
  /** `"ConnectionError"`. */
  declare readonly name: "ConnectionError";
  /** `"connection_error"`. */
  declare readonly code: "connection_error";
  static {
    define(this, "ConnectionError", "connection_error");
  }
}

/**
 * The deadline passed: the `timeout` of a call or of a wait, or the service's own (gRPC DEADLINE_EXCEEDED). Give it
 * more time; a job goes on at the service, and `client.job(id)` follows it.
 */
export class TimeoutError extends TsetsenError {
  /** `"TimeoutError"`. */
  declare readonly name: "TimeoutError";
  /** `"timeout"`. */
  declare readonly code: "timeout";
  static {
    define(this, "TimeoutError", "timeout");
  }
}

/**
 * The service failed inside (gRPC INTERNAL, UNKNOWN, DATA_LOSS, UNIMPLEMENTED, ABORTED), or its answer is not gRPC-Web
 * or exceeds a bound. The message says what came, and what to check.
 */
export class ServerError extends TsetsenError {
  /** `"ServerError"`. */
  declare readonly name: "ServerError";
  /** `"server_error"`. */
  declare readonly code: "server_error";
  static {
    define(this, "ServerError", "server_error");
  }
}

/** The job FAILED at the service. The message says why; waiting longer does not help. */
export class JobFailedError extends TsetsenError {
  /** `"JobFailedError"`. */
  declare readonly name: "JobFailedError";
  /** `"job_failed"`. */
  declare readonly code: "job_failed";
  static {
    define(this, "JobFailedError", "job_failed");
  }
}

/** The client was closed: before the call, or while it was under way. Make a new client. */
export class ClientClosedError extends TsetsenError {
  /** `"ClientClosedError"`. */
  declare readonly name: "ClientClosedError";
  /** `"client_closed"`. */
  declare readonly code: "client_closed";
  static {
    define(this, "ClientClosedError", "client_closed");
  }
}

/** The classes of failures that may pass by themselves. */
export const TRANSIENT: readonly (abstract new (message: string) => TsetsenError)[] = [
  ServiceUnavailableError,
  ConnectionError,
  TimeoutError,
  RateLimitExceededError,
];

const ABORTED = 10;

/**
 * Whether a failure may pass by itself.
 *
 * @internal
 */
export function isTransient(error: TsetsenError): boolean {
  return TRANSIENT.some((Class) => error instanceof Class) || error.statusCode === ABORTED;
}

/**
 * Copies an error with more known about it. The class, message and cause stay.
 *
 * @internal
 */
export function withContext<E extends TsetsenError>(
  error: E,
  context: Pick<TsetsenErrorOptions, "requestId" | "charged" | "billable">,
): E {
  const Class = error.constructor as new (message: string, options: TsetsenErrorOptions) => E;
  return new Class(error.rawMessage, { ...error, cause: error.cause, ...context });
}

/** The longest id that a message shows. A broken service may send a longer one, which `requestId` has in full. */
const MAX_SHOWN_ID = 100;

function shortened(id: string): string {
  return id.length > MAX_SHOWN_ID ? `${id.slice(0, MAX_SHOWN_ID)}…` : id;
}

/** Adds what to look at when a call may have been charged. With a request id, the caller can ask for the job itself. */
function advised(message: string, options: TsetsenErrorOptions): string {
  const { charged, requestId, reason } = options;
  if (charged !== "unknown" || requestId !== undefined || reason !== undefined) return message;
  const sentence = message.replace(/[^.!?)]$/, "$&.");
  return `${sentence} It may have been charged: look at the balance before sending it again.`
    .trimStart();
}

// The name stands on the prototype. The first line of a stack then has it, and minifiers cannot change it.
function define(Class: { readonly prototype: TsetsenError }, name: string, code?: ErrorCode): void {
  const brand = name === "TsetsenError" ? [name] : ["TsetsenError", name];
  Object.assign(Class.prototype, { name, code });
  Object.defineProperty(Class.prototype, BRAND, { value: brand });
}
