// Programs on Deno, Node and Bun: bundled once, run as processes of their own.

import { fileURLToPath } from "node:url";
import type { PluginBuild } from "esbuild";

export type Runtime = "deno" | "node" | "bun";
export const RUNTIMES: readonly Runtime[] = ["deno", "node", "bun"];

/** The Bun that is installed where there is none. */
const BUN_VERSION = "1.4.5";

/** What a program did. */
export interface Run {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
  /** The time from its first output to its end, in milliseconds. */
  readonly lingered: number;
}

const programs = new URL("../runtimes/programs/", import.meta.url);
const root = fileURLToPath(new URL("../..", import.meta.url));

/** A folder with the bundles of the programs in `tests/runtimes/programs`. */
export interface Programs extends AsyncDisposable {
  /** Runs a program, with the collector in reach as `gc()`; ends it after half a minute. */
  run(runtime: Runtime, name: string, ...args: string[]): Promise<Run>;
  /** The same with these environment variables beside those of the test. */
  runIn(
    env: Record<string, string>,
    runtime: Runtime,
    name: string,
    ...args: string[]
  ): Promise<Run>;
}

export async function bundle(...names: string[]): Promise<Programs> {
  const folder = await Deno.makeTempDir();
  const esbuild = await import("esbuild");
  try {
    await esbuild.build({
      entryPoints: names.map((name) => fileURLToPath(new URL(`${name}.ts`, programs))),
      outdir: folder,
      outExtension: { ".js": ".mjs" },
      bundle: true,
      format: "esm",
      platform: "neutral",
      // `using` is not known to Node 20.
      target: "es2022",
      absWorkingDir: root,
      external: ["node:*", "mediabunny"],
      logLevel: "silent",
      plugins: [denoImports],
    });
  } finally {
    await esbuild.stop();
    // Its process ends a little later, which the sanitizers would take for a leak.
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return {
    run: (runtime, name, ...args) => run({}, runtime, `${folder}/${name}.mjs`, args),
    runIn: (env, runtime, name, ...args) => run(env, runtime, `${folder}/${name}.mjs`, args),
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

// Deno keeps packages where no other bundler looks: this asks Deno where they are.
const denoImports = {
  name: "deno-imports",
  setup(build: PluginBuild) {
    build.onResolve({ filter: /^@/ }, ({ path }) =>
      // Nothing here encodes.
      path.startsWith("@mediabunny/")
        ? { external: true }
        : { path: fileURLToPath(import.meta.resolve(path)) });
  },
};

async function run(
  env: Record<string, string>,
  runtime: Runtime,
  file: string,
  args: readonly string[],
): Promise<Run> {
  const [program, before] = {
    deno: [Deno.execPath(), ["run", "-A", "--no-config", "--v8-flags=--expose-gc"]] as const,
    node: [find("node", "TSETSEN_NODE"), ["--expose-gc"]] as const,
    bun: [find("bun", "TSETSEN_BUN"), ["--expose-gc"]] as const,
  }[runtime];
  const process = new Deno.Command(program, {
    args: [...before, file, ...args],
    env: { NO_COLOR: "1", ...env },
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(120_000),
  }).spawn();
  let first: number | undefined;
  const spoken = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      first ??= performance.now();
      controller.enqueue(chunk);
    },
  });
  const [stdout, stderr, { code }] = await Promise.all([
    new Response(process.stdout.pipeThrough(spoken)).text(),
    new Response(process.stderr).text(),
    process.status,
  ]);
  return { stdout, stderr, code, lingered: performance.now() - (first ?? performance.now()) };
}

/** A program: named by the environment, or on the PATH. Bun is installed from npm where it is neither. */
export function find(program: "node" | "bun", variable: string): string {
  const named = Deno.env.get(variable);
  if (named !== undefined) return named;
  const found = (Deno.env.get("PATH") ?? "").split(":").map((folder) => `${folder}/${program}`)
    .find(isFile);
  if (found !== undefined) return found;
  if (program === "bun") return installedBun();
  throw new Deno.errors.NotFound(
    `'${program}' is not on the PATH: install it, or set ${variable} to its path`,
  );
}

/** Bun in a folder that is never committed. The tests of many files need it: it is installed once. */
function installedBun(): string {
  const folder = `${root}.cache/bun`;
  const bun = `${folder}/node_modules/.bin/bun`;
  Deno.mkdirSync(folder, { recursive: true });
  // Several files may ask at once.
  using lock = Deno.openSync(`${folder}/lock`, { create: true, write: true });
  lock.lockSync(true);
  if (isFile(bun)) return bun;
  const options = ["--no-save", "--no-package-lock", "--no-audit", "--no-fund"];
  const args = ["install", "--prefix", folder, ...options, `bun@${BUN_VERSION}`];
  const { success, stderr } = new Deno.Command("npm", { args, stdout: "null" }).outputSync();
  if (!success) throw new Error(`Bun cannot be installed: ${new TextDecoder().decode(stderr)}`);
  return bun;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false; // There is none.
  }
}
