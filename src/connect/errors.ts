/**
 * Converts errors between Connect and this package.
 *
 * @module
 */

import { Code, ConnectError } from "@connectrpc/connect";
import { TsetsenError } from "../contract/errors.ts";
import {
  fromStatus,
  invalidAnswer,
  isOfNetwork,
  noAnswer,
  type Protocol,
  toTsetsenError,
} from "../transport/error_mapping.ts";
import { readStatus, type RpcStatus } from "../transport/status.ts";

/**
 * The error for anything that a Connect transport threw.
 *
 * @param error What it threw.
 * @param secrets The key and the text, which must not appear.
 * @param protocol The protocol, if only this package and Connect can have thrown. `undefined` if interceptors or a
 * transport of the user's own took part.
 * @param isProven Whether a status that Connect reports certainly came from the service.
 */
export function fromConnect(
  error: unknown,
  secrets: readonly string[],
  protocol?: Protocol,
  isProven = false,
): TsetsenError {
  if (error instanceof TsetsenError) return error;
  const isConnect = error instanceof ConnectError;
  const cause = isConnect ? error.cause : error;
  if (cause instanceof TsetsenError) return cause;
  if (isConnect && (hasStatus(error) || isProven)) {
    return fromStatus({ ...statusOf(error), ...(isProven && { proven: true }) }, secrets);
  }
  if (protocol !== undefined) return invalidAnswer(cause, secrets, protocol);
  // connect-node reports a stream that was reset like this.
  const isReset = isConnect && (error.code === Code.Canceled || /^http\/2 /.test(error.rawMessage));
  if (isReset || isOfNetwork(cause)) {
    // The failed connection may not be that of the request: an interceptor can make its own, before and after.
    return noAnswer(cause, "the service", secrets, undefined, false);
  }
  // Connect wraps a plain exception with the code Unknown.
  if (isConnect && !(error.code === Code.Unknown && cause !== undefined)) {
    return fromStatus(statusOf(error), secrets);
  }
  return toTsetsenError(cause, secrets);
}

/** A code of the Connect protocol, by its name in JSON ("resource_exhausted"); `undefined` when it is none. */
export function codeOf(name: unknown): Code | undefined {
  const names = Object.keys(Code).filter((key) => isNaN(Number(key))) as (keyof typeof Code)[];
  const found = names.find((key) => key.replace(/(?<=[a-z])[A-Z]/g, "_$&").toLowerCase() === name);
  return found && Code[found];
}

/** The error as Connect's own code and interceptors expect it. {@linkcode fromConnect} gives the original back. */
export function toConnect(error: unknown, status?: RpcStatus): unknown {
  if (!(error instanceof TsetsenError)) return error;
  const code = status?.code ?? CODES[error.code ?? ""] ?? Code.Unknown;
  const message = status?.message ?? error.rawMessage;
  const result = new ConnectError(message, code, status?.metadata, undefined, error);
  if (status !== undefined) result.details = [...status.details];
  return result;
}

const CODES: Readonly<Record<string, Code>> = {
  connection_error: Code.Unavailable,
  service_unavailable: Code.Unavailable,
  server_error: Code.Internal,
  authentication_failed: Code.Unauthenticated,
  permission_denied: Code.PermissionDenied,
  rate_limit_exceeded: Code.ResourceExhausted,
};

/** Whether an error carries the status of a gRPC answer. Errors that Connect itself makes have none. */
function hasStatus({ metadata }: ConnectError): boolean {
  return metadata.has("grpc-status") || metadata.has("grpc-status-details-bin");
}

function statusOf(error: ConnectError): RpcStatus {
  const { code, rawMessage, metadata } = error;
  const read = hasStatus(error) ? readStatus(metadata, undefined) : undefined;
  // An interceptor may have changed the code.
  if (read?.code === code) return read;
  // Details that came have a `type`. Details to be sent have a `desc` instead.
  const details = error.details.filter((detail) => "type" in detail);
  return { code, message: rawMessage, metadata, details, proven: false };
}
