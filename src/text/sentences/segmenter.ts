/**
 * The segmenters. Each is created once, when first needed, because creating one costs more than splitting a sentence
 * with it.
 */
const segmenters: { [G in "sentence" | "grapheme"]?: Intl.Segmenter } = {};

/** The runtime's segmenter; `undefined` where there is none. */
export function segmenter(granularity: "sentence" | "grapheme"): Intl.Segmenter | undefined {
  if (typeof Intl !== "object" || !("Segmenter" in Intl)) return undefined;
  return segmenters[granularity] ??= new Intl.Segmenter("mn", { granularity });
}
