// The SDK through gateways to the grpcio server: one suite, on every host, through each of them.

import { startControl } from "../hosts/control.ts";
import { bundle, installPackage } from "../hosts/pack.ts";
import type { HostRun } from "../hosts/report.ts";
import { runAll } from "../hosts/runner.ts";
import { startDenoGateway } from "../support/deno_gateway.ts";
import type { Certificates } from "./certificates.ts";
import type { Context } from "./context.ts";
import { startGateway, validateRecipe } from "./gateway.ts";
import { ENTRIES, type Host, hosts, type Setting } from "./hosts.ts";
import { recipe } from "./recipe.ts";
import { startService } from "./service.ts";
import type { Venv } from "./venv.ts";

/** What is run. */
export interface Choice {
  /** Whether a host is wanted. */
  readonly wanted: (name: string) => boolean;
  /** Whether that is not all of them. */
  readonly partial: boolean;
  /** A part of the names of the cases. */
  readonly filter: string;
  /** Is told of each host that is done. */
  readonly print: (line: string) => void;
}

/** The schemes, each in a lane of its own: they run beside each other. */
const LANES = ["https", "http"] as const;

/** Who goes through the Deno recipe, in each lane: all who may have no HTTP/2 client of their own, and one who has. */
const BEHIND_DENO: Readonly<Record<typeof LANES[number], readonly string[]>> = {
  https: ["Deno", "Chromium"],
  http: ["Node", "workerd"],
};

/** Runs all of it: the hosts behind Envoy, and those behind the Deno recipe. What hosts tell is the same in each. */
export async function runThrough(
  venv: Venv,
  certificates: Certificates,
  folder: string,
  choice: Choice,
): Promise<HostRun[][]> {
  const { wanted, partial, filter } = choice;
  const chosen = hosts.filter(({ name }) => wanted(name));
  if (chosen.length === 0) return [];
  await using stack = new AsyncDisposableStack();
  await validateRecipe(venv, certificates, folder);
  const sdk = stack.use(await installPackage());
  const control = stack.use(startControl());
  const service = stack.use(await startService(venv, certificates, folder));
  stack.defer(async () => await (await import("esbuild")).stop());
  const scripts = {
    page: await bundle(sdk, "page", ENTRIES),
    process: await bundle(sdk, "process", ENTRIES),
    worker: await bundle(sdk, "worker", ENTRIES),
  };
  const shared = { certificates, control, scripts, filter };
  const origin = control.url;

  const start = async (upstream: number) =>
    stack.use(await startGateway(venv, certificates, folder, { upstream, origin }));
  const envoy = await start(service.tls);
  const frail = [await start(service.frail[0]!), await start(service.frail[1]!)];
  const [behindEnvoy, itself] = await Promise.all([
    runLanes(choice, "", (lane) => {
      const scheme = LANES[lane]!;
      const gateway = { gateway: envoy[scheme], frail: frail[lane]![scheme] };
      const context = { control: service.control, lane, ...gateway };
      return [chosen, { ...shared, context }];
    }),
    runAll(partial ? [] : recipe, {
      control: service.control,
      gateway: envoy.http,
      https: envoy.https,
      origin,
      ca: await Deno.readTextFile(certificates.ca),
    }, filter),
  ]);

  const startDeno = async (scheme: typeof LANES[number], upstream: number) => {
    const gateway = await startDenoGateway(recipeEnv(scheme, upstream, origin, certificates));
    return stack.use(gateway).url;
  };
  const contexts = await Promise.all(LANES.map(async (scheme, lane): Promise<Context> => ({
    control: service.control,
    lane,
    gateway: await startDeno(scheme, service.tls),
    frail: await startDeno(scheme, service.frail[lane]!),
    ownHeaders: true,
  })));
  const behindDeno = await runLanes(choice, " behind Deno", (lane) => {
    const members = BEHIND_DENO[LANES[lane]!];
    const some = chosen.filter(({ name }) => members.includes(name));
    return [some, { ...shared, context: contexts[lane]! }];
  });
  return [[...behindEnvoy, { name: "Envoy itself", results: itself }], behindDeno];
}

function recipeEnv(
  scheme: typeof LANES[number],
  upstream: number,
  origin: string,
  { ca, cert, key }: Certificates,
): Record<string, string> {
  return {
    TSETSEN_API_ENDPOINT: `localhost:${upstream}`,
    TSETSEN_API_CA: ca,
    GATEWAY_ORIGINS: origin,
    // The suite asks more than people do.
    GATEWAY_CALLS_PER_MINUTE: "1000000",
    GATEWAY_MAX_CHARACTERS: "1000000",
    ...(scheme === "https" && { GATEWAY_CERT: cert, GATEWAY_CERT_KEY: key }),
  };
}

/** The lanes run beside each other, the hosts of a lane one after the other: the suite checks times. */
async function runLanes(
  { print }: Choice,
  where: string,
  lane: (index: number) => readonly [readonly Host[], Setting],
): Promise<HostRun[]> {
  const runs: HostRun[] = [];
  await Promise.all(LANES.map(async (scheme, index) => {
    const [members, setting] = lane(index);
    for (const host of members) {
      runs.push(await runHost(host, setting, `${host.name}${where}, ${scheme}`, print));
    }
  }));
  const order = ({ name }: HostRun) => hosts.findIndex((host) => name.startsWith(host.name));
  return runs.sort((a, b) => order(a) - order(b) || b.name.localeCompare(a.name));
}

async function runHost(
  host: Host,
  setting: Setting,
  name: string,
  print: Choice["print"],
): Promise<HostRun> {
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
