/**
 * The report as Markdown.
 *
 * @module
 */

import { type Figure, passes, type Report, type Table } from "./figures.ts";

/** The whole report: the tables and the bounds of each runtime, the sizes, and a summary. */
export function toMarkdown(report: Report): string {
  const { runtimes, general, date, machine, server, quick } = report;
  const parts = [`${date}. Machine: ${machine}. Server: ${server}.`];
  if (quick) parts.push("**Counts of a smoke test (--quick): these figures mean nothing.**");
  for (const { runtime, version, tables, figures, errors } of runtimes) {
    parts.push(`## ${runtime} ${version ?? "(absent, not measured)"}`);
    for (const table of tables) parts.push(toTable(table));
    if (figures.length > 0) parts.push(boundsTable(figures));
    for (const error of errors) parts.push(`FAILED: ${error}`);
  }
  if (general.tables.length > 0) {
    parts.push("## Any runtime", ...general.tables.map(toTable), boundsTable(general.figures));
  }
  parts.push("## Summary", summary(report));
  return parts.join("\n\n") + "\n";
}

function boundsTable(figures: readonly Figure[]): string {
  return toTable({
    title: "Bounds",
    head: ["figure", "value", "bound", ""],
    rows: figures.map((figure) => [
      figure.name,
      show(figure, figure.value),
      `${figure.bound[0]} ${show(figure, figure.bound[1])}`,
      passes(figure) ? "pass" : "**FAIL**",
    ]),
  });
}

function show({ unit }: Figure, value: number): string {
  if (unit === "ratio") return value.toFixed(2);
  if (unit === "MB") return `${value.toFixed(0)} MB`;
  return value.toLocaleString("en") + (unit === "bytes" ? " bytes" : "");
}

/** Every figure that fails, and how many pass. */
function summary({ runtimes, general }: Report): string {
  const all = [
    ...runtimes.flatMap(({ runtime, figures }) =>
      figures.map((figure) => ({ where: `${runtime}: `, figure }))
    ),
    ...general.figures.map((figure) => ({ where: "", figure })),
  ];
  const failed = all.filter(({ figure }) => !passes(figure));
  const lines = failed.map(({ where, figure }) => {
    const { name, value, bound: [relation, limit] } = figure;
    return `- FAIL ${where}${name}: ${show(figure, value)}, bound ${relation} ${
      show(figure, limit)
    }`;
  });
  for (const { runtime, version, errors } of runtimes) {
    if (version === undefined) lines.push(`- absent: ${runtime}`);
    for (const error of errors) lines.push(`- FAIL ${runtime}: ${error}`);
  }
  const broken = runtimes.flatMap(({ errors }) => errors).length;
  lines.push(`${all.length - failed.length} passed, ${failed.length + broken} failed`);
  return lines.join("\n");
}

function toTable({ title, head, rows }: Table): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const lines = [line(head), line(head.map((_, i) => i === 0 ? "---" : "--:")), ...rows.map(line)];
  return `**${title}**\n\n${lines.join("\n")}`;
}
