import { check, STRING } from "../../lib/rules.ts";
import type { FindingKind, TextFinding } from "./finding.ts";
import { isSpeakable } from "../split/part.ts";
import { scan } from "./scan.ts";

/**
 * Finds what looks wrong in a text, before it is paid for. Good Mongolian has no findings. The text is neither changed
 * nor refused: the author decides about each finding, and {@linkcode repairText} applies the suggestions.
 *
 * Latin words are checked only when they hold a Cyrillic letter. Suffixes that a hyphen joins to Latin words are not
 * checked. The time grows linearly with the length of the text.
 *
 * @example Findings
 * ```ts
 * import { checkText } from "@tsetsen/sdk/text";
 * import { assertEquals } from "@std/assert";
 *
 * const findings = checkText("Монгол хїн тєрєлхтөн 🎉");
 * assertEquals(findings.map(({ kind, start, suggestion }) => [kind, start, suggestion]), [
 *   ["letter-substitute", 7, "хүн"],
 *   ["letter-substitute", 11, "төрөлхтөн"],
 *   ["emoji", 21, ""],
 * ]);
 * ```
 *
 * @param text The text.
 * @returns The findings in the order of the text. A finding about the whole text comes first, and is the only one that
 * overlaps others.
 * @throws {TypeError} when the text is not a string.
 */
export function checkText(text: string): TextFinding[] {
  check("text", text, STRING);
  const found = Array.from(scan(text), (finding) => ({
    ...finding,
    excerpt: excerpt(text, finding.start, finding.end),
  }));
  const whole = checkWhole(text);
  return whole ? [whole, ...found] : found;
}

function checkWhole(text: string): TextFinding | undefined {
  if (!isSpeakable(text)) {
    return about(text, "nothing-to-say", "The text holds no letter and no digit");
  }
  // Numbers are fine without letters, and the traditional script has a finding of its own.
  if (/\p{Script=Cyrillic}/u.test(text) || !/(?!\p{Script=Mongolian})\p{L}/u.test(text)) return;
  return about(
    text,
    "no-cyrillic",
    "No letter of the text is Cyrillic: the service reads Mongolian Cyrillic",
  );
}

function about(text: string, kind: FindingKind, message: string): TextFinding {
  return { kind, start: 0, end: text.length, excerpt: excerpt(text, 0, text.length), message };
}

function excerpt(text: string, start: number, end: number): string {
  const cut = text.slice(start, Math.min(end, start + 40));
  // The cut must not leave half a surrogate pair.
  return end > start + 40 ? cut.replace(/[\ud800-\udbff]$/, "") : cut;
}
