// Runs the SDK's checks through each gRPC-Web server, and writes a row for each.
//
//   deno task test:gateways [--only NAME]... [--md FILE]
//
// It installs the servers into `.cache`: those of Go and Python, and with --all those of Java and Rust, which take
// minutes to build.

import { parseArgs } from "node:util";
import { run } from "../hosts/tools.ts";
import { ENVOY, type Gateway, GO_GATEWAYS, PYTHON_GATEWAYS } from "./gateways.ts";
import { checks } from "./checks.ts";
import { type GatewayRun, runGateway } from "./run_gateway.ts";
import { page } from "./table.ts";

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

const gateways: Gateway[] = [ENVOY, ...GO_GATEWAYS, ...PYTHON_GATEWAYS];
if (values.all) {
  gateways.push(...await (await import("./java.ts")).java());
  gateways.push(...await (await import("./rust.ts")).rust());
}
const runs: GatewayRun[] = [];
for (const gateway of gateways) {
  if (values.only.length > 0 && !values.only.some((name) => gateway.name.includes(name))) continue;
  const gatewayRun = await runGateway(gateway);
  runs.push(gatewayRun);
  print(
    `${gateway.name} ${gateway.version}: ${
      checks.length - gatewayRun.failures.length
    } of ${checks.length} ${JSON.stringify(gatewayRun.facts)}`,
  );
  for (const [check, why] of gatewayRun.failures) print(`  ${check}: ${why}`);
}
const text = page(runs);
if (values.md) {
  await Deno.writeTextFile(values.md, text);
  await run([Deno.execPath(), "fmt", "--quiet", values.md]);
}
const broken = runs.filter(({ failures }) => failures.length > checks.length / 2);
print(`${runs.length - broken.length} passed, ${broken.length} failed`);
if (broken.length > 0) Deno.exitCode = 1;
