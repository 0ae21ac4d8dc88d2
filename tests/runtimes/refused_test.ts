// A connection that was never made proves that nothing was charged; each runtime says it in words of its own.

import { assertEquals } from "@std/assert";
import { closedPort } from "../support/raw_server.ts";
import { bundle, RUNTIMES } from "../support/runtimes.ts";

for (const runtime of RUNTIMES) {
  Deno.test(`Client tries GenerateSpeech again when no connection came about, on ${runtime}`, async () => {
    await using programs = await bundle("refused");
    for (const host of [`127.0.0.1:${closedPort()}`, "tsetsen.invalid:50051"]) {
      const { stdout, stderr } = await programs.run(runtime, "refused", host);
      assertEquals(stderr, "");
      const expected = { code: "connection_error", charged: "no", retries: [1] };
      assertEquals({ host, ...JSON.parse(stdout) }, { host, ...expected });
    }
  });
}
