import Table from "cli-table3";
import { printable } from "./printable.ts";
import { colors } from "./terminal.ts";

const BORDERLESS = Object.fromEntries(
  [
    ...["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left"],
    ...["bottom-right", "left", "left-mid", "mid", "mid-mid", "right", "right-mid"],
  ].map((name) => [name, ""]),
);

/** How many rows are laid out at once, because the work of cli-table3 grows with their square. */
const ROWS_AT_ONCE = 50;

type Row = readonly string[];

/** Columns for standard output, made printable. */
export function table(head: Row, rows: readonly Row[]): string {
  const { bold } = colors("stdout");
  const printed = [head.map((name) => bold(name)), ...rows.map((row) => row.map(printable))];
  const pieces: Row[][] = [];
  for (let at = 0; at < printed.length; at += ROWS_AT_ONCE) {
    pieces.push(printed.slice(at, at + ROWS_AT_ONCE));
  }
  // Drawing a piece measures its columns. Those of all pieces are as wide as the widest.
  const drawn = pieces.map((piece) => draw(piece));
  const widths = head.map((_, column) =>
    drawn.reduce((most, { widths }) => Math.max(most, widths[column] ?? 0), 0)
  );
  const texts = drawn.length === 1 ? drawn : pieces.map((piece) => draw(piece, widths));
  return texts.map(({ text }) => text).join("\n").replace(/ +$/gm, "");
}

function draw(
  rows: readonly Row[],
  widths: readonly number[] = [],
): { readonly text: string; readonly widths: readonly number[] } {
  const made = new Table({
    chars: { ...BORDERLESS, middle: "  " },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    colWidths: [...widths],
  });
  for (const row of rows) made.push([...row]);
  return { text: made.toString(), widths: made.options.colWidths as number[] };
}
