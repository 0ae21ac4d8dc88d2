/**
 * The command line of the SDK: voices, speech, jobs, the balance, and a local service to try it on.
 *
 * ```sh
 * deno run -A jsr:@tsetsen/sdk/cli say book.txt -o book.wav --srt book.srt
 * ```
 *
 * Importing it runs nothing.
 *
 * @module
 */

import process from "node:process";
import { onAbort } from "../lib/abort.ts";
import { Context } from "./context.ts";
import { Interruption, STOP_SIGNALS } from "./errors/classes.ts";
import { runProgram } from "./program.ts";
import { tolerateLostReaders } from "./terminal/terminal.ts";

/** Options of {@linkcode main}. */
export interface MainOptions {
  /** Stops the command. Calls in flight end, and paid work is kept. Default: no signal. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a command. It never throws, because failures are exit codes. Results go to the standard output of this process,
 * everything else to its standard error. It neither ends the process nor handles signals of the system; {@linkcode run}
 * does both.
 *
 * @param args The arguments, as on a command line: `["--help"]` lists them.
 * @param options The signal that stops the command.
 * @returns The exit code; the help lists their meanings.
 *
 * @example
 * ```ts
 * import { main } from "@tsetsen/sdk/cli";
 *
 * console.assert(await main(["check", "Сайн байна уу?"]) === 0);
 * ```
 */
export async function main(args: readonly string[], options: MainOptions = {}): Promise<number> {
  const { signal = new AbortController().signal } = options;
  const context = new Context(signal, { json: args.includes("--json") });
  const restore = tolerateLostReaders();
  const unlisten = onAbort(signal, () => {
    if (signal.reason instanceof Interruption) {
      context.note("Stopping. Ctrl-C again ends it at once.");
    }
  });
  try {
    return await runProgram(args, context);
  } catch (error) {
    return await context.fail(error);
  } finally {
    unlisten();
    context.close();
    restore();
  }
}

/**
 * Runs the command line of this process and ends the process. Ctrl-C, SIGTERM and SIGHUP (a closed terminal) stop the command in
 * order: paid work is kept. A second signal ends the process at once.
 *
 * @returns Never: it ends the process with the exit code of the command.
 *
 * @example
 * ```ts
 * import { run } from "@tsetsen/sdk/cli";
 *
 * async function program(): Promise<never> {
 *   return await run();
 * }
 * ```
 */
export async function run(): Promise<never> {
  const controller = new AbortController();
  for (const name of STOP_SIGNALS) {
    process.on(name, () => {
      const reason = new Interruption(name);
      if (!controller.signal.aborted) controller.abort(reason);
      // A closed terminal may send SIGHUP more than once.
      else if (name !== "SIGHUP") process.exit(reason.exitCode);
    });
  }
  process.exit(await main(process.argv.slice(2), { signal: controller.signal }));
}

// In a bundle every module is main. The ending ".ts" is that of the source itself: nothing runs in a bundle that
// imports this module. Not awaited, because require() refuses a module with a top-level await.
if (import.meta.main && import.meta.url.endsWith(".ts")) void run();
