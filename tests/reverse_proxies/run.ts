// Runs the SDK through each reverse proxy with its recipe: the checks of the gateways, the time to the first sample, a paid call and a
// stream whose connection breaks, and the lines that charge twice.
//
//   deno task test:reverse-proxies [--only NAME]... [--md FILE]
//
// Proxies of Debian are used where they are on the machine; Envoy and those of Node are installed into `.cache`.

import { parseArgs } from "node:util";
import { Client, TsetsenError } from "../../mod.ts";
import type { Facts } from "../gateways/check.ts";
import { checks } from "../gateways/checks.ts";
import { goServers } from "../gateways/go.ts";
import { type RunningGateway, startServer } from "../gateways/server.ts";
import { run } from "../hosts/tools.ts";
import { proxies, type Proxy, type RunningProxy, startProxy } from "./proxies.ts";
import { page } from "./table.ts";
import { startHttp2Upstream } from "./http2_upstream.ts";
import { startUpstream } from "./upstream.ts";

/** What was seen of a proxy. */
export interface ProxyRun {
  readonly name: string;
  readonly version: string;
  readonly recipe: string;
  readonly facts: Facts;
  readonly failures: readonly (readonly [check: string, why: string])[];
  readonly limit: string | undefined;
  /** How much later the first sample came than without the proxy, in milliseconds: the median. */
  readonly behind: number;
  /** The longest wait but one between two pieces that the service makes every 100 ms: a busy machine may make one itself. */
  readonly gap: number;
  readonly broken: string;
  readonly paid: string;
  readonly pastes: readonly (readonly [line: string, seen: string])[];
}

const { values } = parseArgs({
  args: Deno.args,
  options: { md: { type: "string" }, only: { type: "string", multiple: true, default: [] } },
});
const print = (line: string) => void Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
Deno.env.delete("TSETSEN_API_KEY");
Deno.env.delete("TSETSEN_API_ENDPOINT");

const REQUEST = { text: "Сайн байна уу?", voiceId: "bold", version: "beta-v0.2" } as const;
const KEY = "tsetsen-development-proxies";
/** How much later a first sample may come with a proxy. */
const BEHIND_MS = 50;

await using service = await startServer(await goServers(), ["connect-go"]);
// The first measurement warms this process up.
await firstSample(service);
const runs: ProxyRun[] = [];
for (const proxy of proxies) {
  if (values.only.length > 0 && !values.only.includes(proxy.name)) continue;
  const version = await proxy.version();
  if (version === undefined) {
    print(`${proxy.name}: not on this machine`);
    continue;
  }
  const proxyRun = await runProxy(proxy, version, service);
  runs.push(proxyRun);
  const { behind, gap, broken, paid, pastes, facts, failures } = proxyRun;
  print(
    `${proxy.name} ${version}: ${checks.length - failures.length} of ${checks.length}, ${
      JSON.stringify({ behind, gap, broken, paid, pastes, ...facts })
    }`,
  );
  for (const [check, why] of failures) print(`  ${check}: ${why}`);
}
if (values.md) {
  await Deno.writeTextFile(values.md, await page(runs));
  await run([Deno.execPath(), "fmt", "--quiet", values.md]);
}
const bad = runs.flatMap(({ name, paid, broken, behind, failures, limit }) => {
  const found = [
    ...paid.startsWith("once") ? [] : [`a paid call ${paid}`],
    ...broken.startsWith("**") ? [`a broken stream ${broken}`] : [],
    ...behind <= BEHIND_MS ? [] : [`the first sample comes ${Math.round(behind)} ms later`],
    ...limit === undefined ? failures.map(([check, why]) => `${check}: ${why}`) : [],
  ];
  return found.length === 0 ? [] : [`${name}: ${found.join("; ")}`];
});
for (const line of bad) print(`FAILED ${line}`);
print(`${runs.length - bad.length} passed, ${bad.length} failed`);
if (bad.length > 0) Deno.exitCode = 1;

async function runProxy(proxy: Proxy, version: string, service: RunningGateway): Promise<ProxyRun> {
  const facts: Facts = {};
  const failures: [string, string][] = [];
  let behind: number;
  let gap: number;
  {
    await using running = await startProxy(proxy, Number(new URL(service.url).port));
    const subject = { url: running.url, told: service.told, fetch: running.fetch };
    for (const { name, run } of checks) {
      try {
        await run(subject, facts);
      } catch (error) {
        failures.push([name, `${error instanceof Error ? error.message : error}`.slice(0, 200)]);
      }
    }
    behind = await firstSample(running) - await firstSample(service);
    gap = await longestGap(running);
  }
  const { broken, paid } = await breaking(proxy, []);
  const pastes: [string, string][] = [];
  for (const { line, replace } of proxy.pastes ?? []) {
    pastes.push([line, (await breaking(proxy, replace)).paid]);
  }
  return {
    name: proxy.name,
    version,
    recipe: proxy.recipe,
    facts,
    failures,
    limit: proxy.limit,
    behind,
    gap,
    broken,
    paid,
    pastes,
  };
}

function clientOf({ url, fetch }: Pick<RunningProxy, "url" | "fetch">, script = ""): Client {
  return new Client({
    endpoint: url,
    apiKey: KEY,
    secure: url.startsWith("https:"),
    fetch,
    maxRetries: 0,
    timeout: 8_000,
    headers: { "x-script": script },
  });
}

/** The median of the times to a first sample, in milliseconds, after a first call. */
async function firstSample(place: Pick<RunningProxy, "url" | "fetch">): Promise<number> {
  using client = clientOf(place, "id=first");
  await client.getUserBalance();
  const times: number[] = [];
  for (let i = 0; i < 9; i++) {
    const start = performance.now();
    const stream = client.streamSpeech(REQUEST);
    await stream.next();
    times.push(performance.now() - start);
    for await (const _ of stream);
  }
  return times.toSorted((a, b) => a - b)[4]!;
}

async function longestGap(place: Pick<RunningProxy, "url" | "fetch">): Promise<number> {
  using client = clientOf(place, "id=gap;interval=100;chunks=20;bytes=480");
  const gaps: number[] = [];
  let last: number | undefined;
  for await (const _ of client.streamSpeech(REQUEST)) {
    const now = performance.now();
    if (last !== undefined) gaps.push(now - last);
    last = now;
  }
  return gaps.toSorted((a, b) => b - a)[1]!;
}

/** What comes of a stream that breaks off, and of a paid call whose connection is closed without an answer. */
async function breaking(
  proxy: Proxy,
  replace: readonly (readonly [string, string])[],
): Promise<{ broken: string; paid: string }> {
  await using upstream = proxy.http2 ? await startHttp2Upstream() : startUpstream();
  await using running = await startProxy(proxy, upstream.port, replace);
  using client = clientOf(running);
  const told = async (work: Promise<unknown>, whole: string): Promise<string> => {
    const error = await work.then(() => undefined, (error) => error);
    if (error === undefined) return whole;
    return error instanceof TsetsenError ? `${error.name}, charged ${error.charged}` : `${error}`;
  };
  // Some connections are there, and kept, when it matters.
  for (let i = 0; i < 3; i++) await client.getUserBalance().catch(() => {});
  const paid: string[] = [];
  for (let i = 0; i < 2; i++) {
    const before = upstream.posts.length;
    const outcome = await told(client.generateSpeech(REQUEST), "OK");
    const count = upstream.posts.slice(before).filter(({ method }) =>
      method === "GenerateSpeech"
    ).length;
    paid.push(
      `${count === 1 ? "once" : count === 0 ? "not at all" : `**${count} times**`}: ${outcome}`,
    );
  }
  const broken = await told(client.streamSpeech(REQUEST).bytes(), "**taken for whole**");
  return {
    broken,
    paid: paid.toSorted().reverse()[0] === paid[0] && paid[0] === paid[1]
      ? paid[0]!
      : paid.join("; "),
  };
}
