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

/** `tsetsen check`: what looks wrong in a text, before it is paid for. */
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
  const findings = located(
    checked,
    checkText(checked).filter(({ kind }) => !isStripped || !MARKUP.has(kind)),
  );
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
    // A table of many rows takes longer than everything else.
    await context.result({ findings }, context.json ? "" : await shown(rows));
  }
  return findings.length === 0 ? EXIT.ok : EXIT.findings;
}

/** The findings as a table, which is loaded only when it is needed. */
async function shown(rows: readonly (readonly string[])[]): Promise<string> {
  if (rows.length === 0) return "No likely mistakes found.";
  const { table } = await import("../terminal/table.ts");
  return table(["PLACE", "KIND", "FOUND", "SUGGESTION", "WHAT IT IS"], rows);
}

/** The findings, which are in order, with their lines and columns, from 1, as editors count. */
function located(text: string, findings: readonly TextFinding[]) {
  let [at, line, column] = [0, 1, 1];
  return findings.map((finding) => {
    for (const character of text.slice(at, finding.start)) {
      if (character === "\n") [line, column] = [line + 1, 1];
      else column++;
    }
    at = finding.start;
    return { ...finding, line, column };
  });
}
