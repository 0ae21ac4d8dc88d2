import { check, STRING } from "../../lib/rules.ts";
import { markup } from "./markup.ts";
import { applyUntilDone } from "../findings/repair.ts";

/**
 * Removes the markup from a text that will be spoken: Markdown, HTML, SSML. The words between the signs stay, and so do
 * the lines: `**Тод**` becomes `Тод`, `[холбоос](https://…)` becomes `холбоос`, `&mdash;` becomes `—`. Blocks of code
 * in a programming language, addresses of links, comments and scripts are removed as a whole. A tag that the text only
 * mentions ("`<script>`") hides nothing. A row of a table becomes a sentence, with commas between its cells. Other
 * mistakes stay; {@linkcode repairText} removes markup and repairs them, too.
 *
 * For text that arrives in pieces use {@linkcode MarkupStripper}. The time grows linearly with the length of the text.
 *
 * @example Strip Markdown
 * ```ts
 * import { stripMarkup } from "@tsetsen/sdk/text";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(stripMarkup("## 1. Танилцуулга\n\nЭнэ бол **тод** үг."), "1. Танилцуулга\n\nЭнэ бол тод үг.");
 * ```
 *
 * @param text The text.
 * @returns The text without markup.
 * @throws {TypeError} when the text is not a string.
 */
export function stripMarkup(text: string): string {
  check("text", text, STRING);
  return applyUntilDone(text, markup);
}
