// Bytes of another realm are bytes, and errors are errors: test runners and edge runtimes hand them out (Jest, jsdom,
// happy-dom, `node:vm`).

import { assert, assertEquals } from "@std/assert";
import { runInNewContext } from "node:vm";
import { Client, ConnectionError, encodeWav, repairWav, wavHeader } from "../../mod.ts";
import { encode } from "../../src/encode/mod.ts";
import { saveAudio } from "../../src/file/mod.ts";
import { Client as LeanClient } from "../../src/lean/mod.ts";
import { toPcm } from "../../src/narration/mod.ts";
import { closedPort } from "../support/raw_server.ts";
import { failure, GENERATE, KEY } from "../support/rig.ts";

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

const foreignError: (message: string, facts: object) => Error = runInNewContext(
  "(message, facts) => Object.assign(new TypeError(message), facts)",
);

/** The error and its causes as another realm has them. */
function toForeign(error: Error): Error {
  const cause = error.cause instanceof Error ? { cause: toForeign(error.cause) } : {};
  return foreignError(error.message, cause);
}

for (const Class of [Client, LeanClient]) {
  const name = Class === Client ? "the default client" : "the lean client";
  Deno.test(`Client tries GenerateSpeech again when the fetch of another realm makes no connection, with ${name}`, async () => {
    let tries = 0;
    const client = new Class({
      apiKey: KEY,
      endpoint: `http://127.0.0.1:${closedPort()}`,
      maxRetries: 1,
      backoff: { baseDelay: 5 },
      fetch: (...request) => {
        tries++;
        return fetch(...request).catch((error) => Promise.reject(toForeign(error)));
      },
    });
    const error = await failure(ConnectionError, client.submit(GENERATE));
    assertEquals([error.charged, tries], ["no", 2]);
    assert(error.cause instanceof Error, "its cause tells why");
    client.close();
  });
}
