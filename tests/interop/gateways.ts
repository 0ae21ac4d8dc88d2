// The checks of tests/gateways through the gRPC-Web servers of Python and Go, with the default client and the lean one. Each must come out as docs/gateways.md says.

import { Client as LeanClient } from "../../src/lean/mod.ts";
import type { ClientClass } from "../gateways/check.ts";
import { type Gateway, GO_GATEWAYS, PYTHON_GATEWAYS } from "../gateways/gateways.ts";
import { goServers } from "../gateways/go.ts";
import { checks } from "../gateways/checks.ts";
import { runGateway } from "../gateways/run_gateway.ts";
import { isKnown } from "../gateways/table.ts";
import type { HostRun } from "../hosts/report.ts";
import type { Result } from "../hosts/runner.ts";
import { ROOT } from "../hosts/tools.ts";
import type { Choice } from "./through.ts";

const DOCS = "docs/gateways.md";

/** Runs those of Python, and those of Go where Go can be had. */
export async function runGateways({ wanted, filter, print }: Choice): Promise<HostRun[]> {
  if (filter !== "") return [];
  const chosen = (gateways: readonly Gateway[]) => gateways.filter(({ name }) => wanted(name));
  const page = await Deno.readTextFile(ROOT + DOCS);
  const runs = (gateway: Gateway) =>
    Promise.all([
      runChecks(gateway, gateway.name, undefined, page, print),
      runChecks(gateway, `${gateway.name}, lean`, LeanClient, page, print),
    ]);
  // Those of Python wait most of the time: for what never comes.
  const python = await Promise.all(chosen(PYTHON_GATEWAYS).map(runs));
  const go: HostRun[] = [];
  for (const gateway of await withGo(chosen(GO_GATEWAYS), print)) go.push(...await runs(gateway));
  return [...python.flat(), ...go];
}

async function runChecks(
  gateway: Gateway,
  name: string,
  Client: ClientClass | undefined,
  page: string,
  print: Choice["print"],
): Promise<HostRun> {
  const start = performance.now();
  const why = new Map((await runGateway(gateway, Client)).failures);
  const results = checks.map(({ name }): Result => ({
    group: "gRPC-Web servers",
    name,
    ms: 0,
    ...difference(why.get(name), isKnown(page, gateway.name, name)),
  }));
  const seconds = Math.round((performance.now() - start) / 1000);
  print(`${name}: ${checks.length} checks in ${seconds} s`);
  return { name, results };
}

/** The gateways, or none where there is no Go. */
async function withGo(
  gateways: readonly Gateway[],
  print: Choice["print"],
): Promise<readonly Gateway[]> {
  if (gateways.length === 0) return [];
  try {
    await goServers();
    return gateways;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    print(`LEFT OUT ${gateways.map(({ name }) => name).join(", ")}: ${error.message}`);
    return [];
  }
}

function difference(why: string | undefined, known: boolean): { error?: string } {
  if (why !== undefined && !known) return { error: why };
  if (why === undefined && known) {
    return { error: `is right, and ${DOCS} says that it is not: run test:gateways again` };
  }
  return {};
}
