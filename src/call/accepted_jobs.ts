/**
 * The jobs that the service has accepted from this process a moment ago.
 *
 * @module
 */

/** More are not kept: a job is polled, and a failure is handled, soon after its submission. */
const MAX_JOBS = 1_000;

/** A job that was accepted. */
export interface AcceptedJob {
  /** When, on the clock of `performance.now()`. */
  readonly time: number;
  /** The number of characters of its text; `undefined` when that is not known. */
  readonly length: number | undefined;
  /** Whether the service has answered about the job. */
  isKnown: boolean;
}

const jobs = new Map<string, AcceptedJob>();

/** When the last job was accepted that is no longer kept, on the clock of `performance.now()`. */
let forgottenUntil = -Infinity;

/** Remembers that the service has accepted a job now. */
export function recordAccepted(requestId: string, length?: number): void {
  jobs.set(requestId, { time: performance.now(), length, isKnown: false });
  if (jobs.size <= MAX_JOBS) return;
  const [oldest, { time }] = jobs.entries().next().value as [string, AcceptedJob];
  jobs.delete(oldest);
  forgottenUntil = time;
}

/** Remembers that the service has answered about a job. */
export function recordKnown(requestId: string): void {
  const job = jobs.get(requestId);
  if (job !== undefined) job.isKnown = true;
}

/** What is known about a job that was accepted a moment ago. */
export function acceptedJob(requestId: string): AcceptedJob | undefined {
  return jobs.get(requestId);
}

/** Whether a job was accepted at most `ms` milliseconds ago, and the service has not answered about it yet. */
export function isNew(requestId: string, ms: number): boolean {
  const job = jobs.get(requestId);
  return job !== undefined && !job.isKnown && performance.now() - job.time < ms;
}

/**
 * Whether a job was accepted since `time`, on the clock of `performance.now()`. A job that may have been accepted since then and
 * forgotten counts as accepted, because submitting it again would pay again.
 */
export function mayBeAcceptedSince(requestId: string | undefined, time: number): boolean {
  if (requestId === undefined) return false;
  const job = jobs.get(requestId);
  return job === undefined ? forgottenUntil >= time : job.time >= time;
}
