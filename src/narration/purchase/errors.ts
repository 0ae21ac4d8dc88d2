/**
 * What errors say about purchases, and the errors of purchases themselves.
 *
 * @module
 */

import { InvalidRequestError, TsetsenError } from "../../contract/errors.ts";
import type { PartStatus } from "../state.ts";

/** The error if it is one of this package, or of another copy of it; otherwise `undefined`. */
export function asTsetsenError(error: unknown): TsetsenError | undefined {
  return error instanceof Error && "rawMessage" in error && "charged" in error
    ? error as TsetsenError
    : undefined;
}

/** Whether a part with this status may have been charged although its id is not known. */
export function isDoubtful(status: PartStatus): boolean {
  return status === "unknown" || status === "submitting";
}

/** The error for a part that must not be submitted without a decision, because that may pay twice. */
export function undecided(index: number): InvalidRequestError {
  return new InvalidRequestError(
    `Part ${
      index + 1
    } was submitted before, and whether it was charged is not known. Look at the balance or the ` +
      "service's history; retryUnknown: true submits it again. Nothing was sent.",
    { charged: "unknown", reason: "outcome_unknown" },
  );
}

/** The error for a part that was paid for, and whose audio is lost. */
export function lost(index: number): InvalidRequestError {
  return new InvalidRequestError(
    `Part ${
      index + 1
    } was streamed and paid for, and its audio was not kept: retryLost: true buys it again.`,
    { charged: "yes", reason: "audio_lost" },
  );
}

/** The `code` of the error with which a run ends that another run has replaced. */
export const SUPERSEDED = "superseded";

/** The error of a run whose key another run has opened since. */
export function superseded(): TsetsenError {
  return new TsetsenError(
    "Another run has opened the same key of the store and goes on with this work. This run has stopped and submits nothing more.",
    { code: SUPERSEDED, charged: "no" },
  );
}

/** The error of a submission whose record another run has replaced meanwhile, as `retryUnknown` does. */
export function overtaken(index: number, requestId: string | undefined): TsetsenError {
  return new TsetsenError(
    `Part ${
      index + 1
    } was accepted by the service, and another run has submitted it again meanwhile.`,
    { code: SUPERSEDED, requestId, charged: "yes" },
  );
}
