/**
 * Converts the error of a transport to the status that the proxy reads.
 *
 * @module
 */

import {
  AuthenticationError,
  InvalidRequestError,
  PermissionDeniedError,
  RateLimitExceededError,
  ResourceNotFoundError,
  ServerError,
  TimeoutError,
  TsetsenError,
} from "../../contract/errors.ts";
import { Code, type Field, StatusError } from "../answer/status_error.ts";

const LATE = "The speech service did not answer in time.";

/** The gRPC codes of the error classes of plain HTTP answers. */
const CODES: readonly (readonly [Class: typeof TsetsenError, code: number, message: string])[] = [
  [AuthenticationError, Code.Unauthenticated, "The speech service refused the call."],
  [PermissionDeniedError, Code.PermissionDenied, "The speech service refused the call."],
  [InvalidRequestError, Code.InvalidArgument, "The speech service refused the request."],
  [ResourceNotFoundError, Code.NotFound, "The speech service does not have it."],
  [RateLimitExceededError, Code.ResourceExhausted, "The speech service has too many requests."],
  [TimeoutError, Code.DeadlineExceeded, LATE],
  [ServerError, Code.Internal, "The answer of the speech service is not acceptable."],
];

/** The codes that say by themselves that nothing was accepted. */
const REFUSALS: readonly number[] = [3, 5, 7, 8, 9, 11, 12, 16];

/**
 * Makes the trailers for an error. A gRPC status is the service's own. The message of any other failure may name
 * addresses, which a visitor must not see.
 *
 * @returns The trailers; `undefined` when there is no answer of the service: it is away, or the connection to it was lost.
 * @param isBillable Whether the call costs credits. A refusal that is not proven then becomes INTERNAL, because the
 * page would take it for a proof that nothing was charged.
 */
export function statusFields(error: unknown, isBillable: boolean): Field[] | undefined {
  if (!(error instanceof TsetsenError)) return undefined;
  const { statusCode = Infinity, rawMessage, details, retryAfter, charged, code } = error;
  const isStatus = statusCode <= 16;
  const [, classCode, message] = CODES.find(([Class]) => error instanceof Class) ?? [];
  if (!isStatus && classCode === undefined) return undefined;
  const given = isStatus ? statusCode : classCode as number;
  const isProven = !isBillable || charged === "no" || !REFUSALS.includes(given);
  const status = new StatusError(
    isProven ? given : Code.Internal,
    isStatus ? rawMessage : message as string,
    retryAfter,
  );
  const fields = status.fields();
  const names = new Set(fields.map(([name]) => name));
  // An error has no binary details. This field keeps the class.
  if (code === "insufficient_credits" && isProven) fields.push(["x-error-code", code]);
  return [...fields, ...Object.entries(details).filter(([name]) => !names.has(name))];
}

/** Makes the trailers for a deadline that has passed. */
export function deadlineStatus(): Field[] {
  return new StatusError(Code.DeadlineExceeded, LATE).fields();
}
