import { InvalidRequestError } from "../contract/errors.ts";
import type { Settings } from "./options.ts";
import type { Purchase } from "./state.ts";

/** The error for a part that may not be submitted, as that may pay twice and nobody has decided so. */
export function undecided(
  { status }: Purchase,
  index: number,
  { retryUnknown }: Settings,
): InvalidRequestError | undefined {
  const isUnknown = status === "unknown" || status === "submitting";
  if (!isUnknown || retryUnknown) return undefined;
  return new InvalidRequestError(
    `Part ${
      index + 1
    } was submitted before, and whether it was charged is not known. Look at the balance or the ` +
      "service's history; retryUnknown: true submits it again. Nothing was sent.",
    { charged: "unknown", reason: "outcome_unknown" },
  );
}

/** The error for a part that was paid for, and whose audio is gone. */
export function lost(index: number): InvalidRequestError {
  return new InvalidRequestError(
    `Part ${
      index + 1
    } was streamed and paid for, and its audio was not kept: retryLost: true buys it again.`,
    { charged: "yes", reason: "audio_lost" },
  );
}
