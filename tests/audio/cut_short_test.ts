// A download without an announced length ends where its connection ends: only its own header can say that it is not whole.

import { assert, assertEquals } from "@std/assert";
import { ServerError } from "../../mod.ts";
import { failure, GENERATE, setUp } from "../support/rig.ts";

Deno.test("AudioDownload without an announced length is not complete before its WAV header says", async () => {
  await using rig = await setUp();
  const job = await rig.client.submit(GENERATE);
  const whole = await (await job.audio()).bytes();
  for (const afterBytes of [60, 1_001, whole.length - 2]) {
    for (const way of ["bytes", "blob", "wav", "loop", "readable", "response"] as const) {
      rig.emulator.addFault({ kind: "truncate", method: "Audio", afterBytes });
      const audio = await job.audio();
      const read = async () => {
        if (way === "loop") { for await (const _ of audio); }
        else if (way === "readable") { for await (const _ of audio.toReadableStream()); }
        else if (way === "response") await (await audio.toResponse()).bytes();
        else await audio[way]();
      };
      const error = await failure(ServerError, read());
      assert(error.message.includes("cut short"), `${way}: ${error.message}`);
      assertEquals([error.charged, error.requestId], ["yes", job.requestId]);
    }
  }
  // It costs nothing to ask again.
  assertEquals(await (await job.audio()).bytes(), whole);
  assertEquals(rig.emulator.ledger.charges.length, 1);
});
