import { checkText } from "../../text/findings/check.ts";
import type { Context } from "../context.ts";
import { quoted } from "../../lib/shell.ts";
import { plural } from "../terminal/format.ts";

/** Warns of likely mistakes in a text that is to be bought. */
export function warnOfFindings(context: Context, text: string, file: string | undefined): void {
  const found = checkText(text).length;
  if (found === 0) return;
  const how = file === undefined ? "tsetsen check" : `tsetsen check ${quoted(file)}`;
  context.warn(`The text has ${plural(found, "likely mistake")}: \`${how}\` lists them.`);
}
