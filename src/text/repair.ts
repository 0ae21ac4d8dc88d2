import { checkText } from "./check.ts";
import type { TextFinding } from "./finding.ts";

/**
 * Applies the suggestions of {@linkcode checkText} to a text. What has no suggestion stays as it is.
 *
 * Without findings it repairs all that can be repaired, also what comes to light by a repair; done twice it does no
 * more than once. With findings, for example those that a user confirmed, it applies just these, once.
 *
 * @example Repair
 * ```ts
 * import { checkText, repairText } from "@tsetsen/sdk/text";
 * import { assertEquals } from "@std/assert";
 *
 * const text = "Монгол хїн 🎉";
 * assertEquals(repairText(text), "Монгол хүн ");
 *
 * const letters = checkText(text).filter(({ kind }) => kind === "letter-substitute");
 * assertEquals(repairText(text, letters), "Монгол хүн 🎉");
 * ```
 *
 * @param text The text.
 * @param findings Findings of this very text. Default: all, until none has a suggestion.
 * @returns The repaired text.
 * @throws {TypeError} If the text is no string.
 * @throws {RangeError} If findings lie outside the text or overlap.
 */
export function repairText(text: string, findings?: readonly TextFinding[]): string {
  if (findings !== undefined) return apply(text, findings);
  // A repair can bring two halves together that are one mixed word: few rounds, as each leaves nothing to remove.
  for (;;) {
    const repaired = apply(text, checkText(text));
    if (repaired === text) return text;
    text = repaired;
  }
}

function apply(text: string, findings: readonly TextFinding[]): string {
  const wanted = findings.filter(({ suggestion }) => suggestion !== undefined);
  let repaired = "";
  let done = 0;
  for (const { start, end, suggestion } of wanted.sort((a, b) => a.start - b.start)) {
    if (!(start >= done && end >= start && end <= text.length)) {
      throw new RangeError(
        `findings must lie inside the text and apart: got one from ${start} to ${end}`,
      );
    }
    repaired += text.slice(done, start) + suggestion;
    done = end;
  }
  return repaired + text.slice(done);
}
