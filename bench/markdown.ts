/**
 * The report as Markdown.
 *
 * @module
 */

import { type Figure, passes, type Report } from "./figures.ts";

/** The whole report: a table for each runtime, the size, and a summary. */
export function toMarkdown(report: Report): string {
  const { runtimes, figures, machine, server, quick } = report;
  const parts = [`Machine: ${machine}. Server: ${server}.`];
  if (quick) parts.push("**Counts of a smoke test (--quick): these figures mean nothing.**");
  for (const { runtime, version, figures, peers, errors } of runtimes) {
    parts.push(`## ${runtime} ${version ?? "(absent, not measured)"}`);
    if (figures.length > 0) parts.push(figureTable(figures));
    if (peers.length > 0) {
      parts.push(table(
        ["unary call", "median", "ratio", "CPU", "ratio"],
        peers.map((peer) => [
          peer.name,
          `${peer.median.toFixed(3)} ms`,
          peer.medianRatio.toFixed(2),
          `${peer.cpu.toFixed(3)} ms`,
          peer.cpuRatio.toFixed(2),
        ]),
      ));
    }
    for (const error of errors) parts.push(`FAILED: ${error}`);
  }
  if (figures.length > 0) parts.push("## Any runtime", figureTable(figures));
  parts.push("## Summary", summary(report));
  return parts.join("\n\n") + "\n";
}

function figureTable(figures: Figure[]): string {
  return table(
    ["measurement", "ours", "bare", "figure", "bound", ""],
    figures.map((figure) => [
      figure.name,
      figure.ours,
      figure.bare,
      show(figure, figure.value),
      `${figure.bound[0]} ${show(figure, figure.bound[1])}`,
      passes(figure) ? "pass" : "**FAIL**",
    ]),
  );
}

function show({ unit }: Figure, value: number): string {
  if (unit === "ratio") return value.toFixed(3);
  if (unit === "MB") return `${value.toFixed(0)} MB`;
  return value.toLocaleString("en") + (unit === "bytes" ? " bytes" : "");
}

/** Every figure that fails, and how many pass. */
function summary({ runtimes, figures }: Report): string {
  const all = [
    ...runtimes.flatMap(({ runtime, figures }) =>
      figures.map((figure) => ({ where: `${runtime}: `, figure }))
    ),
    ...figures.map((figure) => ({ where: "", figure })),
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

function table(head: string[], rows: string[][]): string {
  const widths = head.map((cell, i) =>
    Math.max(3, cell.length, ...rows.map((row) => row[i]!.length))
  );
  const line = (cells: string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}
