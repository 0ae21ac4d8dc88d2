// The few checks that the suite needs, by Web APIs only.

/** Fails with `message` unless `condition` holds. */
export function ok(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Fails unless both are the same JSON. */
export function equal(actual: unknown, expected: unknown, what = "value"): void {
  const [came, wanted] = [show(actual), show(expected)];
  if (came !== wanted) throw new Error(`${what}: expected ${wanted}, got ${came}`);
}

/** What `work` rejects with; fails when it does not. */
export async function rejected(work: PromiseLike<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await work;
  } catch (error) {
    return error;
  }
  throw new Error(`expected a rejection, got ${show(value).slice(0, 200)}`);
}

/** How late after the promised moment a call may end: the promise says 50 ms, and a busy machine may add as much. */
const LATE_MS = 100;

/**
 * Fails unless `work` ends `ms` from now. A bare timer of the same length is the clock, as a busy machine holds up both.
 * The work may be early by what it took to begin.
 */
export async function endsAfter(ms: number, work: PromiseLike<unknown>): Promise<void> {
  const now = () => performance.now();
  const start = now();
  const [ended, expected] = await Promise.all([work.then(now, now), sleep(ms).then(now)]);
  // On a busy machine the timer of the test is as late as those of the client.
  const late = ended - expected;
  const early = start + ms - ended;
  ok(early < 60, `ended ${Math.round(early)} ms before the moment, ${ms} ms from then`);
  ok(late < LATE_MS, `ended ${Math.round(late)} ms after the moment, ${ms} ms from then`);
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Asks `condition` until it answers something true. */
export async function until<T>(
  what: string,
  condition: () => Promise<T>,
  ms = 60_000,
): Promise<T> {
  const end = performance.now() + ms;
  for (;;) {
    const answer = await condition();
    if (answer) return answer;
    if (performance.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await sleep(20);
  }
}

function show(value: unknown): string {
  if (value instanceof Error) return `${value.name}(${value.message})`;
  return JSON.stringify(value) ?? String(value);
}
