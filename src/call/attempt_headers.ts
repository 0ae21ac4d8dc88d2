/**
 * The headers of one attempt.
 *
 * @module
 */

import { type CallOptions, headerRecord, type ResolvedOptions } from "../contract/options.ts";
import { VERSION } from "../contract/version.ts";

/** What the headers of an attempt say. */
export interface AttemptFacts {
  /** The key; empty for none. */
  readonly key: string;
  /** Whether the call costs credits. */
  readonly billable: boolean;
  /** The milliseconds left until the deadline; `Infinity` without one. */
  readonly remaining: number;
}

/** Makes the headers of one attempt, names in lower case. The SDK's own win over those of the user. */
export function attemptHeaders(
  { key, billable, remaining }: AttemptFacts,
  client: ResolvedOptions["headers"],
  call: CallOptions["headers"],
): Record<string, string> {
  const all: Record<string, string> = { ...client };
  if (call !== undefined) Object.assign(all, headerRecord(call));
  // Browsers do not let a page set user-agent, and a header of our own would need a CORS permission.
  all["x-user-agent"] = `tsetsen-sdk-ts/${VERSION}${billable ? ` call/${newMark()}` : ""}`;
  if (key !== "") all["x-api-key"] = all["x-goog-api-key"] = key;
  // At most 8 digits (PROTOCOL-HTTP2.md), so seconds where milliseconds need more.
  if (remaining < 1e8 - 1) all["grpc-timeout"] = `${Math.max(1, Math.ceil(remaining))}m`;
  else if (remaining < Infinity) all["grpc-timeout"] = `${Math.floor(remaining / 1000)}S`;
  else delete all["grpc-timeout"];
  return all;
}

/**
 * Marks one attempt of a call that costs credits. A browser may send a POST again by itself. A server that sees a mark
 * twice can refuse the repetition.
 */
function newMark(): string {
  // React Native has no `crypto`.
  const random = globalThis.crypto?.getRandomValues(new Uint8Array(22));
  let mark = "";
  for (let i = 0; i < 22; i++) mark += ((random?.[i] ?? Math.random() * 32) & 31).toString(32);
  return mark;
}
