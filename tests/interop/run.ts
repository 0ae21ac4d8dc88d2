// The SDK through a real gateway: grpcio serves our .proto behind the real Envoy, and one suite drives it on every host.
//
//   deno run -A tests/interop/run.ts [--host NAME]... [--filter TEXT] [--md FILE] [--json FILE]

import { parseArgs } from "node:util";
import { startControl } from "../hosts/control.ts";
import { bundle, installPackage } from "../hosts/pack.ts";
import { failures, type HostRun, table } from "../hosts/report.ts";
import { runAll } from "../hosts/runner.ts";
import { type Certificates, makeCertificates } from "./certificates.ts";
import { startGateway, validateRecipe } from "./gateway.ts";
import { ENTRIES, type Host, hosts, type Setting } from "./hosts.ts";
import { PYTHON, runPython } from "./python/run.ts";
import { outdated, page } from "./python/table.ts";
import { recipe } from "./recipe.ts";
import { startService } from "./service.ts";
import { openVenv, type Venv } from "./venv.ts";

const { values } = parseArgs({
  args: Deno.args,
  options: {
    md: { type: "string" },
    json: { type: "string" },
    filter: { type: "string", default: "" },
    host: { type: "string", multiple: true, default: [] },
  },
});

const print = (line: string) => Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
const wanted = (name: string) => values.host.length === 0 || values.host.includes(name);

// Nobody's key and endpoint are those of the tests.
Deno.env.delete("TSETSEN_API_KEY");
Deno.env.delete("TSETSEN_API_ENDPOINT");

const venv = await openVenv().catch((error) => {
  // A developer's machine may lack Python; the checks of the project must have it.
  if (!(error instanceof Deno.errors.NotFound) || Deno.env.has("CI")) throw error;
  print(`SKIPPED the tests through a real gateway: ${error.message}`);
});
const [runs, problems] = venv === undefined ? [[], []] : await runAgainstOthers(venv);
const failed = [...problems, ...failures(runs)];
const passed = runs.flatMap(({ results }) => results).filter(({ error }) => error === undefined);
if (values.json) {
  const counts = { passed: passed.length, failed: failed.length };
  await Deno.writeTextFile(values.json, JSON.stringify({ ...counts, runs }));
}
for (const failure of failed) print(`FAILED ${failure}`);
print(`${passed.length} passed, ${failed.length} failed`);
if (failed.length > 0) Deno.exitCode = 1;

/** Everything, and what is wrong beside the cases. */
async function runAgainstOthers(venv: Venv): Promise<[runs: HostRun[], problems: string[]]> {
  const folder = await Deno.makeTempDir({ prefix: "tsetsen-interop-" });
  try {
    const certificates = await makeCertificates(folder);
    const hosts = await runHosts(venv, certificates, folder);
    if (hosts.length > 0) print(`\n${table(hosts)}`);
    if (!wanted(PYTHON)) return [hosts, []];
    const python = await runPython(venv, certificates, values.filter);
    print(table(python));
    return [[...hosts, ...python], await checkTable(python)];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The table of the two SDKs is that of a run of all, in which nothing failed. */
async function checkTable(runs: readonly HostRun[]): Promise<string[]> {
  if (values.filter !== "" || failures(runs).length > 0) return [];
  const found = await page(runs[0]!.results);
  if (values.md) await Deno.writeTextFile(values.md, found);
  const problem = await outdated(found);
  return problem === undefined ? [] : [problem];
}

async function runHosts(
  venv: Venv,
  certificates: Certificates,
  folder: string,
): Promise<HostRun[]> {
  const chosen = hosts.filter(({ name }) => wanted(name));
  if (chosen.length === 0) return [];
  await using stack = new AsyncDisposableStack();
  await validateRecipe(venv, certificates, folder);
  const sdk = stack.use(await installPackage());
  const control = stack.use(startControl());
  const service = stack.use(await startService(venv, certificates, folder));
  const start = async (upstream: number) =>
    stack.use(
      await startGateway(venv, certificates, folder, { upstream, origin: control.url }),
    );
  const gateway = await start(service.tls);
  const frail = [await start(service.frail[0]!), await start(service.frail[1]!)];
  stack.defer(async () => await (await import("esbuild")).stop());
  const scripts = {
    page: await bundle(sdk, "page", ENTRIES),
    process: await bundle(sdk, "process", ENTRIES),
    worker: await bundle(sdk, "worker", ENTRIES),
  };

  const shared = { certificates, control, scripts, filter: values.filter };
  // The two schemes run beside each other, the hosts one after the other: the suite checks times.
  const lanes = (["https", "http"] as const).map(async (scheme, lane) => {
    const context = {
      control: service.control,
      gateway: gateway[scheme],
      frail: frail[lane]![scheme],
      lane,
    };
    const runs: HostRun[] = [];
    for (const host of chosen) {
      runs.push(await runHost(host, { ...shared, context }, `${host.name}, ${scheme}`));
    }
    return runs;
  });
  const itself = runAll(values.host.length > 0 ? [] : recipe, {
    control: service.control,
    gateway: gateway.http,
    https: gateway.https,
    origin: control.url,
    ca: await Deno.readTextFile(certificates.ca),
  }, values.filter);
  const [https = [], http = []] = await Promise.all(lanes);
  const runs = https.flatMap((run, index) => [run, http[index]!]);
  return [...runs, { name: "Envoy itself", results: await itself }];
}

async function runHost(host: Host, setting: Setting, name: string): Promise<HostRun> {
  const start = performance.now();
  try {
    const results = await host.run(setting);
    const seconds = Math.round((performance.now() - start) / 1000);
    print(`${name}: ${results.length} cases in ${seconds} s`);
    return { name, results };
  } catch (error) {
    const problem = `could not run: ${error instanceof Error ? error.message : error}`;
    print(`${name}: ${problem}`);
    return { name, results: [], problem, missing: error instanceof Deno.errors.NotFound };
  }
}
