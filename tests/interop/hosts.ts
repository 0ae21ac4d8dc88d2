// The hosts: each runs the suite in one runtime, over TLS by the tests' own authority and in plaintext.

import { install } from "../examples/tools.ts";
import { openPage } from "../hosts/chromium.ts";
import type { Control } from "../hosts/control.ts";
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
  /** The paths of the bundled entries. */
  readonly scripts: Readonly<Record<"page" | "process" | "worker", string>>;
  /** A part of the names of the cases to run. */
  readonly filter: string;
}

export interface Host {
  readonly name: string;
  run(setting: Setting): Promise<Result[]>;
}

/** The folder of the entries. */
export const ENTRIES = "tests/interop/entries";

export const hosts: readonly Host[] = [
  {
    name: "Deno",
    run: (setting) => printed(setting, [Deno.execPath(), "run", "-A", `${ENTRIES}/process.ts`]),
  },
  {
    name: "Bun",
    run: (setting) => printed(setting, [find("bun", "TSETSEN_BUN"), setting.scripts.process]),
  },
  {
    name: "Node",
    run: (setting) => printed(setting, [find("node", "TSETSEN_NODE"), setting.scripts.process]),
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
  { context, certificates, scripts, filter }: Setting,
): Promise<Result[]> {
  const program = `${await install()}/node_modules/.bin/workerd`;
  const authorities = [await Deno.readTextFile(certificates.ca)];
  await using worker = await startWorkerd(program, scripts.worker, { authorities });
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
  { context, certificates: { spki }, control, scripts, filter }: Setting,
): Promise<Result[]> {
  const script = await Deno.readTextFile(scripts.page);
  const search = { context: JSON.stringify(context), filter };
  const { url, results } = control.page(script, search);
  const trust = [`--ignore-certificate-errors-spki-list=${spki}`];
  return JSON.parse(await openPage(url, results, trust));
}
