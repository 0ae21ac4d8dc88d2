// Runs examples/durable with the real engines and the emulator: deno task test:durable, or with the name of one engine. Each
// narration is killed in the middle, and raced against itself: the ledger has each part once. It takes some minutes.

import { ENGINES } from "./engines.ts";
import { install } from "./programs.ts";
import { checkKilled, checkRaced } from "./checks.ts";

await install();
const folder = await Deno.makeTempDir();
// PostgreSQL runs as a user of its own.
await Deno.chmod(folder, 0o711);
let [passed, failed] = [0, 0];
try {
  for (const { name, start } of ENGINES) {
    if (Deno.args.length > 0 && !Deno.args.includes(name)) continue;
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
