// The tests of the nine promises once more, with the client of `@tsetsen/sdk/lean`.

import { mode } from "../support/rig.ts";

/** What is not run again, by the beginning of its name, and why. */
const NOT_HERE: Readonly<Record<string, string>> = {
  "differences tells": "tests the table",
};

mode.speak = "lean";
const register = Deno.test;
const skipped = new Set<string>();
const api = Deno as { test: unknown };
api.test = (name: string, fn: () => Promise<void>) => {
  const beginning = Object.keys(NOT_HERE).find((beginning) => name.startsWith(beginning));
  if (beginning === undefined) register(`${name}, with the lean client`, fn);
  else skipped.add(beginning);
};
for await (const { name } of Deno.readDir(new URL("../promises/", import.meta.url))) {
  if (name.endsWith("_test.ts")) await import(`../promises/${name}`);
}
api.test = register;

Deno.test("Every test of the promises that is not run with the lean client still exists", () => {
  const gone = Object.keys(NOT_HERE).filter((beginning) => !skipped.has(beginning));
  if (gone.length > 0) throw new Error(`no test begins with ${gone.join(", ")}`);
});
