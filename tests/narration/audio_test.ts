// What narrations and batches take for audio.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { encodeWav, ServerError, wavHeader } from "../../mod.ts";
import { speakLive } from "../../src/live/mod.ts";
import {
  batch,
  type FulfilledItem,
  memoryStore,
  narrate,
  type RejectedItem,
  toPcm,
} from "../../src/narration/mod.ts";
import { failure, setUp } from "../support/rig.ts";
import { FAST, paid, VOICE } from "./setup.ts";

// A tone of a second or so at speed 1: what the service tells of its length.
const REQUEST = { text: "Сайн байна уу? Энэ бол нэг өгүүлбэр.", ...VOICE, speed: 1 } as const;

const bytes = (text: string) => new TextEncoder().encode(text);
/** What a host of audio that knows no more says, so the bytes decide. */
const BINARY = { "content-type": "application/octet-stream" } as const;
/** Bytes that look like bare samples. */
const noise = (length: number) => Uint8Array.from({ length }, (_, i) => (i * i * 31) % 256);
const openHeader = wavHeader();

const NO_AUDIO: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
  "nothing": new Uint8Array(),
  "a WAV without samples": encodeWav(new Uint8Array()),
  "a page": bytes("<!doctype html><title>Gateway</title><body>Bad gateway</body>"),
  "a message in JSON": bytes('{"error": "the key is not valid", "code": 16}'),
  "compressed audio that no mark tells": noise(6_000),
  "samples cut short": noise(10_000),
  "a WAV of no known length, cut short": new Uint8Array([...openHeader, ...noise(9_000)]),
};

for (const [name, body] of Object.entries(NO_AUDIO)) {
  Deno.test(`narrate and batch take ${name} for no audio, keep the id, and give the audio when it comes`, async () => {
    await using rig = await setUp();
    const { client, emulator } = rig;
    emulator.addFault({
      kind: "http",
      method: "Audio",
      status: 200,
      body,
      headers: BINARY,
      times: 2,
    });
    const store = memoryStore();
    const narration = narrate(client, REQUEST, { ...FAST, store });
    const error = await failure(ServerError, narration.bytes());
    const { requestId } = emulator.jobs[0]!;
    assertEquals([error.charged, error.requestId], ["yes", requestId]);
    const [part] = narration.state!.parts;
    assertEquals([part?.status, part?.requestId], ["submitted", requestId]);
    const [result] = await batch(client, [REQUEST], { ...FAST, store }).results();
    const reason = (result as RejectedItem).reason as ServerError;
    assertEquals(reason.name, "ServerError");
    assertEquals([reason.charged, reason.requestId], ["yes", requestId]);

    await narrate(client, REQUEST, { ...FAST, store }).bytes();
    const [done] = await batch(client, [REQUEST], { ...FAST, store }).results();
    assertEquals(done?.status, "fulfilled");
    assertEquals(paid(emulator).length, 1);
  });
}

Deno.test("narrate, batch and speakLive take no bytes for samples whose content type names another format", async () => {
  await using rig = await setUp();
  const { client, emulator } = rig;
  const body = await narrate(client, REQUEST, FAST).bytes() as Uint8Array<ArrayBuffer>;
  const types = { "audio/mpeg": "mp3", "audio/aac": "aac", "video/mp4": "mp4" };
  for (const [type, format] of Object.entries(types)) {
    emulator.addFault({
      kind: "http",
      method: "Audio",
      status: 200,
      body,
      headers: { "content-type": type },
      times: Infinity,
    });
    const options = { ...VOICE, method: "generate", version: "beta-v0.1" } as const;
    const speech = [
      narrate(client, REQUEST, FAST),
      speakLive(client, pieces(REQUEST.text), options),
    ];
    for (const audio of speech) {
      const error = await failure(ServerError, audio.bytes());
      assert(error.message.includes(`The audio is ${format}, as its content type`), error.message);
      assertEquals([error.charged, error.reason], ["yes", "not_pcm"]);
      assert(error.requestId !== undefined);
    }
    const [result] = await batch(client, [REQUEST], FAST).results();
    const { format: told, audio } = result as FulfilledItem;
    assertEquals([told, audio?.length], [format, body.length]);
    emulator.clearFaults();
  }
});

async function* pieces(text: string): AsyncGenerator<string> {
  yield text;
}

Deno.test("narrate takes bare samples and a WAV of no known length that are as long as the service tells", async () => {
  await using rig = await setUp();
  const { client, emulator } = rig;
  const whole = await narrate(client, REQUEST, FAST).bytes();
  for (const body of [whole, new Uint8Array([...openHeader, ...whole])]) {
    emulator.addFault({
      kind: "http",
      method: "Audio",
      status: 200,
      body: body as Uint8Array<ArrayBuffer>,
      headers: BINARY,
    });
    assertEquals(await narrate(client, REQUEST, FAST).bytes(), whole);
  }
});

Deno.test("toPcm compares with the length that the service tells where no header has confirmed it", () => {
  const second = noise(48_000);
  assertEquals(toPcm([second], { audioLength: 1.3 }).length, 1);
  assertEquals(toPcm([second], { audioLength: 0 }).length, 1);
  assertEquals(toPcm([encodeWav(second)], { audioLength: 60 }).length, 1);
  for (const audioLength of [0.6, 1.5, 60]) {
    assertThrows(() => toPcm([second], { audioLength }), ServerError, "1.00 seconds");
  }
});

Deno.test("toPcm refuses a WAV that does not say what its samples are", () => {
  const wav = encodeWav(new Uint8Array(4_800));
  // RIFF, WAVE, and the data chunk without the format before it.
  const bare = new Uint8Array([...wav.subarray(0, 12), ...wav.subarray(36)]);
  new DataView(bare.buffer).setUint32(4, bare.length - 8, true);
  assertEquals(toPcm([wav]).reduce((sum, { length }) => sum + length, 0), 4_800);
  assertThrows(() => toPcm([bare]), ServerError, "The audio is WAV of another kind");
});
