// The length of a narration: known once all parts are done, true to the byte, and in the header of a response.

import { assert, assertEquals } from "@std/assert";
import { AudioStream, encodeWav } from "../../mod.ts";
import { saveAudio } from "../../src/file/mod.ts";
import { memoryStore, narrate, type NarrationOptions } from "../../src/narration/mod.ts";
import { setUp } from "../support/rig.ts";
import { FAST, paragraphs, STREAM_VOICE, VOICE } from "./setup.ts";

/** A tone between silences, in samples. */
function tone(lead: number, sound: number, tail: number): Uint8Array<ArrayBuffer> {
  const samples = new Int16Array(lead + sound + tail).fill(8_000, lead, lead + sound);
  return encodeWav(new Uint8Array(samples.buffer));
}

const TEXT = "***\n\nНэг.\n\n***\n\nХоёр. Гурав, дөрөв.\n\nТав.\n\n***";
/** Silence that is missing, too much, alone, and at both ends. */
const AUDIO = [
  tone(5_000, 900, 30_000),
  tone(30_000, 700, 100),
  tone(9_000, 0, 0),
  tone(0, 500, 48_000),
];

for (
  const [name, options] of Object.entries(
    {
      "with the pauses of the text": { pauseScale: 1 },
      "without pauses": { pauseScale: 0 },
      "with long pauses": { pauseScale: 5 },
      "of sentences": { captions: "sentence", pauseScale: 1 },
      "cut inside clauses": { maxCharacters: 6, pauseScale: 1 },
      "by streams": { method: "stream", pauseScale: 1 },
    } satisfies Record<string, NarrationOptions>,
  )
) {
  Deno.test(`Narration.toResponse and duration give the true length of a narration ${name} when the store has all parts`, async () => {
    await using rig = await setUp({ emulator: { streamPace: 0 } });
    const { client, emulator } = rig;
    for (const body of AUDIO) {
      emulator.addFault({ kind: "http", method: "Audio", status: 200, headers: {}, body });
    }
    const settings = { ...FAST, ...options, store: memoryStore() };
    const voice = "method" in options ? STREAM_VOICE : VOICE;
    const request = { text: TEXT, ...voice };
    const whole = await narrate(client, request, settings).bytes();
    const { length } = emulator.ledger.charges;

    const narration = narrate(client, request, settings);
    assertEquals(narration.contentLength, undefined);
    const response = await narration.toResponse();
    assertEquals(response.headers.get("content-length"), `${44 + whole.length}`);
    assertEquals(response.headers.get("accept-ranges"), "none");
    assertEquals(narration.contentLength, whole.length);
    assertEquals(narration.duration, whole.length / 48);
    const file = await response.bytes();
    assertEquals(file.length, 44 + whole.length);
    assertEquals(new DataView(file.buffer).getUint32(40, true), whole.length);
    assertEquals(new DataView(file.buffer).getUint32(4, true), whole.length + 36);
    assertEquals(emulator.ledger.charges.length, length);
  });
}

Deno.test("Narration.toResponse names no length while a part is missing, and contentLength comes with the last", async () => {
  await using rig = await setUp();
  const narration = narrate(rig.client, { text: paragraphs(6), ...VOICE }, FAST);
  const response = await narration.toResponse();
  assertEquals(response.headers.get("content-length"), null);
  const { length } = await response.bytes();
  assertEquals(narration.contentLength, length - 44);
});

Deno.test("Narration is an AudioStream of bare samples, which saveAudio writes as a WAV", async () => {
  await using rig = await setUp();
  const { client } = rig;
  const folder = await Deno.makeTempDir();
  try {
    const settings = { ...FAST, store: memoryStore() };
    const request = { text: paragraphs(3), ...VOICE };
    // The second time the length is known beforehand.
    for (let times = 1; times <= 2; times++) {
      const narration = narrate(client, request, settings);
      assert(narration instanceof AudioStream);
      assertEquals([narration.isRaw, narration.format, narration.sampleRate], [true, "pcm", 24e3]);
      assert(Deno.inspect(narration).startsWith("Narration { format:"));
      await saveAudio(`${folder}/${times}.wav`, narration);
    }
    const [first, second] = [1, 2].map((times) => Deno.readFileSync(`${folder}/${times}.wav`));
    assertEquals(new DataView(first!.buffer).getUint32(40, true), first!.length - 44);
    assertEquals(first, second);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
