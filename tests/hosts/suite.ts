// The behaviour of the SDK as one list of cases, for every host: by Web APIs and the SDK's public entry only.

import { audio } from "./cases/audio.ts";
import { faults } from "./cases/faults.ts";
import { methods } from "./cases/methods.ts";
import { money } from "./cases/money.ts";
import { native } from "./cases/native.ts";
import { requests } from "./cases/requests.ts";
import { retries } from "./cases/retries.ts";
import { streaming } from "./cases/streaming.ts";
import { time } from "./cases/time.ts";
import { watching } from "./cases/watching.ts";
import type { Case, Context } from "./context.ts";
import { type Result, runAll, runOne } from "./runner.ts";

/** All of it. The groups are the rows of the table, in this order. */
export const suite: readonly Case[] = [
  ...methods,
  ...watching,
  ...streaming,
  ...audio,
  ...time,
  ...requests,
  ...retries,
  ...money,
  ...faults,
  ...native,
];

/** Runs the case at `index`. */
export function runCase(index: number, context: Context): Promise<Result> {
  return runOne(suite[index]!, context);
}

/** Runs the cases whose names contain `filter`, one after the other: each has the host to itself. */
export function runSuite(context: Context, filter = ""): Promise<Result[]> {
  const native = context.transport !== undefined;
  const cases = suite.filter(({ webOnly }) => webOnly === undefined || !native);
  return runAll(cases, context, filter);
}
