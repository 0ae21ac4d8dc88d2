// Runs examples/durable with the real engines and the emulator. Each narration is killed in the middle, and raced against itself:
// the ledger has each part once. It takes some minutes.
//
//   deno task test:durable [--on node|bun|deno] [ENGINE]...

import { parseArgs } from "node:util";
import { ENGINES } from "./engines.ts";
import { install, runOn } from "./programs.ts";
import { checkKilled, checkRaced } from "./checks.ts";

const { values, positionals } = parseArgs({
  options: { on: { type: "string", default: "node" } },
  allowPositionals: true,
});
runOn(values.on);
await install();
const folder = await Deno.makeTempDir();
// PostgreSQL runs as a user of its own.
await Deno.chmod(folder, 0o711);
let [passed, failed] = [0, 0];
try {
  for (const { name, start } of ENGINES) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    await using engine = await start(`${folder}/${name}`);
    for (const [what, check] of [["killed", checkKilled], ["raced", checkRaced]] as const) {
      const begin = performance.now();
      try {
        await check(engine, `${folder}/${name}-${what}`);
        passed++;
        console.log(`ok      ${name}, ${what}, ${Math.round(performance.now() - begin)} ms`);
      } catch (error) {
        failed++;
        console.log(`FAILED  ${name}, ${what}`, error);
      }
    }
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
console.log(`${passed} passed, ${failed} failed`);
Deno.exitCode = failed === 0 && passed > 0 ? 0 : 1;
