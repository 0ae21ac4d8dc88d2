import { checkText, repairText, type TextFinding } from "../../text/mod.ts";
import type { AddCommand } from "../arguments.ts";
import type { Context } from "../context.ts";
import { EXIT } from "../exit_codes.ts";
import { plural } from "../format.ts";
import { readText, TEXT_ARGUMENT } from "../input.ts";
import { table } from "../table.ts";

const EXAMPLES = `
Nothing is sent, and no key is needed. It ends with 13 when something was found; with --repair, when something is left that
only the author can repair.

Examples:
  $ tsetsen check book.txt
  $ tsetsen check book.txt --repair > repaired.txt
  $ tsetsen check book.txt --repair --quiet | tsetsen say - -o book.wav`;

/** `tsetsen check`: what looks wrong with a text, before it is paid for. */
export const addCheck: AddCommand = (program, act) => {
  program.command("check")
    .description("tell what looks wrong with a text, before it is paid for")
    .argument(...TEXT_ARGUMENT)
    .option("--repair", "print the text with all suggestions applied instead")
    .addHelpText("after", EXAMPLES)
    .action(act(check));
};

async function check(
  context: Context,
  { repair = false }: { readonly repair?: boolean },
  source: string,
): Promise<number> {
  const { text } = await readText(source, context);
  const checked = repair ? repairText(text) : text;
  const findings = checkText(checked).map((finding) => locate(checked, finding));
  if (repair) {
    // The text's own last line end, not one more.
    await context.result({ findings, text: checked }, checked.replace(/\n$/, ""));
    if (findings.length > 0) {
      context.warn(`${plural(findings.length, "finding")} left that only the author can repair.`);
    }
  } else {
    const rows = findings.map(({ line, column, kind, excerpt, suggestion, message }) => [
      `${line}:${column}`,
      kind,
      excerpt,
      suggestion === undefined ? "" : suggestion === "" ? "(nothing)" : suggestion,
      message,
    ]);
    const head = ["PLACE", "KIND", "FOUND", "SUGGESTION", "WHAT IT IS"];
    await context.result({ findings }, rows.length === 0 ? "" : table(head, rows));
  }
  return findings.length === 0 ? EXIT.ok : EXIT.findings;
}

/** A finding with its line and column, from 1, as editors count. */
function locate(text: string, finding: TextFinding) {
  const before = text.slice(0, finding.start).split("\n");
  return { ...finding, line: before.length, column: [...before.at(-1) ?? ""].length + 1 };
}
