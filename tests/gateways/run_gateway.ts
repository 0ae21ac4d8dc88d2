// The checks of one gateway.

import type { ClientClass, Facts } from "./check.ts";
import { checks } from "./checks.ts";
import type { Gateway } from "./gateways.ts";

/** What a gateway's checks gave. */
export interface GatewayRun {
  readonly gateway: Gateway;
  readonly facts: Facts;
  readonly failures: readonly (readonly [check: string, why: string])[];
}

/** Starts a gateway, and runs all checks. */
export async function runGateway(
  gateway: Gateway,
  Client?: ClientClass,
): Promise<GatewayRun> {
  const facts: Facts = {};
  const failures: [string, string][] = [];
  await using running = await gateway.start();
  const { url, told } = running;
  const subject = { url, told, Client };
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
