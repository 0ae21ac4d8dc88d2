/**
 * What is known about the jobs that an error interrupted, also for errors that are not ours.
 *
 * @module
 */

import { type Charged, TsetsenError } from "../contract/errors.ts";

/** A job, or a call that may have become one, that an error interrupted. */
export interface InterruptedJob {
  /** The id of the job; `undefined` when none had come yet. */
  readonly requestId: string | undefined;
  /** What is known about the money. */
  readonly charged: Charged;
}

const traces = new WeakMap<object, InterruptedJob[]>();

/** Remembers that `reason`, the reason of a caller's signal, interrupted a job. */
export function recordInterrupted(reason: unknown, job: InterruptedJob): void {
  if ((typeof reason !== "object" && typeof reason !== "function") || reason === null) return;
  const jobs = traces.get(reason);
  if (jobs === undefined) traces.set(reason, [job]);
  else jobs.push(job);
}

/**
 * The jobs that an error interrupted, paid or perhaps paid.
 *
 * An abort rejects with the signal's own reason, which carries nothing of ours; this tells what was under way. One
 * signal may interrupt many jobs. A {@linkcode TsetsenError} tells of its own job.
 *
 * @param error What a call rejected with. A reason that is no object (a string, say) cannot be looked up.
 * @returns The jobs; empty when there were none.
 *
 * @example An abort does not lose a paid job
 * ```ts
 * import { Client, interruptedJobs } from "@tsetsen/sdk";
 *
 * async function speak(client: Client, requestId: string, signal: AbortSignal) {
 *   try {
 *     return await client.waitForCompletion(requestId, { signal });
 *   } catch (error) {
 *     for (const job of interruptedJobs(error)) console.log(job.requestId, job.charged);
 *     throw error;
 *   }
 * }
 * ```
 */
export function interruptedJobs(error: unknown): readonly InterruptedJob[] {
  if (error instanceof TsetsenError) {
    const { requestId, charged } = error;
    return charged === undefined ? [] : [{ requestId, charged }];
  }
  return [...traces.get(error as object) ?? []];
}
