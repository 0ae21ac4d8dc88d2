// The hosts: each runs the suite in one runtime and answers its results.

import type { Control } from "./control.ts";
import { bundle, type InstalledPackage } from "./pack.ts";
import { type Result, suite } from "./suite.ts";
import { findChromium, ROOT, run, tool } from "./tools.ts";

/** What a run of a host needs. */
export interface Setting {
  readonly control: Control;
  readonly sdk: InstalledPackage;
  /** A part of the names of the cases to run. */
  readonly filter: string;
}

export interface Host {
  readonly name: string;
  run(setting: Setting): Promise<Result[]>;
}

type Entry = "process" | "grpc";

const onDeno = (name: string, entry: Entry): Host => ({
  name,
  run: ({ control, filter }) =>
    printed(
      Deno.execPath(),
      "run",
      "-A",
      "--v8-flags=--expose-gc",
      `${ROOT}tests/hosts/entries/${entry}.ts`,
      control.url,
      filter,
    ),
});

const onPackage = (name: string, entry: Entry, ...program: string[]): Host => ({
  name,
  run: async ({ control, sdk, filter }) => {
    const [runtime = "", ...flags] = program;
    return await printed(tool(runtime), ...flags, await bundle(sdk, entry), control.url, filter);
  },
});

const node = (version: number) => [`node${version}/bin/node`, "--expose-gc"];

export const hosts: readonly Host[] = [
  onDeno("Deno", "process"),
  onPackage("Bun", "process", ".bin/bun"),
  ...[20, 22, 24].map((version) => onPackage(`Node ${version}`, "process", ...node(version))),
  onDeno("Deno, gRPC", "grpc"),
  onPackage("Bun, gRPC", "grpc", ".bin/bun"),
  onPackage("Node 20, gRPC", "grpc", ...node(20)),
  { name: "workerd", run: (setting) => runWorkerd(setting, []) },
  { name: "workerd, nodejs_compat", run: (setting) => runWorkerd(setting, ["nodejs_compat"]) },
  { name: "Chromium", run: runChromium },
];

async function printed(...command: string[]): Promise<Result[]> {
  return JSON.parse(await run(command));
}

async function runWorkerd(
  { control, sdk, filter }: Setting,
  flags: readonly string[],
): Promise<Result[]> {
  const script = await bundle(sdk, "worker");
  const config = `${sdk.folder}/${flags[0] ?? "plain"}.capnp`;
  await Deno.writeTextFile(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  v8Flags = ["--expose-gc"],
  services = [
    (name = "main", worker = (
      modules = [(name = "worker.js", esModule = embed "${script.split("/").at(-1)}")],
      compatibilityDate = "2026-05-03",
      compatibilityFlags = ${JSON.stringify(flags)},
      globalOutbound = "network",
    )),
    (name = "network", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);`,
  );
  await using child = start(tool(".bin/workerd"), ["serve", config, "--control-fd=1"], "piped");
  const url = `http://127.0.0.1:${await listeningPort(child.process.stdout)}`;
  const results: Result[] = [];
  for (const [index, { name }] of suite.entries()) {
    if (!name.includes(filter)) continue;
    const answer = await fetch(`${url}/?control=${control.url}&case=${index}`);
    results.push(await answer.json());
  }
  return results;
}

async function runChromium({ control, sdk, filter }: Setting): Promise<Result[]> {
  const script = await Deno.readTextFile(await bundle(sdk, "page"));
  const page = control.page(script, filter);
  const profile = await Deno.makeTempDir({ prefix: "tsetsen-chromium-" });
  const child = start(findChromium(), [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--ignore-certificate-errors",
    "--js-flags=--expose-gc",
    `--user-data-dir=${profile}`,
    page.url,
  ], "null");
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error("the page did not hand in its results")), 300_000);
    });
    const left = child.process.status.then(() => {
      throw new Error("Chromium ended before its page had handed in its results");
    });
    // It is ended below, when nobody waits for it any more.
    left.catch(() => {});
    return JSON.parse(await Promise.race([page.results, late, left])) as Result[];
  } finally {
    clearTimeout(timer);
    await child[Symbol.asyncDispose]();
    await removeFolder(profile);
  }
}

/** Chromium's helpers write on for a moment after it has ended. */
async function removeFolder(path: string): Promise<void> {
  for (let tries = 1;; tries++) {
    try {
      return await Deno.remove(path, { recursive: true });
    } catch (error) {
      if (tries === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** A process that is ended with its block. */
function start(program: string, args: string[], stdout: "piped" | "null") {
  const process = new Deno.Command(program, { args, stdout, stderr: "null" }).spawn();
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

/** workerd says where it listens as a line of JSON on the control descriptor. */
async function listeningPort(stdout: ReadableStream<Uint8Array>): Promise<number> {
  let text = "";
  for await (const piece of stdout.pipeThrough(new TextDecoderStream())) {
    text += piece;
    const port = /"port":(\d+)/.exec(text)?.[1];
    if (port !== undefined) return Number(port);
  }
  throw new Error(`workerd did not start: ${text}`);
}
