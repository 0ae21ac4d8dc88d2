/**
 * The jobs that the service has accepted from this process a moment ago.
 *
 * @module
 */

import { type AcceptedJob, memory } from "./memory.ts";

/** The most jobs that are kept. A job is polled, and its failure handled, soon after its submission. */
const MAX_JOBS = 1_000;

/** How long a service may take until it knows a job that it has accepted, in milliseconds. */
export const NOT_FOUND_GRACE_MS = 10_000;

/** Remembers that the service has accepted a job now. */
export function recordAccepted(requestId: string, length?: number): void {
  const { jobs } = memory();
  jobs.set(requestId, { time: performance.now(), length, isKnown: false });
  if (jobs.size <= MAX_JOBS) return;
  const [oldest, { time }] = jobs.entries().next().value as [string, AcceptedJob];
  jobs.delete(oldest);
  memory().forgottenUntil = time;
}

/** Remembers that the service has answered about a job. */
export function recordKnown(requestId: string): void {
  const job = acceptedJob(requestId);
  if (job !== undefined) job.isKnown = true;
}

/** What is known about a job that was accepted a moment ago. */
export function acceptedJob(requestId: string | undefined): AcceptedJob | undefined {
  return memory().jobs.get(requestId as string);
}

/** Whether `speak` has bought a job a moment ago. */
export function isSpoken(requestId: string | undefined): boolean {
  return acceptedJob(requestId)?.isSpoken === true;
}

/** Whether the service may not know a job yet: it was accepted a moment ago, and there was no answer about it. */
export function isNew(requestId: string): boolean {
  const job = acceptedJob(requestId);
  return job !== undefined && !job.isKnown && performance.now() - job.time < NOT_FOUND_GRACE_MS;
}

/**
 * Whether a job was accepted since `time`, on the clock of `performance.now()`. A job that may have been accepted since then and
 * forgotten counts as accepted, because submitting it again would pay again.
 */
export function mayBeAcceptedSince(requestId: string | undefined, time: number): boolean {
  if (requestId === undefined) return false;
  const job = acceptedJob(requestId);
  return job === undefined ? memory().forgottenUntil >= time : job.time >= time;
}
