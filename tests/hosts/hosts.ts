// The hosts: each runs the suite in one runtime and answers its results.

import type { Control } from "./control.ts";
import { openPage } from "./chromium.ts";
import { bundle, type InstalledPackage } from "./pack.ts";
import type { Result } from "./runner.ts";
import { suite } from "./suite.ts";
import { ROOT, run, tool } from "./tools.ts";
import { startWorkerd } from "./workerd.ts";

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

type Entry = "process" | "grpc" | "lean";

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
  ...[20, 22, 24].map((version) => onPackage(`Node ${version}, gRPC`, "grpc", ...node(version))),
  onDeno("Deno, lean", "lean"),
  onPackage("Bun, lean", "lean", ".bin/bun"),
  ...[20, 22, 24].map((version) => onPackage(`Node ${version}, lean`, "lean", ...node(version))),
  { name: "workerd", run: (setting) => runWorkerd(setting, "worker", []) },
  {
    name: "workerd, nodejs_compat",
    run: (setting) => runWorkerd(setting, "worker", ["nodejs_compat"]),
  },
  { name: "workerd, lean", run: (setting) => runWorkerd(setting, "worker_lean", []) },
  { name: "Chromium", run: (setting) => runChromium(setting, "page") },
  { name: "Chromium, lean", run: (setting) => runChromium(setting, "page_lean") },
];

async function printed(...command: string[]): Promise<Result[]> {
  return JSON.parse(await run(command));
}

async function runWorkerd(
  { control, sdk, filter }: Setting,
  entry: "worker" | "worker_lean",
  flags: readonly string[],
): Promise<Result[]> {
  await using worker = await startWorkerd(tool(".bin/workerd"), await bundle(sdk, entry), {
    flags,
  });
  const results: Result[] = [];
  for (const [index, { name }] of suite.entries()) {
    if (!name.includes(filter)) continue;
    const answer = await fetch(`${worker.url}/?control=${control.url}&case=${index}`);
    results.push(await answer.json());
  }
  return results;
}

async function runChromium(
  { control, sdk, filter }: Setting,
  entry: "page" | "page_lean",
): Promise<Result[]> {
  const script = await Deno.readTextFile(await bundle(sdk, entry));
  const { url, results } = control.page(script, { filter });
  return JSON.parse(await openPage(url, results, ["--ignore-certificate-errors"]));
}
