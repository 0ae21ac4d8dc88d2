// How soon a long text sounds by streams.

import { assert, assertEquals } from "@std/assert";
import { ManualClock } from "../../src/emulator/mod.ts";
import { memoryStore, narrate, type Narration, plan } from "../../src/narration/mod.ts";
import { setUp, sleep } from "../support/rig.ts";
import { STREAM_VOICE, UDHR } from "./setup.ts";
import { until } from "../support/until.ts";

const FIRST = "Хүн бүр төрж мэндлэхэд эрх чөлөөтэй байдаг.";
const TEXT = `${FIRST} Оюун ухаан заяасан хүн гэгч бие биетэйгээ харьцах учиртай.\n\n${UDHR}`;

Deno.test("narrate by streams sends the first sentence alone, and gives its sound before it has ended", async () => {
  // The first stream never ends.
  await using rig = await setUp({ emulator: { streamPace: 0, streamChunkBytes: 480 } });
  const { emulator, client, sent } = rig;
  emulator.addFault({ kind: "hang", afterBytes: 2_000, method: "StreamSpeech" });
  const narration = narrate(client, { text: TEXT, ...STREAM_VOICE }, { method: "stream" });
  const first = await narration.next();
  assert(!first.done && first.value.length > 0);
  assertEquals(sent("StreamSpeech")[0]?.message?.["text"], FIRST);
  assertEquals(narration.state?.parts[0]?.status, "submitting");
  // The next part is asked for meanwhile.
  await until(() => sent("StreamSpeech").length >= 2);
  await narration.cancel();
  await narration.settled();
});

Deno.test("narrate by streams sounds as soon as its first sentence alone does, in the service's time", async () => {
  const waits: number[] = [];
  for (const isNarrated of [false, true]) {
    const clock = new ManualClock();
    await using rig = await setUp({
      emulator: { clock, streamPace: 400, streamChunkBytes: 4_800 },
    });
    const { client } = rig;
    const request = { ...STREAM_VOICE, speed: 1 };
    const audio = isNarrated
      ? narrate(client, { ...request, text: TEXT }, { method: "stream" })
      : client.streamSpeech({ ...request, text: FIRST });
    let isHere = false;
    const first = audio.next().then(() => isHere = true);
    await until(() => rig.sent("StreamSpeech").length === 1);
    for (let steps = 0; !isHere && steps < 10_000; steps++) {
      await clock.advance(10);
      await sleep(2);
    }
    await first;
    waits.push(clock.now());
    await audio.cancel();
    // Streams that are cancelled end at the service's next step.
    await clock.advance(60_000);
    if (isNarrated) await (audio as Narration).settled();
  }
  const [alone = 0, narrated = 0] = waits;
  assert(alone >= 10 && narrated <= alone * 1.15 + 10, `${narrated} ms, alone ${alone} ms`);
});

Deno.test("plan with the method of streams tells the short first part, and loses nothing of the text", () => {
  const jobs = plan(TEXT);
  const streams = plan(TEXT, { method: "stream" });
  assertEquals(streams.parts[0]?.text, FIRST);
  assertEquals(streams.requests, jobs.requests + 1);
  assertEquals(streams.parts.slice(2), jobs.parts.slice(1));
  assertEquals(streams.parts[1]?.start, streams.parts[0]?.end);
  assertEquals(streams.parts[1]?.end, jobs.parts[0]?.end);
  assertEquals(streams.parts[1]?.pause, jobs.parts[0]?.pause);
  for (const text of ["Нэг.", "Нэг", "Нэг.\n\nХоёр. Гурав."]) {
    assertEquals(plan(text, { method: "stream" }), plan(text));
  }
});

Deno.test("narrate by streams keeps the whole of a part that was given while it came", async () => {
  await using rig = await setUp({ emulator: { streamPace: 0, streamChunkBytes: 333 } });
  const { client, sent } = rig;
  const options = { method: "stream", store: memoryStore() } as const;
  const request = { text: `${FIRST} Хоёр дахь өгүүлбэр.`, ...STREAM_VOICE };
  const bytes = await narrate(client, request, options).bytes();
  const { length } = sent("StreamSpeech");
  assertEquals(await narrate(client, request, options).bytes(), bytes);
  assertEquals([length, sent("StreamSpeech").length], [2, 2]);
});
