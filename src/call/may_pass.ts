/**
 * Which failures may pass by themselves.
 *
 * @module
 */

import { isTransient, ResourceNotFoundError, type TsetsenError } from "../contract/errors.ts";
import { isNew } from "./accepted_jobs.ts";

/** Status codes of a poll that say nothing about the job: CANCELLED, UNKNOWN, INTERNAL, DATA_LOSS. */
const ABOUT_THE_POLL: readonly number[] = [1, 2, 13, 15];

/**
 * Whether a failure may pass by itself. For a call that costs nothing, more failures count.
 *
 * @param billable Whether the call costs credits.
 * @param polled The id of the job, if the call is a poll of a watch: the job goes on whatever one poll says.
 */
export function mayPass(
  error: TsetsenError,
  billable: boolean | undefined,
  polled: string | undefined,
): boolean {
  if (isTransient(error)) return true;
  if (billable) return false;
  const { statusCode = 0 } = error;
  // HTTP 501 and 505 do not pass; 408 and 425 ask the client to try again.
  if ([408, 425].includes(statusCode)) return true;
  if (statusCode >= 500 && ![501, 505].includes(statusCode)) return true;
  if (polled === undefined) return false;
  // The service may not have heard of a new job yet.
  return ABOUT_THE_POLL.includes(statusCode) ||
    (error instanceof ResourceNotFoundError && isNew(polled));
}
