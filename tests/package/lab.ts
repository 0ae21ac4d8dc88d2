// The package as npm users get it: packed once, and installed with given versions into folders that were empty.

import { fileURLToPath } from "node:url";
import { pack } from "../../.ci/pack.ts";
import { installOnce } from "../hosts/tools.ts";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** What the tests of the package need beside Deno and a Node: kept in a folder that is never committed. */
const TOOLS = `${ROOT}.cache/package`;

/** What a program printed, and its exit code. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export async function run(
  command: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const [program = "", ...args] = command;
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd,
    env: { NO_COLOR: "1", TSETSEN_API_KEY: "", TSETSEN_API_ENDPOINT: "", ...env },
    stdin: "null",
    signal: AbortSignal.timeout(300_000),
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** The same for a program that must succeed. @returns What it printed. */
export async function must(...given: Parameters<typeof run>): Promise<string> {
  const { code, stdout, stderr } = await run(...given);
  if (code !== 0) throw new Error(`${given[0].join(" ")} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}

let tarball: Promise<string> | undefined;

/** The path of the tarball. It stays until the process ends. `TSETSEN_TEST_PACKAGE` names a folder that has it already. */
export function packed(): Promise<string> {
  const shared = Deno.env.get("TSETSEN_TEST_PACKAGE");
  if (shared !== undefined) return Promise.resolve(`${shared}/sdk.tgz`);
  return tarball ??= (async () => {
    const folder = await Deno.makeTempDir();
    globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
    await pack(`${folder}/sdk.tgz`);
    return `${folder}/sdk.tgz`;
  })();
}

/** A folder that is a user's project. */
export interface Project extends AsyncDisposable {
  readonly folder: string;
}

/** Makes a project that has the package, and these beside it. */
export async function project(
  versions: Readonly<Record<string, string>> = {},
  options: readonly string[] = [],
): Promise<Project> {
  const folder = await Deno.makeTempDir();
  const dependencies = { "@tsetsen/sdk": `file:${await packed()}`, ...versions };
  const manifest = { private: true, type: "module", dependencies };
  await Deno.writeTextFile(`${folder}/package.json`, JSON.stringify(manifest));
  await must(
    [
      "npm",
      "install",
      "--no-package-lock",
      "--no-audit",
      "--no-fund",
      "--loglevel=error",
      ...options,
    ],
    folder,
  );
  return { folder, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

/** The version of a package that a project has. */
export async function versionOf({ folder }: Project, name: string): Promise<string> {
  const path = `${folder}/node_modules/${name}/package.json`;
  return JSON.parse(await Deno.readTextFile(path)).version;
}

/** Installs a tool if it is missing. @returns The folder with its `node_modules`. */
export async function tools(
  name: string,
  packages: Readonly<Record<string, string>>,
): Promise<string> {
  const folder = `${TOOLS}/${name}`;
  await installOnce(folder, packages);
  return folder;
}

/** The program of a Node of another major version, from npm. */
export async function node(version: string): Promise<string> {
  const os = Deno.build.os === "windows" ? "win" : Deno.build.os;
  const name = `node-${os}-${Deno.build.arch === "aarch64" ? "arm64" : "x64"}`;
  return `${await tools(`node-${version}`, { [name]: version })}/node_modules/${name}/bin/node`;
}
