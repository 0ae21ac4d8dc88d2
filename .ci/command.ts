/**
 * Running this very deno, whatever the PATH says.
 *
 * @module
 */

/** What a command ended with. */
export interface Outcome {
  readonly ok: boolean;
  /** What it printed on both of its outputs. */
  readonly output: string;
  /** What it printed to its standard output alone: progress goes elsewhere. */
  readonly printed?: string;
}

/** The root of the repository. */
export const ROOT = `${import.meta.dirname}/..`;

/** Runs `deno` with the given arguments in the root of the repository. */
export async function deno(args: readonly string[]): Promise<Outcome> {
  const { success, stdout, stderr } = await command(args, "piped").output();
  const decoder = new TextDecoder();
  const printed = decoder.decode(stdout);
  return { ok: success, printed, output: printed + decoder.decode(stderr) };
}

/** Runs `deno` and shows what it prints as it comes. @returns Whether it succeeded. */
export async function showDeno(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<boolean> {
  return (await command(args, "inherit", env).spawn().status).success;
}

function command(
  args: readonly string[],
  out: "inherit" | "piped",
  env: Readonly<Record<string, string>> = {},
): Deno.Command {
  const path = [Deno.execPath().replace(/[/\\][^/\\]+$/, ""), Deno.env.get("PATH")];
  return new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    // Tools that start deno themselves, as buf does for its plugin, find this one.
    env: { PATH: path.join(Deno.build.os === "windows" ? ";" : ":"), NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: out,
    stderr: out,
  });
}

/**
 * Runs buf. It is neither among the imports of deno.json nor in deno.lock: a first `deno task demo` would download it,
 * 120 MB of it. 1.75 lacks a binary on some registries.
 */
export function buf(args: readonly string[]): Promise<Outcome> {
  return deno(["run", "-A", "--no-lock", "npm:@bufbuild/buf@1.74.0/buf", ...args]);
}

/** The part of deno.json that the checks need. */
export async function readConfig(): Promise<{
  readonly version: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, string>>;
  readonly compilerOptions: Readonly<Record<string, unknown>>;
  readonly allowScripts: Readonly<Record<string, unknown>>;
}> {
  return JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
}

/** Prints what went wrong, if anything, and ends with the right exit code. */
export function finish({ ok, output }: Outcome): never {
  if (!ok) console.error(output.trim());
  Deno.exit(ok ? 0 : 1);
}
