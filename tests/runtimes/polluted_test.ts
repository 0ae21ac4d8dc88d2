// Old libraries add to the prototypes of the language. What they add is in every object, and is no option. Hardened programs
// let nothing add a global.

import { assertEquals } from "@std/assert";
import { startEmulator } from "../../src/emulator/mod.ts";
import { bundle, RUNTIMES } from "../support/runtimes.ts";

for (const runtime of RUNTIMES) {
  Deno.test(`Client, narrate and createProxy take options where Object.prototype has more than the language gave it, on ${runtime}`, async () => {
    await using programs = await bundle("polluted");
    await using emulator = await startEmulator({ queueTime: 0, pace: 0, streamPace: 0 });
    const { stdout, stderr } = await programs.run(runtime, "polluted", emulator.url);
    assertEquals(stderr, "");
    const told = stdout.trim().split("\n").map((line) => JSON.parse(line));
    const [{ voices, wav, pcm }] = told;
    assertEquals([voices > 0, wav > 10_000, pcm > 10_000], [true, true, true]);
    const expected = {
      voices,
      hasId: true,
      wav,
      pcm,
      isNarrated: true,
      pause: 1_600,
      findings: 0,
      retried: "called",
      proxy: "function",
      unknown:
        "TypeError: baseUrl is not an option: there are signal, timeout, maxRetries, headers, onResponse",
    };
    assertEquals(told, [expected, expected]);
    assertEquals(emulator.ledger.charges.length, 6);
  });
}
