// One suite, every runtime: installs what is missing, builds the package, runs the suite in each host and compares.
//
//   deno run -A tests/hosts/run.ts [--md FILE] [--host NAME]... [--filter TEXT] [--json FILE]

import { parseArgs } from "node:util";
import { checkCapabilities } from "./capabilities.ts";
import { startControl } from "./control.ts";
import { type Host, hosts } from "./hosts.ts";
import { checkPackage } from "./package.ts";
import { installPackage } from "./pack.ts";
import { failures, type HostRun, table } from "./report.ts";
import { installTools, run } from "./tools.ts";

/** Hosts at once. The suite checks times, so they must not fight for the machine. */
const AT_ONCE = 2;

const HEAD = `# Behaviour by runtime

One suite on every runtime, against the emulator over sockets; class, code and message of every error are compared between
them. Written by \`deno task test:hosts --md docs/runtimes.md\`. "gRPC" is the transport of \`@tsetsen/sdk/grpc\`, "lean" the client of
\`@tsetsen/sdk/lean\`; an empty cell
is a fault that only gRPC-Web has.

`;

const NOTE = `
Chromium's cell for money is over HTTP/2, which every https endpoint should speak: over HTTP/1.1 browsers of the Chromium family
send a POST again by themselves when a kept connection is lost, and nothing in a page can prevent it. Firefox does so, too, and more:
see [browsers](guides/browsers.md#requests-that-browsers-repeat).
`;

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
const installed = await installTools().then(() => true, (error) => {
  print(`could not install the runtimes: ${error instanceof Error ? error.message : error}`);
  return false;
});
const sdk = await installPackage();
const control = startControl();
const runs: HostRun[] = [];
let problems: string[];
try {
  const wanted = hosts.filter(({ name }) => values.host.length === 0 || values.host.includes(name));
  const queue = [...wanted];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let host = queue.shift(); host !== undefined; host = queue.shift()) {
      runs.push(await runHost(host));
    }
  }));
  runs.sort((a, b) => order(a) - order(b));
  // Without its tools a developer's machine cannot check the package; the checks of the project must.
  const check = values.filter === "" && (installed || Deno.env.has("CI"));
  problems = check
    ? [...await checkPackage(sdk), ...await checkCapabilities({ control, sdk })]
    : [];
} finally {
  await control[Symbol.asyncDispose]();
  await sdk[Symbol.asyncDispose]();
  await (await import("esbuild")).stop();
}

if (values.json) await Deno.writeTextFile(values.json, JSON.stringify(runs));
const markdown = HEAD + table(runs) + NOTE;
print(`\n${markdown}`);
if (values.md) {
  await Deno.writeTextFile(values.md, markdown);
  await run([Deno.execPath(), "fmt", "-q", values.md]);
}
const failed = [...problems, ...failures(runs)];
for (const failure of failed) print(`FAILED ${failure}`);
const passed = runs.flatMap(({ results }) => results).filter(({ error }) => error === undefined);
print(`${passed.length} passed, ${failed.length} failed`);
if (failed.length > 0) Deno.exitCode = 1;

async function runHost(host: Host): Promise<HostRun> {
  const { name } = host;
  const start = performance.now();
  try {
    const results = await host.run({ control, sdk, filter: values.filter });
    print(
      `${name}: ${results.length} cases in ${Math.round((performance.now() - start) / 1000)} s`,
    );
    return { name, results };
  } catch (error) {
    const problem = `could not run: ${error instanceof Error ? error.message : error}`;
    print(`${name}: ${problem}`);
    return { name, results: [], problem, missing: error instanceof Deno.errors.NotFound };
  }
}

function order({ name }: HostRun): number {
  return hosts.findIndex((host) => host.name === name);
}
