/**
 * From what went wrong to the right error class: gRPC statuses, HTTP statuses, `fetch` failures and broken answers.
 *
 * @module
 */

import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  AuthenticationError,
  type Charged,
  ConnectionError,
  InsufficientCreditsError,
  InvalidRequestError,
  PermissionDeniedError,
  RateLimitExceededError,
  ResourceNotFoundError,
  ServerError,
  ServiceUnavailableError,
  TimeoutError,
  TsetsenError,
  type TsetsenSubclassOptions,
} from "./errors.ts";
import { redact, safeCause } from "./redact.ts";

type ErrorClass = new (message?: string, options?: TsetsenSubclassOptions) => TsetsenError;

interface Meaning {
  readonly Class: ErrorClass;
  /** `"no"` where the status itself says that the service refused the request. */
  readonly charged: Charged;
}

const INTERNAL: Meaning = { Class: ServerError, charged: "unknown" };

const MEANINGS: Partial<Record<number, Meaning>> = {
  [Code.InvalidArgument]: { Class: InvalidRequestError, charged: "no" },
  [Code.DeadlineExceeded]: { Class: TimeoutError, charged: "unknown" },
  [Code.NotFound]: { Class: ResourceNotFoundError, charged: "no" },
  [Code.AlreadyExists]: { Class: ResourceNotFoundError, charged: "unknown" },
  [Code.PermissionDenied]: { Class: PermissionDeniedError, charged: "no" },
  [Code.ResourceExhausted]: { Class: RateLimitExceededError, charged: "no" },
  [Code.FailedPrecondition]: { Class: InvalidRequestError, charged: "no" },
  [Code.OutOfRange]: { Class: InvalidRequestError, charged: "no" },
  [Code.Unimplemented]: { Class: ServerError, charged: "no" },
  [Code.Unavailable]: { Class: ServiceUnavailableError, charged: "unknown" },
  [Code.Unauthenticated]: { Class: AuthenticationError, charged: "no" },
};

/**
 * The error for anything that a transport threw. Its `charged` says what the failure proves, for a call that costs
 * credits; the caller drops it otherwise.
 *
 * @param secrets What must not show: the key and the text.
 */
export function toTsetsenError(error: unknown, secrets: readonly string[]): TsetsenError {
  if (error instanceof TsetsenError) return error;
  if (error instanceof ConnectError) {
    if (error.cause instanceof TsetsenError) return error.cause;
    const { metadata } = error;
    if (metadata.has("grpc-status") || metadata.has("grpc-status-details-bin")) {
      return fromStatus(error, secrets);
    }
  }
  const cause = error instanceof ConnectError ? error.cause : error;
  return new ServerError(
    "The answer is not valid gRPC-Web. Check that the endpoint is a gRPC-Web endpoint of the service.",
    { charged: "unknown", cause: safeCause(cause, secrets) },
  );
}

/** The error for an answer that HTTP itself calls a failure, or that is not gRPC-Web. */
export function fromHttp(status: number, headers: Headers, origin: string): TsetsenError {
  const options: TsetsenSubclassOptions = {
    statusCode: status || undefined,
    retryAfter: retryAfterOf(headers),
    // A client error (RFC 9110, 15.5) is a refusal, but for those that can come after the work: timeout, conflict, too
    // early, and nginx's 499.
    charged: status >= 400 && status < 500 && ![408, 409, 425, 499].includes(status)
      ? "no"
      : "unknown",
  };
  // Browsers show a redirect that is not followed as status 0, so no message here names its number.
  if (status === 0 || (status >= 300 && status < 400)) {
    return new ServerError(
      `${origin} answered with a redirect. It is not followed, as the API key would go along: ` +
        "give the final address as endpoint.",
      options,
    );
  }
  if (status === 401) return new AuthenticationError(undefined, options);
  if (status === 403) return new PermissionDeniedError(undefined, options);
  if (status === 429) return new RateLimitExceededError(waitNote(undefined, options), options);
  if (status === 502 || status === 503 || status === 504) {
    return new ServiceUnavailableError(waitNote(undefined, options), options);
  }
  const type = headers.get("content-type")?.match(/^[\w.+-]+\/[\w.+-]+/)?.[0] ?? "none";
  return new ServerError(
    `${origin} did not answer in gRPC-Web, but with HTTP ${status} and content type ${type}. ` +
      "Check that endpoint is a gRPC-Web endpoint of the service, path included.",
    options,
  );
}

/** The error for a `fetch` that rejected before any answer. */
export function noAnswer(cause: unknown, origin: string, secrets: readonly string[]): TsetsenError {
  return new ConnectionError(
    `No answer from ${origin}: the connection could not be made or was lost. ` +
      "Check the endpoint, the network, and that the service is up.",
    {
      charged: neverConnected(cause) ? "no" : "unknown",
      cause: safeCause(cause, secrets),
    },
  );
}

/** The error for an answer that broke off. */
export function brokenOff(
  origin: string,
  cause?: unknown,
  secrets: readonly string[] = [],
): TsetsenError {
  return new ConnectionError(
    `The answer from ${origin} broke off before its end: the connection was lost on the way.`,
    { charged: "unknown", cause: safeCause(cause, secrets) },
  );
}

/** The error for an answer that breaks the rules of gRPC-Web or the bounds of the client. */
export function badAnswer(origin: string, problem: string): TsetsenError {
  return new ServerError(`The answer from ${origin} is not acceptable: ${problem}.`, {
    charged: "unknown",
  });
}

/** The error for a non-empty `error_message` in a stream. */
export function fromStreamMessage(message: string, secrets: readonly string[]): TsetsenError {
  const Class = speaksOfCredits(message)
    ? InsufficientCreditsError
    : /rate.?limit|too many requests/i.test(message)
    ? RateLimitExceededError
    : ServerError;
  return new Class(`The service ended the stream: ${redact(message, secrets)}`);
}

function fromStatus(error: ConnectError, secrets: readonly string[]): TsetsenError {
  const { code, rawMessage, metadata } = error;
  let { Class, charged } = MEANINGS[code] ?? INTERNAL;
  if (code === Code.ResourceExhausted) {
    const told = [rawMessage, ...metadata.values(), ...error.details.map(textOf)].join("\n");
    if (speaksOfCredits(told)) Class = InsufficientCreditsError;
    // gRPC libraries use the same status for an answer that was made and found too large to send.
    else if (/larger than max/i.test(rawMessage)) ({ Class, charged } = INTERNAL);
  }
  const options: TsetsenSubclassOptions = {
    statusCode: code,
    details: detailsOf(metadata, secrets),
    retryAfter: retryInfoOf(error) ?? retryAfterOf(metadata),
    charged,
  };
  const message = rawMessage ? redact(rawMessage, secrets) : undefined;
  return new Class(waitNote(message, options), options);
}

function waitNote(
  message: string | undefined,
  options: TsetsenSubclassOptions,
): string | undefined {
  if (options.retryAfter === undefined) return message;
  const wait = `The service asks to wait ${options.retryAfter} ms before the next request.`;
  return message === undefined ? wait : `${message} (${wait})`;
}

// "insufficient_credits", "CREDIT", "balance too low", but not "accredited" and not "load balancer".
function speaksOfCredits(text: string): boolean {
  return /(?<![a-z])(credits?|balance)(?![a-z])/i.test(text);
}

function textOf(detail: ConnectError["details"][number]): string {
  return "value" in detail && detail.value instanceof Uint8Array
    ? new TextDecoder().decode(detail.value)
    : "";
}

// Headers of HTTP that say nothing about the call (a ConnectError mixes them with the trailers), and what the error's own
// fields say already.
const HTTP_HEADERS =
  /^(content-|access-control-|date$|server$|vary$|connection$|keep-alive$|transfer-encoding$|set-cookie|alt-svc$|via$|grpc-(status|message))/;

function detailsOf(metadata: Headers, secrets: readonly string[]): Record<string, string> {
  const details: Record<string, string> = {};
  metadata.forEach((value, name) => {
    if (!HTTP_HEADERS.test(name)) details[name] = redact(value, secrets);
  });
  return details;
}

// google.rpc.RetryInfo { 1: google.protobuf.Duration { 1: int64 seconds, 2: int32 nanos } }
function retryInfoOf(error: ConnectError): number | undefined {
  for (const detail of error.details) {
    if (!("type" in detail) || detail.type !== "google.rpc.RetryInfo") continue;
    try {
      const duration = fields(detail.value).get(1);
      if (!(duration instanceof Uint8Array)) continue;
      const parts = fields(duration);
      const ms = Number(parts.get(1) ?? 0) * 1_000 + Number(parts.get(2) ?? 0) / 1e6;
      if (ms >= 0) return Math.ceil(ms);
    } catch {
      // A detail that cannot be read is no hint.
    }
  }
  return undefined;
}

function fields(message: Uint8Array): Map<number, Uint8Array | bigint | string> {
  const reader = new BinaryReader(message);
  const found = new Map<number, Uint8Array | bigint | string>();
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (type === WireType.LengthDelimited) found.set(number, reader.bytes());
    else if (type === WireType.Varint) found.set(number, reader.int64());
    else reader.skip(type);
  }
  return found;
}

// Retry-After (RFC 9110, 10.2.3): seconds or a date. grpc-retry-pushback-ms: gRPC's own (gRFC A6).
function retryAfterOf(headers: Headers): number | undefined {
  const pushback = headers.get("grpc-retry-pushback-ms");
  if (pushback !== null && /^\d+$/.test(pushback)) return Number(pushback);
  const value = headers.get("retry-after");
  if (value === null) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, Math.ceil(ms)) : undefined;
}

// What runtimes say when no connection came about, and so nothing was sent. Anything else may have been.
const NEVER_CONNECTED = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EAI_NODATA",
  "EAI_NONAME",
  "UND_ERR_CONNECT_TIMEOUT",
  "ConnectionRefused",
  "FailedToOpenSocket",
]);

function neverConnected(error: unknown): boolean {
  for (let depth = 0; error instanceof Error && depth < 5; depth++) {
    const { code, syscall } = error as { code?: unknown; syscall?: unknown };
    if (NEVER_CONNECTED.has(code as string) || syscall === "connect" || syscall === "getaddrinfo") {
      return true;
    }
    // Deno has no codes: "client error (Connect)" is hyper's name for a failure before the request.
    if (error.message.includes("client error (Connect)")) return true;
    // Happy eyeballs: an AggregateError with one error for each address.
    const { errors } = error as { errors?: unknown };
    if (Array.isArray(errors) && errors.length > 0) return errors.every(neverConnected);
    error = error.cause;
  }
  return false;
}
