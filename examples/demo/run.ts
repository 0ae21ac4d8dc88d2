/**
 * Runs the demo with the packages that the SDK needs: `deno run -A examples/demo/run.ts`.
 *
 * The repository's `deno.json` also names the packages of its development, which `deno run` and `deno task` would download. This
 * program imports no package, and starts the demo with an import map and a lock file of its own.
 *
 * @module
 */

const here = import.meta.dirname;

const { success } = await new Deno.Command(Deno.execPath(), {
  args: [
    ...["run", "-A", "--no-config"],
    `--import-map=${here}/imports.json`,
    `--lock=${here}/deno.lock`,
    `${here}/main.ts`,
    ...Deno.args,
  ],
  stdin: "inherit",
  stdout: "inherit",
  stderr: "inherit",
}).spawn().status;
Deno.exit(success ? 0 : 1);
