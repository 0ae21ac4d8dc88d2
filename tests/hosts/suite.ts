// The behaviour of the SDK as one list of cases, for every host: by Web APIs and the SDK's public entry only.

import { faults } from "./cases/faults.ts";
import { methods } from "./cases/methods.ts";
import { money } from "./cases/money.ts";
import { requests } from "./cases/requests.ts";
import { retries } from "./cases/retries.ts";
import { streaming } from "./cases/streaming.ts";
import { time } from "./cases/time.ts";
import { watching } from "./cases/watching.ts";
import type { Case, Context } from "./context.ts";

/** All of it. The groups are the rows of the table, in this order. */
export const suite: readonly Case[] = [
  ...methods,
  ...watching,
  ...streaming,
  ...time,
  ...requests,
  ...retries,
  ...money,
  ...faults,
];

/** What came of a case. */
export interface Result {
  readonly group: string;
  readonly name: string;
  readonly ms: number;
  readonly error?: string;
  /** What the case answered: the same on all hosts. */
  readonly facts?: unknown;
}

/** Runs one case. A case that hangs fails, too. */
export async function runCase(index: number, context: Context): Promise<Result> {
  const { group, name, run } = suite[index]!;
  const start = performance.now();
  let end: Record<string, unknown>;
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const limit = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error("hangs: not done within 20 s")), 20_000);
    });
    const facts = await Promise.race([run(context), limit]);
    // Only the ports differ from run to run, and the protocol's name.
    const text = JSON.stringify(facts ?? null)
      .replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:PORT").replaceAll("gRPC-Web", "gRPC");
    end = { facts: JSON.parse(text) };
  } catch (error) {
    end = { error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  } finally {
    clearTimeout(timer);
  }
  return { group, name, ms: Math.round(performance.now() - start), ...end };
}

/** Runs the cases whose names contain `filter`, one after the other: each has the host to itself. */
export async function runSuite(context: Context, filter = ""): Promise<Result[]> {
  const results: Result[] = [];
  for (const [index, { name, webOnly }] of suite.entries()) {
    if (webOnly !== undefined && context.transport !== undefined) continue;
    if (name.includes(filter)) results.push(await runCase(index, context));
  }
  return results;
}
