// What is known about the money of a part whose submission an abort cut off.

import { assertEquals } from "@std/assert";
import { memoryStore, narrate } from "../../src/narration/mod.ts";
import { rejection, setUp } from "../support/rig.ts";
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
