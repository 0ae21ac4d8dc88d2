import { ARRAY, check, OBJECT, STRING } from "../../lib/rules.ts";
import type { TextFinding } from "./finding.ts";
import { scan } from "./scan.ts";

/**
 * Applies the suggestions of {@linkcode checkText} to a text. What has no suggestion stays as it is.
 *
 * Without findings it repairs all that can be repaired, including mistakes that a repair brings to light. A second call
 * changes nothing more, unless mistakes are nested more than ten levels deep. With findings, for example those that a
 * user confirmed, it applies only these, once.
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
 * @param findings Findings of this text. Default: all.
 * @returns The repaired text.
 * @throws {TypeError} when the text is not a string, or the findings are not an array of findings.
 * @throws {RangeError} when findings lie outside the text or overlap.
 */
export function repairText(text: string, findings?: readonly TextFinding[]): string {
  check("text", text, STRING);
  if (findings !== undefined) {
    check("findings", findings, ARRAY);
    for (const finding of findings) check("each of findings", finding, OBJECT);
    return apply(text, findings);
  }
  return applyUntilDone(text, scan);
}

/** The most rounds of repairs. Mistakes that need more rounds were nested on purpose. */
const MAX_ROUNDS = 10;

/**
 * Applies what `find` finds, again and again: a repair can bring the halves of another mistake together.
 *
 * @param find Finds the mistakes. Its second argument says whether the text is the author's own. A comment or a script
 * that a repair has brought to light hides nothing: "`<script>`" and "&lt;!--" are words about markup.
 */
export function applyUntilDone(
  text: string,
  find: (text: string, isOwn: boolean) => readonly Suggestion[],
): string {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const repaired = apply(text, find(text, round === 0));
    if (repaired === text) break;
    text = repaired;
  }
  return text;
}

type Suggestion = Pick<TextFinding, "start" | "end" | "suggestion">;

function apply(text: string, findings: readonly Suggestion[]): string {
  const wanted = findings.filter(({ suggestion }) => suggestion !== undefined);
  const pieces: string[] = [];
  let done = 0;
  for (const { start, end, suggestion } of wanted.sort((a, b) => a.start - b.start)) {
    if (!(start >= done && end >= start && end <= text.length)) {
      throw new RangeError(
        `findings must lie inside the text and apart: got one from ${start} to ${end}`,
      );
    }
    pieces.push(text.slice(done, start), suggestion!);
    done = end;
  }
  return pieces.join("") + text.slice(done);
}
