import { check, STRING } from "../../lib/rules.ts";
import { markup } from "./markup.ts";
import { applyUntilDone } from "../findings/repair.ts";

/**
 * Takes the markup out of a text that is to be spoken: Markdown, HTML, SSML. What stands between the signs stays, and
 * so do the lines: `**Тод**` becomes `Тод`, `[холбоос](https://…)` becomes `холбоос`, `&mdash;` becomes `—`. A block of
 * code in a programming language goes as a whole, and so do addresses of links, comments and scripts; but not what stands
 * between tags that the text only speaks of: "`<script>`". A row of a table becomes a sentence, its cells divided by commas. Nothing else is repaired: that is {@linkcode repairText}, which does
 * this, too.
 *
 * For text that arrives in pieces there is {@linkcode MarkupStripper}. The work grows with the length of the text.
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
 * @throws {TypeError} If the text is no string.
 */
export function stripMarkup(text: string): string {
  check("text", text, STRING);
  return applyUntilDone(text, markup);
}
