// The Workers of the examples in the real workerd: bundled as wrangler does, with the settings of their wrangler.jsonc.

import type { InstalledPackage } from "../hosts/pack.ts";
import { ROOT } from "../hosts/tools.ts";
import { load } from "./tools.ts";

/** A part of miniflare's API. */
interface Miniflare {
  readonly ready: Promise<URL>;
  setOptions(options: object): Promise<void>;
  dispose(): Promise<void>;
}

/** A running Worker. */
export interface RunningWorker extends AsyncDisposable {
  /** Where it listens, without a slash at the end. */
  url(): Promise<string>;
  /** Starts it anew: it remembers nothing. */
  restart(): Promise<void>;
}

/** Starts an example's Worker on the package as it is published. */
export async function startWorker(
  sdk: InstalledPackage,
  bindings: Readonly<Record<string, string>>,
  example = "worker",
): Promise<RunningWorker> {
  const config = await readConfig(example);
  return await start(await bundle(sdk, example, config.main), config, bindings);
}

/**
 * Starts a Worker that a test has written.
 *
 * @param date Its compatibility date. Default: that of the example.
 */
export async function startProgram(
  sdk: InstalledPackage,
  source: string,
  bindings: Readonly<Record<string, string>>,
  date?: string,
): Promise<RunningWorker> {
  const file = `${sdk.folder}/program_${crypto.randomUUID()}.js`;
  await Deno.writeTextFile(file, source);
  const compatibility_date = date ?? (await readConfig("worker")).compatibility_date;
  const config = { main: "", vars: {}, compatibility_date };
  return await start(await build(file), config, bindings);
}

async function start(
  contents: string,
  config: WranglerConfig,
  bindings: Readonly<Record<string, string>>,
): Promise<RunningWorker> {
  const { Miniflare } = await load<{ Miniflare: new (options: object) => Miniflare }>("miniflare");
  const options = () => ({
    modules: [{ type: "ESModule", path: "worker.js", contents }],
    compatibilityDate: config.compatibility_date,
    // A binding that changes makes miniflare start a new process.
    bindings: { ...config.vars, ...bindings, STARTED: crypto.randomUUID() },
    handleRuntimeStdio: (out: { resume(): void }, err: { resume(): void }) => {
      out.resume();
      err.resume();
    },
  });
  const worker = new Miniflare(options());
  await worker.ready;
  return {
    url: async () => (await worker.ready).origin,
    restart: () => worker.setOptions(options()),
    [Symbol.asyncDispose]: () => worker.dispose(),
  };
}

/** What both of them have in wrangler.jsonc. */
interface WranglerConfig {
  readonly main: string;
  readonly compatibility_date: string;
  readonly vars: Readonly<Record<string, string>>;
}

/** Reads the wrangler.jsonc of an example. */
export async function readConfig<T>(example: string): Promise<T & WranglerConfig> {
  const text = await Deno.readTextFile(`${ROOT}examples/${example}/wrangler.jsonc`);
  return JSON.parse(text.replaceAll(/^\s*\/\/.*$/gm, ""));
}

/** Bundles an example on the package as it is published. */
export async function bundle(
  { folder }: InstalledPackage,
  example: string,
  main: string,
): Promise<string> {
  for await (const { name, isFile } of Deno.readDir(`${ROOT}examples/${example}`)) {
    if (isFile) await Deno.copyFile(`${ROOT}examples/${example}/${name}`, `${folder}/${name}`);
  }
  return await build(`${folder}/${main}`);
}

async function build(entry: string): Promise<string> {
  const esbuild = await import("esbuild");
  try {
    const { outputFiles: [output] } = await esbuild.build({
      entryPoints: [entry],
      bundle: true,
      format: "esm",
      external: ["cloudflare:*"],
      conditions: ["workerd", "worker", "browser"],
      target: "es2024",
      write: false,
      logLevel: "silent",
    });
    return output!.text;
  } finally {
    await esbuild.stop();
  }
}
