// Random programs against the ledger. `deno task test:model 20000` runs more; its second argument is the first seed.

import { assert, assertEquals } from "@std/assert";
import { runPrograms } from "./run.ts";

/** `TSETSEN_MODEL_RUNS` sets another number, `TSETSEN_MODEL_SEED` another first seed. */
const RUNS = Number(Deno.env.get("TSETSEN_MODEL_RUNS") ?? 2_000);
const SEED = Number(Deno.env.get("TSETSEN_MODEL_SEED") ?? 1);

Deno.test({
  name: `Client charges nothing twice and tells the truth about money in ${RUNS} random programs`,
  // A program may end while a server still closes its connections.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    const { kinds, failures } = await runPrograms(RUNS, SEED);
    const told = failures.map(({ seed, error }) => `seed ${seed}: ${(error as Error).message}`);
    assertEquals(told, []);
    // Every way to the service and every kind of work is among them.
    if (RUNS < 1_000) return;
    for (const word of ["web", "lean", "grpc", "proxy", "narration", "batch", "retry", "speak"]) {
      const count = Object.entries(kinds)
        .filter(([kind]) => kind.split(" ").includes(word))
        .reduce((sum, [, number]) => sum + number, 0);
      assert(count > 50, `${word}: ${count}`);
    }
  },
});
