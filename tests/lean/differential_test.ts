// The default client and the lean one do the same with every answer. `deno task test:differential 50000` compares more.

import { assert } from "@std/assert";
import { compareClients } from "./differential.ts";

Deno.test("Client of the default and of lean agree on 2,000 real, odd and mutated answers", async () => {
  const seen = await compareClients(2_000, 11);
  // The answers are of every kind: each of these outcomes is common.
  for (const kind of ["success", "ServerError", "ConnectionError", "RateLimitExceededError"]) {
    assert((seen[kind] ?? 0) > 20, `${kind}: ${seen[kind]}`);
  }
});
