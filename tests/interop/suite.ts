// The SDK against software that others wrote, as one list of cases for every host: by Web APIs and the SDK's public entry.

import type { Case } from "../hosts/context.ts";
import { ends } from "./cases/ends.ts";
import { errors } from "./cases/errors.ts";
import { methods } from "./cases/methods.ts";
import { money } from "./cases/money.ts";
import { streams } from "./cases/streams.ts";
import type { Context } from "./context.ts";

/** All of it. The groups are the rows of the table, in this order. */
export const suite: readonly Case<Context>[] = [
  ...methods,
  ...streams,
  ...ends,
  ...errors,
  ...money,
];
