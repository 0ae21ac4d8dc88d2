// What is known about the money of a part whose submission an abort cut off.

import { assert, assertEquals } from "@std/assert";
import { interruptedJobs, isSafeToRetry } from "../../mod.ts";
import { batch, memoryStore, narrate } from "../../src/narration/mod.ts";
import { rejection, setUp } from "../support/rig.ts";
import { until } from "../support/until.ts";
import { FAST, paragraphs, STREAM_VOICE } from "./setup.ts";

const TEXT = paragraphs(3);
/** Slow enough for several messages of audio a part. */
const REQUEST = { text: TEXT, ...STREAM_VOICE, speed: 1 } as const;

for (const isAlone of [true, false]) {
  const beside = isAlone ? "" : ", while another part is streamed";
  Deno.test(`narrate by stream knows that nothing was charged when it is stopped during the wait for the rate${beside}`, async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    await using rig = await setUp({
      client: {
        log: ({ type, method }) => {
          if (type === "retry" && method === "StreamSpeech") controller.abort(reason);
        },
      },
    });
    const { client, emulator } = rig;
    // The first part begins to sound, and its rest does not come.
    if (!isAlone) emulator.addFault({ kind: "hang", method: "StreamSpeech", afterBytes: 9_700 });
    emulator.addFault({
      kind: "error",
      method: "StreamSpeech",
      code: "RESOURCE_EXHAUSTED",
      trailers: { "retry-after": "30" },
    });
    const options = { ...FAST, method: "stream", store: memoryStore() } as const;
    const first = narrate(client, REQUEST, { ...options, signal: controller.signal });
    assertEquals(await rejection(first.bytes()), reason);
    await first.settled();
    assertEquals(
      first.state?.parts.map(({ status }) => status),
      [isAlone ? "pending" : "failed", "pending", "pending"],
    );
    const before = emulator.ledger.charges.length;
    await narrate(client, REQUEST, options).bytes();
    assertEquals(emulator.ledger.charges.length, before + 3);
  });
}

Deno.test("interruptedJobs has the streams that an abort cut off, also when the reader of a narration or a batch was away", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  await using rig = await setUp();
  const { client, emulator } = rig;
  // Each part begins to sound, and its rest does not come.
  emulator.addFault({ kind: "hang", method: "StreamSpeech", afterBytes: 9_700, times: Infinity });
  const options = { ...FAST, method: "stream", signal, concurrency: 3 } as const;
  const narration = narrate(client, REQUEST, { ...options, store: memoryStore() });
  await narration.next();
  // The first item is refused before it is sent.
  const items = ["", "Сайн байна уу?", "Би ирлээ."].map((text) => ({ ...REQUEST, text }));
  const results = batch(client, items, { ...options, store: memoryStore() });
  await results.next();
  await until(() => emulator.ledger.charges.length === 5);
  const reason = new Error("enough");
  controller.abort(reason);
  for (const run of [narration, results]) {
    await run.settled();
    const rest = async () => {
      for await (const _ of run);
    };
    assert(await rejection(rest()) === reason);
  }
  // The first sound of some may not have come.
  const charged = new Set(interruptedJobs(reason, signal).map((job) => job.charged));
  assertEquals([interruptedJobs(reason, signal).length, charged.has("no")], [5, false]);
  assertEquals(isSafeToRetry(reason), false);
});
