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
import { Interruption } from "./failure.ts";
import { runProgram } from "./program.ts";
import { tolerateLostReaders } from "./terminal.ts";

/** Options of {@linkcode main}. */
export interface MainOptions {
  /** Stops the command: calls in flight end, and what is paid for is kept. Default: nothing does. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a command: results go to the standard output of this process, everything else to its standard error. It does not end
 * the process, and listens to no signal of the system; {@linkcode run} does both.
 *
 * @param args The arguments, as on a command line: `["--help"]` lists them.
 * @param options A signal that stops it.
 * @returns The exit code; the help lists their meanings. It rejects with nothing that is the user's or the service's fault.
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
 * Runs the command line of this process and ends it. Ctrl-C and SIGTERM stop the command in an orderly way; a second one ends
 * the process at once.
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
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.on(name, () => {
      const reason = new Interruption(name);
      if (controller.signal.aborted) process.exit(reason.exitCode);
      controller.abort(reason);
    });
  }
  process.exit(await main(process.argv.slice(2), { signal: controller.signal }));
}

// Not awaited, because require() refuses a module with a top-level await.
if (import.meta.main) void run();
