/**
 * Mongolian texts: split them into parts and sentences, check them before they are paid for, and remove markup. Pure
 * functions without a dependency, for every runtime. Nothing here calls the service.
 *
 * ```ts
 * import { checkText, splitText } from "@tsetsen/sdk/text";
 *
 * function plan(book: string) {
 *   for (const { kind, message, start } of checkText(book)) console.warn(start, kind, message);
 *   return splitText(book, { maxCharacters: 400 }).filter(({ speakable }) => speakable);
 * }
 * ```
 *
 * @module
 */

// Splitting.
export { splitText } from "./split/split.ts";
export { splitSentences } from "./sentences/sentences.ts";
export type { BoundaryKind, TextPart } from "./split/part.ts";
export {
  DEFAULT_MAX_CHARACTERS,
  type SentenceOptions,
  type SplitOptions,
} from "./split/options.ts";
export { DEFAULT_PAUSES, type Pauses } from "./split/pauses.ts";
export { countCharacters } from "../lib/count.ts";

// Checking and repairing.
export { checkText } from "./findings/check.ts";
export { repairText } from "./findings/repair.ts";
export { stripMarkup } from "./markup/strip.ts";
export { MarkupStripper } from "./markup/stripper.ts";
export type { FindingKind, TextFinding } from "./findings/finding.ts";
