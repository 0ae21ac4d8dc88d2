// docs/reliability.md names the tests that hold each promise: they exist.

import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../../", import.meta.url);

Deno.test("docs/reliability.md names files that exist, and a test for each promise", async () => {
  const text = await Deno.readTextFile(new URL("docs/reliability.md", ROOT));
  const named = [...new Set(text.match(/\b(tests|src|examples)\/[\w./-]*\w/g))];
  assert(named.length > 30, `${named.length} names`);
  const missing: string[] = [];
  for (const path of named) {
    await Deno.stat(new URL(path, ROOT)).catch(() => missing.push(path));
  }
  assertEquals(missing, []);
  const rows = text.split("\n").filter((line) => /^\| [^-]/.test(line));
  const bare = rows.filter((row) =>
    !/^\| (promise|program|[\d,]+ )/.test(row) && !row.includes("tests/")
  );
  assertEquals(bare, []);
});
