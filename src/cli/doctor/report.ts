import type { ErrorCode } from "../../contract/errors.ts";

/** What is looked at, in this order. */
export const CHECK_NAMES = [
  "key",
  "endpoint",
  "dns",
  "tcp",
  "tls",
  "http",
  "grpc-web",
  "grpc",
  "cors",
  "account",
  "latency",
  "clock",
] as const;

/** One of them. */
export type CheckName = typeof CHECK_NAMES[number];

/** What one look has shown. */
export interface Report {
  /** `warning`: it works, but not for everybody. `skipped`: there was nothing to check, or no need. */
  readonly status: "ok" | "warning" | "failed" | "skipped";
  /** What was found, as a sentence. It may quote the server, so make it printable before you show it. */
  readonly found: string;
  /** What to do about it. */
  readonly remedy?: string;
  /** The kind of failure, as an error of the SDK names it. */
  readonly code?: ErrorCode;
  /** The same as data. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** A report with its place in the list. */
export interface Check extends Report {
  readonly name: CheckName;
}

/** It works. */
export function ok(found: string, facts?: Report["facts"]): Report {
  return { status: "ok", found, ...(facts && { facts }) };
}

/** It works, but not for everybody. */
export function warning(found: string, remedy: string, facts?: Report["facts"]): Report {
  return { status: "warning", found, remedy, ...(facts && { facts }) };
}

/** It does not work. */
export function failed(
  code: ErrorCode,
  found: string,
  remedy: string,
  facts?: Report["facts"],
): Report {
  return { status: "failed", code, found, remedy, ...(facts && { facts }) };
}

/** There was nothing to check, or no need. */
export function skipped(found: string, facts?: Report["facts"]): Report {
  return { status: "skipped", found, ...(facts && { facts }) };
}
