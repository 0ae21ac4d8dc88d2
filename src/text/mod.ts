/**
 * Long Mongolian texts: cut into parts and sentences, checked before they are paid for, and freed from markup. Pure
 * functions without a dependency, for every runtime; nothing here calls the service.
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
export { splitText } from "./split.ts";
export { splitSentences } from "./sentences.ts";
export type { BoundaryKind, TextPart } from "./part.ts";
export { DEFAULT_MAX_CHARACTERS, type SentenceOptions, type SplitOptions } from "./options.ts";
export { DEFAULT_PAUSES, type Pauses } from "./pauses.ts";
export { countCharacters } from "../lib/count.ts";

// Checking and repairing.
export { checkText } from "./check.ts";
export { repairText } from "./repair.ts";
export { stripMarkup } from "./strip.ts";
export { MarkupStripper } from "./stripper.ts";
export type { FindingKind, TextFinding } from "./finding.ts";
