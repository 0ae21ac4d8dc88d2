// Bytes of another realm are bytes: test runners hand them out (jsdom, happy-dom, `node:vm`).

import { assertEquals } from "@std/assert";
import { runInNewContext } from "node:vm";
import { encodeWav, repairWav, wavHeader } from "../../mod.ts";
import { encode } from "../../src/encode/mod.ts";
import { saveAudio } from "../../src/file/mod.ts";
import { toPcm } from "../../src/narration/mod.ts";

const SAMPLES = 4_800;
const foreign: Uint8Array<ArrayBuffer> = runInNewContext(`new Uint8Array(${SAMPLES})`);
const expected = encodeWav(new Uint8Array(SAMPLES));

Deno.test("encodeWav, toPcm and encode take bytes of another realm", async () => {
  assertEquals(foreign instanceof Uint8Array, false);
  assertEquals(encodeWav(foreign), expected);
  assertEquals(encodeWav([foreign]), expected);
  assertEquals(toPcm([foreign]).reduce((sum, { length }) => sum + length, 0), SAMPLES);
  const wav = await encode(foreign, { format: "wav" }).bytes();
  assertEquals(repairWav(wav), expected);
  assertEquals(wavHeader(SAMPLES), expected.slice(0, 44));
});

Deno.test("saveAudio takes bytes of another realm, whole, in an array and chunk by chunk", async () => {
  const folder = await Deno.makeTempDir();
  async function* chunks() {
    yield foreign;
  }
  try {
    for (const audio of [foreign, [foreign], chunks()]) {
      const path = `${folder}/speech.wav`;
      await saveAudio(path, audio, { overwrite: true });
      assertEquals(await Deno.readFile(path), expected);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
