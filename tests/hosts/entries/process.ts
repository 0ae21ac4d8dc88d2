// Deno, Bun and Node: the suite in a process of its own. Prints the results as JSON.

import { runSuite } from "../suite.ts";

const { process, gc, Bun } = globalThis as unknown as {
  process: { argv: string[]; stdout: { write(text: string): void } };
  gc?: () => void;
  Bun?: { gc(force: boolean): void };
};
const [, , control = "", filter = ""] = process.argv;
const collect = Bun === undefined ? gc : () => Bun.gc(true);
const results = await runSuite({ control, ...(collect && { gc: collect }) }, filter);
process.stdout.write(JSON.stringify(results));
