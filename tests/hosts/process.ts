// Processes that are ended with their block.

/** A running process. */
export interface Running extends AsyncDisposable {
  readonly process: Deno.ChildProcess;
}

/** Starts a process that is ended with its block. */
export function start(
  program: string,
  args: readonly string[],
  options: Pick<Deno.CommandOptions, "stdin" | "stdout" | "stderr" | "env"> = {},
): Running {
  const process = new Deno.Command(program, {
    args: [...args],
    stdout: "null",
    stderr: "null",
    ...options,
  }).spawn();
  return {
    process,
    async [Symbol.asyncDispose]() {
      try {
        process.kill("SIGTERM");
      } catch {
        // It has ended by itself.
      }
      await process.status;
    },
  };
}
