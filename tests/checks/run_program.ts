// Programs of this repository, run as users run them: in a folder of their own, without the tests' environment.

/** How a program ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A file of this repository, as a path. */
export function fileOf(path: string): string {
  return `${import.meta.dirname}/../../${path}`;
}

/** Runs deno in `folder`, with the configuration of this repository unless the arguments say `--no-config`. */
export async function runDeno(
  args: readonly string[],
  folder: string,
  env: Record<string, string> = {},
): Promise<Ended> {
  const [command = "run", ...rest] = args;
  const config = rest.includes("--no-config") ? [] : ["--config", fileOf("deno.json")];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [command, "-A", ...config, ...rest],
    cwd: folder,
    env: { TSETSEN_API_KEY: "", TSETSEN_API_ENDPOINT: "", NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
