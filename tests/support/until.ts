// Waiting for something to happen. What ends a wait in vain is generous: a busy machine is slow, and that is no failure.

/**
 * Waits until something is so.
 *
 * @returns How long it took, in milliseconds.
 */
export async function until(
  isTrue: () => unknown,
  what = `${isTrue}`,
  ms = 60_000,
): Promise<number> {
  const start = performance.now();
  while (!await isTrue()) {
    if (performance.now() - start > ms) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return performance.now() - start;
}
