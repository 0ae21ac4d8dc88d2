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

export const hosts: readonly Host[] = [
  {
    name: "Deno",
    run: ({ control, filter }) =>
      printed(
        Deno.execPath(),
        "run",
        "-A",
        "--v8-flags=--expose-gc",
        `${ROOT}tests/hosts/entries/process.ts`,
        control.url,
        filter,
      ),
  },
  {
    name: "Bun",
    run: async ({ control, sdk, filter }) =>
      await printed(tool(".bin/bun"), await bundle(sdk, "process"), control.url, filter),
  },
  ...[20, 22, 24].map((version): Host => ({
    name: `Node ${version}`,
    run: async ({ control, sdk, filter }) =>
      await printed(
        tool(`node${version}/bin/node`),
        "--expose-gc",
        await bundle(sdk, "process"),
        control.url,
        filter,
      ),
  })),
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
  await using worker = await startWorkerd(tool(".bin/workerd"), await bundle(sdk, "worker"), {
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

async function runChromium({ control, sdk, filter }: Setting): Promise<Result[]> {
  const script = await Deno.readTextFile(await bundle(sdk, "page"));
  const { url, results } = control.page(script, { filter });
  return JSON.parse(await openPage(url, results, ["--ignore-certificate-errors"]));
}
