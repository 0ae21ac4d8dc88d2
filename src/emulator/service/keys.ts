import { Code, ConnectError } from "@connectrpc/connect";
import type { Accounts } from "./ledger.ts";
import { errorInfo } from "../../lib/rpc_status.ts";

/** The form of an API key. */
export const KEY_PATTERN: RegExp = /^tsetsen-(prod|development)-[A-Za-z0-9_-]+$/;

/**
 * Checks the key of a call. It must be in the message and in the metadata `x-api-key` or `x-goog-api-key`, the same in
 * each, well formed, and known.
 *
 * @returns The key.
 */
export function authenticate(
  fromBody: string,
  headers: Headers,
  accounts: Accounts,
  newcomerCredits: number | undefined,
): string {
  const fromMetadata = ["x-api-key", "x-goog-api-key"]
    .map((name) => headers.get(name))
    .filter((value) => value !== null);
  if (fromBody === "") {
    throw unauthenticated("API key is missing in the request", "API_KEY_MISSING");
  }
  if (fromMetadata.length === 0) {
    throw unauthenticated("API key is missing in the metadata", "API_KEY_MISSING");
  }
  if (fromMetadata.some((key) => key !== fromBody)) {
    throw unauthenticated("API keys of request and metadata differ", "API_KEY_INVALID");
  }
  if (!KEY_PATTERN.test(fromBody)) {
    throw unauthenticated("API key is malformed", "API_KEY_INVALID");
  }
  if (!accounts.has(fromBody)) {
    if (newcomerCredits === undefined) {
      throw unauthenticated("API key is not valid", "API_KEY_INVALID");
    }
    accounts.open(fromBody, newcomerCredits);
  }
  return fromBody;
}

function unauthenticated(message: string, reason: string): ConnectError {
  const error = new ConnectError(message, Code.Unauthenticated);
  error.details.push(errorInfo(reason));
  return error;
}
