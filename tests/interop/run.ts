// The SDK against software that others wrote: a grpcio server behind the real Envoy and behind the Deno recipe, on every
// host, the gRPC-Web servers of Python and Go, and the emulator under the official Python SDK.
//
//   deno run -A tests/interop/run.ts [--host NAME]... [--filter TEXT] [--md FILE] [--json FILE]
//
// Hosts are those of hosts.ts, the names of the gRPC-Web servers ("connect-go"), and "Python SDK". --md writes the table of the two SDKs.

import { parseArgs } from "node:util";
import { failures, type HostRun, table } from "../hosts/report.ts";
import { type Certificates, makeCertificates } from "./certificates.ts";
import { runGateways } from "./gateways.ts";
import { PYTHON, runPython } from "./python/run.ts";
import { outdated, page } from "./python/table.ts";
import { runThrough } from "./through.ts";
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
const { filter, host: chosen } = values;

const print = (line: string) => void Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
const wanted = (name: string) => chosen.length === 0 || chosen.includes(name);

// Nobody's key and endpoint are those of the tests.
Deno.env.delete("TSETSEN_API_KEY");
Deno.env.delete("TSETSEN_API_ENDPOINT");

const folder = await Deno.makeTempDir({ prefix: "tsetsen-interop-" });
const failed: string[] = [];
let parts: HostRun[][] = [];
try {
  const tools = await prepare();
  if (tools !== undefined) {
    parts = await runParts(...tools);
    failed.push(...parts.flatMap(failures), ...await checkTable(parts.at(-1)!));
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
const runs = parts.flat();
const passed = runs.flatMap(({ results }) => results).filter(({ error }) => error === undefined);
if (values.json) {
  const counts = { passed: passed.length, failed: failed.length };
  await Deno.writeTextFile(values.json, JSON.stringify({ ...counts, runs }));
}
for (const part of parts) if (part.length > 0) print(`\n${table(part)}`);
for (const failure of failed) print(`FAILED ${failure}`);
print(`${passed.length} passed, ${failed.length} failed`);
if (failed.length > 0) Deno.exitCode = 1;

/** What must be on the machine. A developer's may lack it; the checks of the project must have it. */
async function prepare(): Promise<[Venv, Certificates] | undefined> {
  try {
    return [await openVenv(), await makeCertificates(folder)];
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    const what = `the tests against software of others: ${error.message}`;
    if (Deno.env.has("CI")) failed.push(`could not run ${what}`);
    else print(`SKIPPED ${what}`);
    return undefined;
  }
}

/** Everything; the two SDKs last. What a case tells must be the same on all hosts of a part. */
async function runParts(venv: Venv, certificates: Certificates): Promise<HostRun[][]> {
  const choice = { wanted, partial: chosen.length > 0, filter, print };
  const through = await runThrough(venv, certificates, folder, choice);
  const gateways = await runGateways(choice);
  return [...through, gateways, wanted(PYTHON) ? await runPython(venv, certificates, filter) : []];
}

/** The table of the two SDKs is that of a run of all scenarios, in which nothing failed. */
async function checkTable(runs: readonly HostRun[]): Promise<string[]> {
  if (runs.length === 0 || filter !== "" || failures(runs).length > 0) return [];
  const found = await page(runs[0]!.results);
  if (values.md) await Deno.writeTextFile(values.md, found);
  const problem = await outdated(found);
  return problem === undefined ? [] : [problem];
}
