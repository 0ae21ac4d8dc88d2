/** The text of the demo: the Universal Declaration of Human Rights in Mongolian. */
export const declaration: string = await Deno.readTextFile(
  new URL("../../examples/demo/udhr-mn.txt", import.meta.url),
);

/** Runs `fn` on a runtime that lacks Intl.Segmenter, as Firefox did until 2024. */
export function withoutSegmenter<T>(fn: () => T): T {
  const descriptor = Object.getOwnPropertyDescriptor(Intl, "Segmenter")!;
  // @ts-expect-error -- not optional by type
  delete Intl.Segmenter;
  try {
    return fn();
  } finally {
    Object.defineProperty(Intl, "Segmenter", descriptor);
  }
}

/** The same test with Intl.Segmenter and without. */
export function testBoth(name: string, fn: () => void): void {
  Deno.test(`${name}, with Intl.Segmenter`, fn);
  Deno.test(`${name}, without Intl.Segmenter`, () => withoutSegmenter(fn));
}

/** A megabyte, or less, of a pattern. */
export function repeat(pattern: string, units: number): string {
  return pattern.repeat(Math.ceil(units / pattern.length));
}
