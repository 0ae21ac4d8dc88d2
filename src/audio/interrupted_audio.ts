/**
 * Records what was paid for when audio is cancelled before its end.
 *
 * @module
 */

import { isSpoken } from "../call/accepted_jobs.ts";
import { recordInterrupted } from "../call/interrupted_jobs.ts";
import { recordPurchases } from "../call/retry.ts";

/**
 * Remembers that the reading of audio ended with `error`. Reading a stream again would buy it again. Reading the audio
 * of a job again would not, unless `speak` has bought the job, and the error then names the job.
 */
export function recordInterruptedAudio(error: unknown, requestId: string | undefined): void {
  const billable = isSpoken(requestId);
  if (requestId) recordInterrupted(error, { requestId, charged: "yes", billable });
  else recordPurchases(error);
}
