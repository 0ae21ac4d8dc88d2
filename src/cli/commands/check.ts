import { checkText } from "../../text/findings/check.ts";
import type { FindingKind, TextFinding } from "../../text/findings/finding.ts";
import { repairText } from "../../text/findings/repair.ts";
import type { DefineCommand } from "../options.ts";
import type { Context } from "../context.ts";
import { EXIT } from "../errors/exit_codes.ts";
import { plural } from "../terminal/format.ts";
import { isMarkupFile, readText, TEXT_ARGUMENT } from "../files/input.ts";

const EXAMPLES = `
Nothing is sent, and no key is needed. The exit code is 13 when something was
found; with --repair, when something is left that only the author can repair.
The markup of a Markdown or HTML file is no finding, because \`tsetsen say\`
removes it.

Examples:
  $ tsetsen check book.txt
  $ tsetsen check book.txt --repair > repaired.txt
  $ tsetsen check book.txt --repair --quiet | tsetsen say - -o book.wav`;

/** The kinds of findings that are markup. */
const MARKUP: ReadonlySet<FindingKind> = new Set(["markdown", "entity", "tag", "ssml"]);

/** `tsetsen check`: what looks wrong with a text, before it is paid for. */
export const defineCheck: DefineCommand = (command, act) => {
  command
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
  const { text, file } = await readText(source, context);
  const checked = repair ? repairText(text) : text;
  // `tsetsen say` removes the markup of these files by itself.
  const isStripped = isMarkupFile(file);
  const findings = checkText(checked)
    .filter(({ kind }) => !isStripped || !MARKUP.has(kind))
    .map((finding) => locate(checked, finding));
  if (repair) {
    // `result` ends the line itself.
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
    await context.result({ findings }, await shown(rows));
  }
  return findings.length === 0 ? EXIT.ok : EXIT.findings;
}

/** What people read: a table, which is loaded only when it is needed. */
async function shown(rows: readonly (readonly string[])[]): Promise<string> {
  if (rows.length === 0) return "No likely mistakes found.";
  const { table } = await import("../terminal/table.ts");
  return table(["PLACE", "KIND", "FOUND", "SUGGESTION", "WHAT IT IS"], rows);
}

/** A finding with its line and column, from 1, as editors count. */
function locate(text: string, finding: TextFinding) {
  const before = text.slice(0, finding.start).split("\n");
  return { ...finding, line: before.length, column: [...before.at(-1) ?? ""].length + 1 };
}
