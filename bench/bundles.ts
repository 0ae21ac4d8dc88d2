/**
 * Bundles of the programs that are measured. Built anew for each run, in a temporary folder.
 *
 * @module
 */

import { root } from "./processes.ts";

/** The programs, by the name of their bundle. */
const PROGRAMS = {
  server: "server.ts",
  emulator: "emulator.ts",
  unary: "clients/unary.ts",
  streamSpeed: "clients/stream_speed.ts",
  streamMemory: "clients/stream_memory.ts",
  waits: "clients/waits.ts",
  narrationMemory: "clients/narration_memory.ts",
  cold: "clients/cold.ts",
  coldOurs: "clients/cold_ours.ts",
  coldBare: "clients/cold_bare.ts",
};

/** The paths of the bundles. */
export type Bundles = Record<keyof typeof PROGRAMS, string>;

/** Builds all programs: one bundle each, the same for every runtime. */
export async function buildAll(folder: string): Promise<Bundles> {
  const build = async ([name, source]: readonly [string, string]) => {
    const path = `${folder}/${name}.mjs`;
    await bundle(`bench/${source}`, path, ["--platform=deno"]);
    return [name, path];
  };
  const [first, ...others] = Object.entries(PROGRAMS) as [[string, string], ...[string, string][]];
  // One by itself: `deno bundle` installs its bundler at its first run, and two of those get in each other's way.
  const bundles = [await build(first), ...await Promise.all(others.map(build))];
  return Object.fromEntries(bundles);
}

/** The size in bytes of a module with all that it imports, for the browser, minified and gzipped. */
export async function sizeOf(source: string, folder: string): Promise<number> {
  const path = `${folder}/size.js`;
  await bundle(source, path, ["--platform=browser", "--minify"]);
  // Deno's own zlib compresses a little less: the figure is that of the common tool.
  const { stdout } = await new Deno.Command("gzip", { args: ["-9", "-n", "-c", path] }).output();
  return stdout.length;
}

async function bundle(source: string, output: string, flags: string[]): Promise<void> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", ...flags, "--output", output, source],
    cwd: root,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  });
  const { success, stderr } = await command.output();
  if (!success) throw new Error(`${source}: ${new TextDecoder().decode(stderr)}`);
}
