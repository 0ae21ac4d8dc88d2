// Audio as the Response of a server, to clients behind a real socket that stay, or go away.

import { assert, assertEquals } from "@std/assert";
import { encodeWav, wavHeader } from "../../mod.ts";
import { narrate } from "../../src/narration/mod.ts";
import { FAST, paragraphs, VOICE } from "../narration/setup.ts";
import { GENERATE, type Rig, setUp, sleep, STREAM } from "../support/rig.ts";
import { until } from "../support/until.ts";

/** Serves one kind of audio, for as long as a visit lasts. */
async function visit<T>(
  answer: () => Promise<Response>,
  visitor: (url: string) => Promise<T>,
): Promise<T> {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, answer);
  try {
    return await visitor(`http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

async function finished({ client }: Rig) {
  const { requestId } = await client.generateSpeech(GENERATE);
  return await client.waitForCompletion(requestId);
}

Deno.test("AudioDownload.toResponse reaches a client with its type and its length", async () => {
  await using rig = await setUp();
  const done = await finished(rig);
  const whole = await rig.client.downloadAudio(done).bytes();
  await visit(() => rig.client.downloadAudio(done).toResponse(), async (url) => {
    const response = await fetch(url);
    const { headers } = response;
    assertEquals(headers.get("content-type"), "audio/wav");
    assertEquals(headers.get("content-length"), `${whole.length}`);
    assertEquals(await response.bytes(), whole);
  });
});

Deno.test("SpeechStream.toResponse reaches a client as a WAV whose length is not known", async () => {
  await using rig = await setUp();
  const pcm = await rig.client.streamSpeech(STREAM).bytes();
  await visit(() => rig.client.streamSpeech(STREAM).toResponse(), async (url) => {
    const response = await fetch(url);
    assertEquals(response.headers.get("content-type"), "audio/wav");
    assertEquals(response.headers.get("content-length"), null);
    const wav = await response.bytes();
    assertEquals(wav.subarray(0, 44), wavHeader());
    assertEquals(wav.subarray(44), pcm);
  });
});

Deno.test("AudioDownload.toResponse ends the download when the client goes away", async () => {
  await using rig = await setUp();
  const done = await finished(rig);
  rig.emulator.addFault({ kind: "hang", method: "Audio", afterBytes: 5_000 });
  await visit(() => rig.client.downloadAudio(done).toResponse(), async (url) => {
    const controller = new AbortController();
    const response = await fetch(url, { signal: controller.signal });
    await response.body!.getReader().read();
    assertEquals(rig.sent("Audio").map(({ aborted }) => aborted), [false]);
    controller.abort();
    await until(() => rig.sent("Audio")[0]!.aborted === true);
  });
});

Deno.test("AudioDownload.toResponse asks for no more than its client takes", async () => {
  await using rig = await setUp();
  const done = await finished(rig);
  let given = 0;
  const bytes = encodeWav(new Uint8Array(64_000_000));
  rig.emulator.addFault({ kind: "audio", bytes });
  const download = rig.client.downloadAudio(done, { onProgress: ({ bytes }) => given = bytes });
  await visit(() => download.toResponse(), async (url) => {
    const response = await fetch(url);
    const reader = response.body!.getReader();
    await reader.read();
    await sleep(300);
    assert(given < bytes.length / 2, `${given} bytes were fetched for a client that reads none`);
    await reader.cancel();
  });
});

Deno.test("Narration.toResponse submits nothing more when the client goes away", async () => {
  await using rig = await setUp({ emulator: { queueTime: 30 } });
  const { emulator, client } = rig;
  const narration = narrate(client, { text: paragraphs(40), ...VOICE }, FAST);
  await visit(() => narration.toResponse(), async (url) => {
    const response = await fetch(url);
    assertEquals(response.headers.get("content-type"), "audio/wav");
    const reader = response.body!.getReader();
    await reader.read();
    await reader.cancel();
  });
  assertEquals(await narration.next(), { done: true, value: undefined });
  await narration.settled();
  const { length } = emulator.jobs;
  assert(length < 40);
  await sleep(100);
  assertEquals(emulator.jobs.length, length);
});
