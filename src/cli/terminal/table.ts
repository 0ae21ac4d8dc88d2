import Table from "cli-table3";
import { printable } from "./printable.ts";
import { colors } from "./terminal.ts";

const BORDERLESS = Object.fromEntries(
  [
    ...["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left"],
    ...["bottom-right", "left", "left-mid", "mid", "mid-mid", "right", "right-mid"],
  ].map((name) => [name, ""]),
);

/** Columns for standard output, made printable. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const { bold } = colors("stdout");
  const made = new Table({
    chars: { ...BORDERLESS, middle: "  " },
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    head: head.map((name) => bold(name)),
  });
  for (const row of rows) made.push(row.map(printable));
  return made.toString().replace(/ +$/gm, "");
}
