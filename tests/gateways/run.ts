// Runs the SDK's checks through each gRPC-Web server, and writes a row for each.
//
//   deno task test:gateways [--only NAME]... [--md FILE]
//
// It installs the servers into `.cache`: those of Go and Python, and with --all those of Java and Rust, which take
// minutes to build.

import { parseArgs } from "node:util";
import type { Facts } from "./check.ts";
import { checks } from "./checks.ts";
import { type Gateway, goAndPython } from "./gateways.ts";
import { page } from "./table.ts";

/** What a gateway's checks gave. */
export interface GatewayRun {
  readonly gateway: Gateway;
  readonly facts: Facts;
  readonly failures: readonly (readonly [check: string, why: string])[];
}

const { values } = parseArgs({
  args: Deno.args,
  options: {
    md: { type: "string" },
    all: { type: "boolean", default: false },
    only: { type: "string", multiple: true, default: [] },
  },
});
const print = (line: string) => void Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
Deno.env.delete("TSETSEN_API_KEY");
Deno.env.delete("TSETSEN_API_ENDPOINT");

const gateways = await goAndPython();
if (values.all) {
  gateways.push(...await (await import("./java.ts")).java());
  gateways.push(...await (await import("./rust.ts")).rust());
}
const runs: GatewayRun[] = [];
for (const gateway of gateways) {
  if (values.only.length > 0 && !values.only.some((name) => gateway.name.includes(name))) continue;
  const run = await runGateway(gateway);
  runs.push(run);
  print(
    `${gateway.name} ${gateway.version}: ${
      checks.length - run.failures.length
    } of ${checks.length} ${JSON.stringify(run.facts)}`,
  );
  for (const [check, why] of run.failures) print(`  ${check}: ${why}`);
}
const text = page(runs);
if (values.md) await Deno.writeTextFile(values.md, text);
const broken = runs.filter(({ failures }) => failures.length > checks.length / 2);
print(`${runs.length - broken.length} passed, ${broken.length} failed`);
if (broken.length > 0) Deno.exitCode = 1;

async function runGateway(gateway: Gateway): Promise<GatewayRun> {
  const facts: Facts = {};
  const failures: [string, string][] = [];
  await using subject = await gateway.start();
  for (const { name, run } of checks) {
    try {
      await run(subject, facts);
    } catch (error) {
      failures.push([
        name,
        `${error instanceof Error ? error.message : error}`.replaceAll(
          /127\.0\.0\.1:\d+/g,
          "127.0.0.1",
        ).slice(0, 200),
      ]);
    }
  }
  return { gateway, facts, failures };
}
