import { quoted } from "../../lib/shell.ts";
import type { Globals } from "../globals.ts";

/**
 * The command line that goes on with unfinished work, for a shell.
 *
 * @param target The folder of the state, or the id of a job.
 * @param args Other arguments of `resume`.
 * @param globals The options that the unfinished command was given: the next one needs the same service and the same key.
 */
export function resumeCommand(target: string, args: readonly string[], globals: Globals): string {
  const words = ["tsetsen", "resume", ...args, ...globalArguments(globals)];
  // A target that begins with a dash would be an option.
  if (target.startsWith("-")) words.push("--", target);
  else words.splice(2, 0, target);
  return words.map(quoted).join(" ");
}

/** `--name value`, or nothing when there is no value. */
export function valueArgument(name: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [`--${name}`, `${value}`];
}

function globalArguments(globals: Globals): string[] {
  // The limits of time and of output are left out: the user may want others for the next run.
  const { endpoint, insecure, apiKeyFile } = globals;
  return [
    ...valueArgument("endpoint", endpoint),
    ...(insecure ? ["--insecure"] : []),
    ...valueArgument("api-key-file", apiKeyFile),
  ];
}
