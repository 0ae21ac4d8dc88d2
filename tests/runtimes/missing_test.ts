// A runtime that lacks what a call needs: it is refused before anything is sent, and the error says what is missing.

import { assertEquals } from "@std/assert";
import { startEmulator } from "../../src/emulator/mod.ts";
import { bundle } from "../support/runtimes.ts";

for (const how of ["deleted", "undefined"]) {
  Deno.test(`Client buys nothing where the runtime lacks something, and says what: ${how}`, async () => {
    await using programs = await bundle("missing");
    await using emulator = await startEmulator({ queueTime: 0, pace: 0, streamPace: 0 });
    const { stdout, stderr } = await programs.run("node", "missing", emulator.url, how);
    assertEquals(stderr, "");
    const told = stdout.trim().split("\n").map((line) => JSON.parse(line));
    const refused = ["AbortController", "Headers", "URL", "performance"].map((name) => {
      const message = `This runtime has no ${name}: load a polyfill first.`;
      return { name, outcomes: [{ message, charged: "no" }] };
    });
    const message = "This runtime has no fetch: give the option fetch. Nothing was sent.";
    const noFetch = { name: "fetch", outcomes: Array(2).fill({ message, charged: "no" }) };
    // Some polyfills of fetch bring no Request.
    const noRequest = { name: "Request", outcomes: [true, true] };
    // A stream that is cancelled in the middle is bought; what cannot be made is refused before.
    const read = [
      { name: "DOMException", outcomes: [{ error: true, isSafe: false }] },
      { name: "Blob", outcomes: [{ error: false, isSafe: true }] },
      { name: "Response", outcomes: [{ error: false, isSafe: true }] },
    ];
    assertEquals(told, [
      ...[...refused, noFetch, noRequest].flatMap((each) => [each, each]),
      ...read,
    ]);
    assertEquals(emulator.ledger.charges.length, 5);
  });
}
