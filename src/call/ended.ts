/**
 * Explains the early end of a call.
 *
 * @module
 */

import {
  ClientClosedError,
  TimeoutError,
  type TsetsenError,
  type TsetsenErrorOptions,
} from "../contract/errors.ts";
import type { LifetimeEnd } from "../lib/lifetime.ts";
import type { Ended } from "./call_log.ts";

/** The outcome of a call that failed or was ended. */
export function outcomeOf(end: LifetimeEnd | undefined, error: TsetsenError): Ended {
  const isCancelled = end?.by === "signal" || end?.by === "cancel";
  return isCancelled ? { outcome: "cancelled" } : { outcome: "failed", error };
}

/**
 * The error for a call that was ended early.
 *
 * @param end What ended it.
 * @param about The method, and what took too long (default: the method).
 * @param context What the error says of the job and the money.
 */
export function endedError(
  end: LifetimeEnd,
  { method, subject = method }: { readonly method: string; readonly subject?: string | undefined },
  context: TsetsenErrorOptions,
): TsetsenError {
  const timeout = (problem: string) =>
    new TimeoutError(`${subject} ${problem}. ${adviceOf(context)}`.trimEnd(), context);
  switch (end.by) {
    case "deadline":
      return timeout(`took longer than its timeout of ${end.ms} ms`);
    case "idle":
      return timeout(`sent nothing for ${end.ms} ms (idleTimeout)`);
    default:
      return new ClientClosedError("The client was closed while this was under way.", context);
  }
}

function adviceOf({ requestId, charged, billable }: TsetsenErrorOptions): string {
  if (requestId !== undefined) return "The job goes on: ask for it again by its id.";
  if (charged === "yes" && billable) return "What has come was charged.";
  // When the call may have been charged, the error itself says what to look at.
  if (billable && charged !== "no") return "";
  return "Try again, or give it more time.";
}
