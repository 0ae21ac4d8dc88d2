/**
 * What is known about the jobs that an error interrupted, also for errors that are not ours.
 *
 * @module
 */

import { TsetsenError } from "../contract/errors.ts";
import { type InterruptedJob, type Interruption, memory } from "./memory.ts";

/** The most jobs that are kept for one reason. A reason may be an object that lives as long as the process. */
const MAX_JOBS = 1_000;

/**
 * Remembers that `reason`, the reason of a caller's signal or an error that is not ours, interrupted a job.
 *
 * @param signal The signal that the caller gave.
 * @returns What is remembered, if anything is.
 */
export function recordInterrupted(
  reason: unknown,
  job: Omit<Interruption, "signal">,
  signal?: AbortSignal,
): Interruption | undefined {
  // A reason that is no object, such as a string, cannot hold them. The signal of its call does.
  const holder = Object(reason) === reason ? reason : signal;
  if (!holder) return undefined;
  const others = interruptionsOf(holder).filter((one) =>
    !one.requestId || one.requestId !== job.requestId || one.signal !== signal
  );
  // Forget a job that was not charged, if there is one.
  const at = others.findIndex(({ charged }) => charged === "no");
  if (others.length >= MAX_JOBS) others.splice(Math.max(0, at), 1);
  const known = { ...job, signal };
  memory().interruptions.set(holder as object, [...others, known]);
  return known;
}

/**
 * The jobs that an error interrupted, paid or perhaps paid.
 *
 * An abort rejects with the signal's own reason, which has no `requestId`; this function knows what was under way. A
 * {@linkcode TsetsenError} knows its own job.
 *
 * For an error of `saveAudio` about a file, it gives the job whose audio could not be written.
 *
 * One reason may interrupt the jobs of many callers, when their signals follow one signal or share a constant as their
 * reason. Give the signal of your own call to see your own jobs only. At most 1,000 jobs are kept for one reason. The
 * function never throws.
 *
 * @param error What a call rejected with. A reason that is no object (a string, say) is looked up by the signal.
 * @param signal The signal that the interrupted calls were given. Default: the calls of every signal.
 * @returns The jobs; empty when there were none.
 *
 * @example An abort does not lose a paid job
 * ```ts
 * import { type Client, interruptedJobs } from "@tsetsen/sdk";
 *
 * async function speak(client: Client, requestId: string, signal: AbortSignal) {
 *   try {
 *     return await client.waitForCompletion(requestId, { signal });
 *   } catch (error) {
 *     for (const job of interruptedJobs(error, signal)) console.log(job.requestId, job.charged);
 *     throw error;
 *   }
 * }
 * ```
 */
export function interruptedJobs(error: unknown, signal?: AbortSignal): readonly InterruptedJob[] {
  if (error instanceof TsetsenError) {
    const { requestId, charged } = error;
    return charged === undefined ? [] : [{ requestId, charged }];
  }
  return interruptionsOf(Object(error) === error ? error : signal)
    .filter((one) => !signal || !one.signal || one.signal === signal)
    .map(({ requestId, charged }) => ({ requestId, charged }));
}

/** What was under way at an error that is not ours. */
export function interruptionsOf(error: unknown): readonly Interruption[] {
  return memory().interruptions.get(error as object) ?? [];
}
