// A service that sends messages without audio as fast as it can: on Bun their number keeps timers from firing.

import { assertEquals } from "@std/assert";
import { rawServer } from "../support/raw_server.ts";
import { bestBelow } from "../support/rig.ts";
import { bundle, RUNTIMES } from "../support/runtimes.ts";
import { bytesOf, concat, frame, head } from "../support/wire.ts";

const FLOOD = concat(...Array.from({ length: 10_000 }, () => frame(0, new Uint8Array())));

for (const runtime of RUNTIMES) {
  Deno.test(`SpeechStream ends at its limits in a flood of messages without audio, on ${runtime}`, async () => {
    await using server = rawServer(async ({ write }) => {
      await write(bytesOf(head()));
      for (;;) await write(FLOOD);
    });
    await using programs = await bundle("flood");
    for (const speak of ["grpc-web", "lean"]) {
      for (const limit of ["timeout", "idleTimeout"]) {
        // Without the rule it is 1,400 to 8,000 ms on an idle machine.
        await bestBelow(1_000, async () => {
          const { stdout, stderr } = await programs.run(runtime, "flood", server.url, speak, limit);
          assertEquals(stderr, "");
          const { name, ms } = JSON.parse(stdout);
          assertEquals(name, "TimeoutError");
          return ms;
        });
      }
    }
  });
}
