/**
 * From what went wrong to the right error class: gRPC statuses, HTTP statuses, `fetch` failures and broken answers.
 *
 * @module
 */

import {
  AuthenticationError,
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
} from "../contract/errors.ts";
import { detailsOf, readRetryInfo, retryAfterOf } from "./metadata.ts";
import { isError } from "../lib/is_error.ts";
import { redact, safeCause } from "../lib/redact.ts";
import type { RpcStatus } from "./status.ts";

type ErrorClass = typeof TsetsenError;

/** What the client and the service speak. */
export type Protocol = "gRPC-Web" | "gRPC" | "Connect";

// By gRPC code (https://github.com/grpc/grpc/blob/master/doc/statuscodes.md). All others are failures of the server.
const GRPC_CLASSES: Record<number, ErrorClass> = {
  3: InvalidRequestError, // INVALID_ARGUMENT
  4: TimeoutError, // DEADLINE_EXCEEDED
  5: ResourceNotFoundError, // NOT_FOUND
  6: ResourceNotFoundError, // ALREADY_EXISTS
  7: PermissionDeniedError, // PERMISSION_DENIED
  8: RateLimitExceededError, // RESOURCE_EXHAUSTED
  9: InvalidRequestError, // FAILED_PRECONDITION
  11: InvalidRequestError, // OUT_OF_RANGE
  14: ServiceUnavailableError, // UNAVAILABLE
  16: AuthenticationError, // UNAUTHENTICATED
};

/** The gRPC codes that say by themselves that the service refused the request; 12 is UNIMPLEMENTED. */
const REFUSALS = [3, 5, 7, 8, 9, 11, 12, 16];

/** By HTTP status. All others are failures of the server. */
export const HTTP_CLASSES: Readonly<Record<number, ErrorClass>> = {
  401: AuthenticationError,
  403: PermissionDeniedError,
  429: RateLimitExceededError,
  502: ServiceUnavailableError,
  503: ServiceUnavailableError,
  504: ServiceUnavailableError,
};

/** The error for anything that a transport threw. It leaves `charged` open: it proves nothing. */
export function toTsetsenError(error: unknown, secrets: readonly string[]): TsetsenError {
  if (error instanceof TsetsenError) return error;
  // The failed connection may not be that of the request: an interceptor can make its own, before and after.
  if (isOfNetwork(error)) return noAnswer(error, "the service", secrets, undefined, false);
  return new TsetsenError(
    "An interceptor, or the given transport, failed: look at the cause.",
    { cause: safeCause(error, secrets) },
  );
}

/** The error for an answer whose message cannot be decoded. */
export function invalidAnswer(
  cause: unknown,
  secrets: readonly string[],
  protocol: Protocol = "gRPC-Web",
): TsetsenError {
  return new ServerError(
    `The answer is not valid ${protocol}. Check that endpoint is a ${protocol} endpoint of the service.`,
    { cause: safeCause(cause, secrets) },
  );
}

/** The error for an answer that HTTP itself calls a failure, or that is not of the protocol. */
export function fromHttp(
  status: number,
  headers: Headers,
  origin: string,
  secrets: readonly string[],
  protocol: Protocol = "gRPC-Web",
): TsetsenError {
  const given = redact(headers.get("content-type") ?? "", secrets);
  const type = given.match(/^[\w.+-]{1,50}\/[\w.+-]{1,50}/)?.[0] ?? "none";
  let Class = HTTP_CLASSES[status];
  let message = `${origin} answered with HTTP ${status}.`;
  if (Class === undefined) {
    Class = ServerError;
    // The message does not name the status, because browsers show a redirect that is not followed as status 0.
    message = status < 400 && (status < 200 || status >= 300)
      ? `${origin} answered with a redirect, which would take the key along: give the final address as endpoint.`
      : `${origin} did not answer in ${protocol} but with HTTP ${status}, content type ${type}` +
        (protocol === "gRPC-Web" && (status === 415 || /^application\/grpc(\+|$)/.test(type))
          ? ": it seems to speak native gRPC only. Use grpcTransport of @tsetsen/sdk/grpc, or a gateway."
          : `. Check that endpoint is a ${protocol} endpoint of the service, scheme and path included.`);
  }
  const retryAfter = retryAfterOf(headers);
  return new Class(withWait(message, retryAfter), {
    statusCode: status || undefined,
    retryAfter,
    // A client error (RFC 9110, 15.5) is a refusal, except for those that can come after the work: timeout, conflict,
    // too early, and nginx's 499.
    charged: /^4(?!08|09|25|99)/.test(`${status}`) ? "no" : undefined,
  });
}

/**
 * The error for a request that failed before any answer.
 *
 * @param protocol The protocol of the request; `undefined` for a download.
 * @param refused Whether it is proven that the service did not take the request. Default: what the cause itself proves.
 */
export function noAnswer(
  cause: unknown,
  origin: string,
  secrets: readonly string[],
  protocol: Protocol | undefined,
  refused: boolean = neverConnected(cause),
): TsetsenError {
  const other = protocol === "gRPC" ? "gRPC-Web needs no" : "native gRPC needs";
  const advice = protocol === undefined
    ? "Check address and network."
    : `Check address, network, TLS and protocol (${other} grpcTransport): \`tsetsen doctor\` tells which it is.`;
  const reason = isOwnLimit(cause)
    ? OWN_LIMIT
    : `the connection could not be made or was lost. ${advice}`;
  return new ConnectionError(
    `No answer from ${origin}: ${reason}`,
    { charged: refused ? "no" : undefined, cause: safeCause(cause, secrets) },
  );
}

/**
 * The `fetch` to send with. Call it as a function: that of workerd refuses any `this` but the global one.
 *
 * @throws {TsetsenError} when there is none, as in the jsdom environment of Jest.
 */
export function fetchOf(given: typeof globalThis.fetch | undefined): typeof globalThis.fetch {
  const fetch = given ?? globalThis.fetch;
  if (!fetch) {
    throw new TsetsenError("This runtime has no fetch: give the option fetch. Nothing was sent.", {
      charged: "no",
    });
  }
  return fetch;
}

/** The error for an answer that broke off. */
export function brokenOff(
  origin: string,
  cause?: unknown,
  secrets: readonly string[] = [],
): TsetsenError {
  const reason = isOwnLimit(cause) ? OWN_LIMIT : "the connection was lost.";
  return new ConnectionError(`The answer from ${origin} broke off: ${reason}`, {
    cause: safeCause(cause, secrets),
  });
}

/** The error for an answer that breaks the rules of gRPC-Web or the bounds of the client. */
export function badAnswer(origin: string, problem: string): TsetsenError {
  return new ServerError(`The answer from ${origin} is not acceptable: ${problem}.`);
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

/** The error for a status that is not OK. Its `charged` is `"no"` when the status proves a refusal. */
export function fromStatus(status: RpcStatus, secrets: readonly string[]): TsetsenError {
  const { code, message: given, metadata } = status;
  let Class = GRPC_CLASSES[code] ?? ServerError;
  let refused = status.proven && REFUSALS.includes(code);
  const details = detailsOf(metadata, secrets);
  let retryAfter = retryAfterOf(metadata);
  let described = [given, ...Object.values(details)].join("\n");
  for (const { type, value } of status.details) {
    if (type === "google.rpc.RetryInfo") retryAfter = readRetryInfo(value) ?? retryAfter;
    else described += `\n${new TextDecoder().decode(value)}`;
  }
  if (Class === RateLimitExceededError) {
    if (speaksOfCredits(described)) Class = InsufficientCreditsError;
    // gRPC libraries use the same status for an answer that was made and found too large to send.
    else if (/larger than max/i.test(given)) {
      Class = ServerError;
      refused = false;
    }
  }
  const message = redact(given, secrets) || `The service answered with the status ${code}.`;
  return new Class(withWait(message, retryAfter), {
    statusCode: code,
    details,
    retryAfter,
    charged: refused ? "no" : undefined,
  });
}

function withWait(message: string, ms: number | undefined): string {
  return ms === undefined ? message : `${message} (Wait ${ms} ms before the next request.)`;
}

// "insufficient_credits", "CREDIT", "balance too low", but not "accredited".
function speaksOfCredits(text: string): boolean {
  return /(?<![a-z])(credits?|balance)(?![a-z])/i.test(text);
}

/** No runtime nests deeper. */
const MAX_CAUSES = 8;

/** Whether a runtime's `fetch` or its sockets say that they failed. */
export function isOfNetwork(cause: unknown): boolean {
  if (!isError(cause)) return false;
  const { name, message, syscall, code } = cause as Error & { syscall?: string; code?: unknown };
  return syscall !== undefined || /^(E[A-Z]{4,}$|UND_|ERR_(HTTP2|SSL|TLS))/.test(`${code}`) ||
    neverConnected(cause) ||
    (name === "TypeError" &&
      /fetch|network|connection|sending request|terminated|load failed/i.test(message));
}

/** What to do about a limit of `fetch` that no option of a request lifts. */
const OWN_LIMIT = "nothing came for as long as Node's fetch waits by itself, 300 s by default. " +
  "Give undici's dispatcher longer headersTimeout and bodyTimeout, or use grpcTransport.";

/** Whether Node's `fetch` ended the wait, and not the connection. */
function isOwnLimit(error: unknown, depth = 0): boolean {
  if (!isError(error) || depth > MAX_CAUSES) return false;
  return /^UND_ERR_(HEADERS|BODY)_TIMEOUT$/.test(`${(error as { code?: unknown }).code}`) ||
    isOwnLimit(error.cause, depth + 1);
}

/** Whether a runtime says that no connection was made, which proves that nothing was sent. `false` when in doubt. */
function neverConnected(error: unknown, depth = 0): boolean {
  // An error can be its own cause.
  if (!isError(error) || depth > MAX_CAUSES) return false;
  const { name, code, syscall, errors } = error as Error & Record<string, unknown>;
  return syscall === "connect" || syscall === "getaddrinfo" || // Node
    // Node, Bun. A server whose certificate is not trusted is sent nothing. Deno has a name and no code when it may not
    // use the network.
    /^(UND_ERR_CONNECT_TIMEOUT|ECONNREFUSED|ConnectionRefused|FailedToOpenSocket|ERR_PROXY_TUNNEL|NotCapable)$|^(ERR_TLS_CERT|CERT|UNABLE_TO|\w*SELF_SIGNED_CERT)/
      .test(`${code ?? name}`) ||
    error.message.includes("client error (Connect)") || // Deno: hyper's name for a failure before the request
    // Node, Deno: a port that `fetch` itself refuses; Node: a proxy that makes no tunnel
    /^(bad port|Fetch failed: Requests to port \d+ are blocked)$|HTTP Tunneling$/.test(
      error.message,
    ) ||
    // Node's happy eyeballs: one error for each address.
    (Array.isArray(errors) && errors.length > 0 &&
      errors.slice(0, MAX_CAUSES).every((one) => neverConnected(one, depth + 1))) ||
    neverConnected(error.cause, depth + 1);
}
