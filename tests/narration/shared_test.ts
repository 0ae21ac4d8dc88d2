// Runs of different kinds that share a store: a part that one has bought by a job may be wanted by another that streams.

import { assertEquals } from "@std/assert";
import { ServerError, type TsetsenError } from "../../mod.ts";
import { batch, type BatchResult, memoryStore, narrate } from "../../src/narration/mod.ts";
import { OTHER_AUDIO } from "../fixtures/not_pcm.ts";
import { failure, type Rig, setUp } from "../support/rig.ts";
import { FAST, jobAudio, paid, STREAM_VOICE } from "./setup.ts";

const TEXT = "Энэ бол нэг хэсэг.";
/** One version for both methods: so the parts are the same. */
const REQUEST = { text: TEXT, ...STREAM_VOICE, version: "beta-v0.2" } as const;

async function only(results: Promise<BatchResult[]>) {
  const [result] = await results;
  if (result?.status !== "fulfilled") throw new Error("not fulfilled", { cause: result?.reason });
  return result;
}

/** Runs a batch of the one item. */
async function runBatch({ client }: Rig, options: Parameters<typeof batch>[2]) {
  return await only(batch(client, [REQUEST], { ...FAST, ...options }).results());
}

for (const hasAudio of [true, false]) {
  const keeps = hasAudio ? "its audio" : "no audio";
  const storeOf = () => {
    const { loadAudio, saveAudio, ...rest } = memoryStore();
    return hasAudio ? { ...rest, loadAudio, saveAudio } : rest;
  };

  Deno.test(`batch by stream gives the file of a job that the store has, with ${keeps}, as it is`, async () => {
    await using rig = await setUp();
    const store = storeOf();
    const bought = await runBatch(rig, { store });
    const again = await runBatch(rig, { store, method: "stream" });
    assertEquals(again.audio, bought.audio);
    assertEquals([again.format, again.job?.requestId], ["wav", bought.job?.requestId]);
    assertEquals(paid(rig.emulator), [TEXT]);
  });

  Deno.test(`narrate speaks what a batch by stream took from a job, with ${keeps} in the store, to the sample`, async () => {
    await using rig = await setUp();
    const store = storeOf();
    await runBatch(rig, { store, audio: "job" });
    await runBatch(rig, { store, method: "stream" });
    const bytes = await narrate(rig.client, REQUEST, { ...FAST, store }).bytes();
    assertEquals([bytes], await jobAudio(rig.emulator, rig.emulator.url));
    assertEquals(paid(rig.emulator), [TEXT]);
  });

  Deno.test(`batch by stream gives an MP3 of a job, with ${keeps} in the store, as the MP3 that it is`, async () => {
    await using rig = await setUp();
    const [bytes] = OTHER_AUDIO["MP3"]!;
    rig.emulator.addFault({ kind: "audio", bytes, contentType: "audio/mpeg", times: Infinity });
    const store = storeOf();
    await runBatch(rig, { store });
    for (let time = 0; time < 2; time++) {
      const again = await runBatch(rig, { store, method: "stream" });
      assertEquals([again.format, again.audio], ["mp3", bytes]);
    }
    const narration = narrate(rig.client, REQUEST, { ...FAST, store });
    const { reason, charged, requestId } = await failure(ServerError, narration.bytes());
    assertEquals([reason, charged], ["not_pcm", "yes"]);
    assertEquals(requestId, rig.emulator.jobs[0]?.requestId);
    assertEquals(paid(rig.emulator), [TEXT]);
  });
}

Deno.test("batch by jobs gives a stream that the store has as a WAV file, whatever it was asked for", async () => {
  await using rig = await setUp();
  const store = memoryStore();
  const streamed = await runBatch(rig, { store, method: "stream" });
  for (const audio of ["bytes", "job"] as const) {
    const again = await runBatch(rig, { store, audio });
    assertEquals([again.format, again.audio], ["wav", streamed.audio]);
    assertEquals(again.job, undefined);
  }
  assertEquals(rig.emulator.ledger.charges.length, 1);
});

Deno.test('batch with audio: "job" takes up a job whose MP3 the store has', async () => {
  await using rig = await setUp();
  const [bytes] = OTHER_AUDIO["MP3"]!;
  rig.emulator.addFault({ kind: "audio", bytes, contentType: "audio/mpeg" });
  const store = memoryStore();
  const bought = await runBatch(rig, { store });
  const again = await runBatch(rig, { store, audio: "job" });
  assertEquals([again.job?.requestId, again.audio], [bought.job?.requestId, undefined]);
  assertEquals(again.job?.response?.requestId, bought.job?.requestId);
  // What the batch before has kept is still there.
  assertEquals((await runBatch(rig, { store })).audio, bytes);
  assertEquals(rig.sent("Audio").length, 1);
  assertEquals(paid(rig.emulator), [TEXT]);
});

Deno.test("narrate names the job whose kept audio is no PCM", async () => {
  await using rig = await setUp();
  const [bytes] = OTHER_AUDIO["FLAC"]!;
  rig.emulator.addFault({ kind: "audio", bytes, contentType: "audio/flac" });
  const store = memoryStore();
  const { job } = await runBatch(rig, { store });
  const work = narrate(rig.client, REQUEST, { ...FAST, store }).bytes();
  const error: TsetsenError = await failure(ServerError, work);
  assertEquals([error.requestId, error.charged], [job?.requestId, "yes"]);
});
