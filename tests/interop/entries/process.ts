// Deno, Bun and Node: the suite in a process of its own. Prints the results as JSON.

import { runAll } from "../../hosts/runner.ts";
import { suite } from "../suite.ts";

const { process } = globalThis as unknown as {
  process: { argv: string[]; stdout: { write(text: string): void } };
};
const [, , context = "", filter] = process.argv;
process.stdout.write(JSON.stringify(await runAll(suite, JSON.parse(context), filter)));
