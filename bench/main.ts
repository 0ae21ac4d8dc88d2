/**
 * Measures the client against its peers. See README.md.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { buildAll } from "./bundles.ts";
import { FULL, QUICK } from "./counts.ts";
import { type Measured, passes, type Report, type RuntimeReport } from "./figures.ts";
import { toMarkdown } from "./markdown.ts";
import type { Bench } from "./measurements/bench.ts";
import { cold } from "./measurements/cold.ts";
import { commands } from "./measurements/commands.ts";
import { narration } from "./measurements/narration.ts";
import { size } from "./measurements/size.ts";
import { stream } from "./measurements/stream.ts";
import { unary } from "./measurements/unary.ts";
import { waits } from "./measurements/waits.ts";
import { findRuntimes, startServer } from "./processes.ts";

/** The measurements on each runtime, by the name that `--only` takes. */
const MEASUREMENTS = { unary, stream, waits, cold, narration, commands };

const NOTHING: Measured = { tables: [], figures: [] };

const { values: options } = parseArgs({
  args: Deno.args,
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", default: [...Object.keys(MEASUREMENTS), "size"].join() },
    runtime: { type: "string", default: "deno,bun,node" },
    json: { type: "string" },
    md: { type: "string" },
  },
});
const only = options.only.split(",");
const counts = options.quick ? QUICK : FULL;

const folder = await Deno.makeTempDir();
let report: Report;
try {
  report = await measureAll();
} finally {
  await Deno.remove(folder, { recursive: true });
}
const markdown = toMarkdown(report);
console.log(markdown);
if (options.md !== undefined) await Deno.writeTextFile(options.md, markdown);
if (options.json !== undefined) {
  await Deno.writeTextFile(options.json, JSON.stringify(report, undefined, 2) + "\n");
}
// With the counts of a smoke test a bound says nothing; that something broke does.
const broken = report.runtimes.some(({ errors }) => errors.length > 0);
const figures = [...report.general.figures, ...report.runtimes.flatMap(({ figures }) => figures)];
if (broken || !options.quick && !figures.every(passes)) Deno.exitCode = 1;

async function measureAll(): Promise<Report> {
  const bundles = await buildAll(folder);
  const runtimes = await findRuntimes();
  // Node's is the fastest `node:http` of the three, and the one least like a client that is measured next to it.
  const host = runtimes.findLast(({ version }) => version !== undefined)!;
  await using server = await startServer(host, bundles.programs.server);
  const wanted = runtimes.filter(({ name }) =>
    options.runtime.split(",").includes(name.toLowerCase())
  );
  const reports: RuntimeReport[] = [];
  const parts = { server, host, folder, bundles, counts };
  for (const runtime of wanted) reports.push(await measure({ runtime, ...parts }));
  return {
    quick: options.quick,
    date: new Date().toISOString().slice(0, 10),
    machine: `${navigator.hardwareConcurrency} cores, ${
      Math.round(Deno.systemMemoryInfo().total / 2 ** 30)
    } GiB`,
    server: `node:http on ${host.name} ${host.version}`,
    runtimes: reports,
    general: only.includes("size") ? await size(folder) : NOTHING,
  };
}

async function measure(bench: Bench): Promise<RuntimeReport> {
  const { name, version } = bench.runtime;
  const report: RuntimeReport = { runtime: name, version, tables: [], figures: [], errors: [] };
  if (version === undefined) return report;
  for (const [what, measurement] of Object.entries(MEASUREMENTS)) {
    if (!only.includes(what)) continue;
    console.error(`${name}: ${what} …`);
    try {
      const { figures, tables } = await measurement(bench);
      report.figures.push(...figures);
      report.tables.push(...tables);
    } catch (error) {
      report.errors.push(`${what}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return report;
}
