// The hosts: each runs the suite in one runtime, over TLS by the tests' own authority and in plaintext.

import { install } from "../examples/tools.ts";
import { openPage } from "../hosts/chromium.ts";
import type { Control } from "../hosts/control.ts";
import { bundle, type InstalledPackage } from "../hosts/pack.ts";
import type { Result } from "../hosts/runner.ts";
import { ROOT, run } from "../hosts/tools.ts";
import { startWorkerd } from "../hosts/workerd.ts";
import { find } from "../support/runtimes.ts";
import type { Certificates } from "./certificates.ts";
import type { Context } from "./context.ts";
import { suite } from "./suite.ts";

/** What a run of a host needs. */
export interface Setting {
  readonly context: Context;
  readonly certificates: Certificates;
  /** Serves the page. */
  readonly control: Control;
  readonly sdk: InstalledPackage;
  /** A part of the names of the cases to run. */
  readonly filter: string;
}

export interface Host {
  readonly name: string;
  run(setting: Setting): Promise<Result[]>;
}

const ENTRIES = "tests/interop/entries";

export const hosts: readonly Host[] = [
  {
    name: "Deno",
    run: (setting) => printed(setting, [Deno.execPath(), "run", "-A", `${ENTRIES}/process.ts`]),
  },
  {
    name: "Bun",
    run: async (setting) =>
      await printed(setting, [
        find("bun", "TSETSEN_BUN"),
        await bundle(setting.sdk, "process", ENTRIES),
      ]),
  },
  {
    name: "Node",
    run: async (setting) =>
      await printed(setting, [
        find("node", "TSETSEN_NODE"),
        await bundle(setting.sdk, "process", ENTRIES),
      ]),
  },
  { name: "workerd", run: runWorkerd },
  { name: "Chromium", run: runChromium },
];

async function printed(
  { context, certificates: { ca }, filter }: Setting,
  command: readonly string[],
): Promise<Result[]> {
  const trust = { DENO_CERT: ca, NODE_EXTRA_CA_CERTS: ca };
  return JSON.parse(await run([...command, JSON.stringify(context), filter], ROOT, trust));
}

async function runWorkerd(
  { context, certificates, sdk, filter }: Setting,
): Promise<Result[]> {
  const program = `${await install()}/node_modules/.bin/workerd`;
  const script = await bundle(sdk, "worker", ENTRIES);
  const authorities = [await Deno.readTextFile(certificates.ca)];
  await using worker = await startWorkerd(program, script, { authorities });
  const results: Result[] = [];
  for (const [index, { name }] of suite.entries()) {
    if (!name.includes(filter)) continue;
    const body = JSON.stringify({ index, context });
    const answer = await fetch(worker.url, { method: "POST", body });
    results.push(await answer.json());
  }
  return results;
}

async function runChromium(
  { context, certificates: { spki }, control, sdk, filter }: Setting,
): Promise<Result[]> {
  const script = await Deno.readTextFile(await bundle(sdk, "page", ENTRIES));
  const search = { context: JSON.stringify(context), filter };
  const { url, results } = control.page(script, search);
  const trust = [`--ignore-certificate-errors-spki-list=${spki}`];
  return JSON.parse(await openPage(url, results, trust));
}
