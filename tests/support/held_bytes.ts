// How much memory a program holds, for programs that are run with --expose-gc.

declare const gc: () => void;

/**
 * The bytes that are held after a collection. The collector gives the bytes of arrays back on a thread of its own, which a busy
 * machine may leave waiting: so the least of several measurements counts.
 */
export async function heldBytes(): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < 10; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const { heapUsed, external } = Deno.memoryUsage();
    least = Math.min(least, heapUsed + external);
  }
  return least;
}
