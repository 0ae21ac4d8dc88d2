/**
 * The emulator's command line: `deno run -A src/emulator/cli.ts --port 50051`.
 *
 * @module
 */

import process from "node:process";
import { parseArgs } from "node:util";
import { CLI_OPTIONS, toStartOptions } from "./command_line/options.ts";
import { PlaceError, startServers } from "./command_line/servers.ts";
import type { RunningEmulator } from "./mod.ts";

const USAGE = `Usage: emulator [options]

A local Tsetsen service for demos and tests. Its audio is a placeholder: one
tone a syllable, and no real voice.

${
  [
    ...CLI_OPTIONS.map(({ name, value, description }) => [
      value === undefined ? `--${name}` : `--${name} <${value}>`,
      description,
    ]),
    ["--json", "print where it is, or what is wrong, as a line of JSON"],
    ["--help", "print this text"],
  ].map(([flags, description]) => `  ${flags}\n      ${description}\n`).join("")
}`;

/**
 * Runs the emulator until Ctrl-C or SIGTERM stops it. It never throws. The exit code is 2 after wrong options, and 1
 * when the port is not available.
 *
 * @param args The options, as on a command line.
 * @returns The emulator; `undefined` when there is none, after `--help` or a failure.
 *
 * @example
 * ```ts
 * import { main } from "@tsetsen/sdk/emulator/cli";
 *
 * await main(["--help"]);
 * ```
 */
export async function main(args: readonly string[]): Promise<RunningEmulator | undefined> {
  try {
    const { values, tokens } = parseArgs({
      args: [...args],
      options: parserOptions(),
      tokens: true,
    });
    refuseRepeats(tokens);
    if (values["help"] === true) {
      process.stdout.write(USAGE);
      return undefined;
    }
    const { emulator, announcement, facts } = await startServers(toStartOptions(values));
    process.stdout.write(
      `${values["json"] === true ? JSON.stringify(facts) : announcement}\n`,
    );
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.once(signal, () => void emulator.close().then(() => process.exit(0)));
    }
    return emulator;
  } catch (error) {
    fail(error, args.includes("--json"));
    return undefined;
  }
}

// In a bundle every module is main. The ending ".ts" is that of the source itself: nothing runs in a bundle that
// imports this module. Not awaited, because require() refuses a module with a top-level await.
if (import.meta.main && import.meta.url.endsWith(".ts")) void main(process.argv.slice(2));

function parserOptions(): Record<string, { type: "string" | "boolean" }> {
  const flags = ["json", "help"].map((name) => ({ name, value: undefined }));
  return Object.fromEntries(
    [...CLI_OPTIONS, ...flags].map(({ name, value }) => [
      name,
      { type: value === undefined ? "boolean" : "string" },
    ]),
  );
}

/** Refuses an option that is given twice, because only the last value would count. */
function refuseRepeats(
  tokens: readonly { readonly kind: string; readonly name?: string; readonly value?: unknown }[],
): void {
  const seen = new Set<string>();
  for (const { kind, name = "", value } of tokens) {
    if (kind !== "option" || value === undefined) continue;
    if (seen.has(name)) throw new TypeError(`--${name} is given twice: give it once.`);
    seen.add(name);
  }
}

function fail(error: unknown, json: boolean): void {
  const message = error instanceof Error ? error.message : `${error}`;
  const isUsage = !(error instanceof PlaceError);
  process.exitCode = isUsage ? 2 : 1;
  if (!json) {
    process.stderr.write(`error: ${message}${isUsage ? "\n--help lists the options." : ""}\n`);
    return;
  }
  const kind = isUsage
    ? { name: "UsageError", code: "usage" }
    : { name: error.name, code: "failure" };
  const { exitCode } = process;
  process.stdout.write(`${JSON.stringify({ error: { ...kind, message, exitCode } })}\n`);
}
