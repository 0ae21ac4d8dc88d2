/**
 * All checks and all tests, one after the other; a failure does not hide those that follow. The last line counts: each
 * check is one, each test is one.
 *
 * @module
 */

import { buf, deno, showDeno } from "./command.ts";
import { countTests } from "./junit.ts";

const LIBRARY = ["mod.ts", "src", "--ignore=src/emulator/cli.ts,src/cli"];

const CHECKS: readonly (readonly [name: string, args: readonly string[], tool?: typeof deno])[] = [
  ["format", ["fmt", "--check"]],
  ["lint", ["lint"]],
  ["lint: the library prints nothing", ["lint", "--rules-include=no-console", ...LIBRARY]],
  ["types", ["check", "."]],
  ["types: written out in the library", ["run", "-A", ".ci/isolated_types.ts"]],
  ["types: the core in a browser", ["run", "-A", ".ci/browser_types.ts"]],
  ["docs of every export", ["run", "-A", ".ci/doc_lint.ts"]],
  ["docs/reference is what the source says", ["run", "-A", ".ci/reference.ts", "--check"]],
  ["gen/ is what proto/ generates", ["run", "-A", ".ci/generate.ts", "--check"]],
  ["lint of proto/", ["lint"], buf],
  // Also refuses "slow types": the public API must be typed without inference, as isolatedDeclarations asks.
  ["publish, as a dry run", ["publish", "--dry-run", "--allow-dirty"]],
];

let passed = 0;
let failed = 0;

for (const [name, args, tool = deno] of CHECKS) {
  const start = performance.now();
  const { ok, output } = await tool(args);
  report(name, start, ok, output);
  if (ok) passed++;
  else failed++;
}

if (!Deno.args.includes("--no-tests")) {
  const start = performance.now();
  const folder = await Deno.makeTempDir();
  const junit = `${folder}/junit.xml`;
  // The README's own command, shown as it runs.
  const ok = await showDeno(["task", "test", `--junit-path=${junit}`]);
  const tests = countTests(ok, await Deno.readTextFile(junit).catch(() => ""));
  await Deno.remove(folder, { recursive: true });
  passed += tests.passed;
  failed += tests.failed;
  report("tests", start, tests.failed === 0, "");
  await interop();
}

console.log(`${passed} passed, ${failed} failed`);
Deno.exit(failed === 0 ? 0 : 1);

/** The tier against software that others wrote. Without Python it says so and counts nothing, but not where `CI` is set. */
async function interop(): Promise<void> {
  const start = performance.now();
  const counts = await Deno.makeTempFile();
  const ok = await showDeno(["task", "test:interop", "--json", counts]);
  const text = await Deno.readTextFile(counts);
  await Deno.remove(counts);
  const tests = text === "" ? { passed: 0, failed: 0 } : JSON.parse(text);
  if (!ok && tests.failed === 0) tests.failed = 1;
  passed += tests.passed;
  failed += tests.failed;
  const skipped = tests.passed + tests.failed === 0 ? " (skipped: see above)" : "";
  report(`tests against software of others${skipped}`, start, tests.failed === 0, "");
}

function report(name: string, start: number, ok: boolean, output: string): void {
  const time = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${ok ? "ok    " : "FAILED"} ${time.padStart(5)} s  ${name}`);
  if (!ok && output !== "") console.log(output.trim().replace(/^/gm, "    "));
}
