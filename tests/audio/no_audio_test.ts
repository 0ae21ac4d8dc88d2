// No audio is an error that says what was charged, however the audio is taken.

import { assert, assertEquals } from "@std/assert";
import { StreamSpeechResponseSchema } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { type AudioStream, ServerError, wavHeader } from "../../mod.ts";
import { saveAudio } from "../../src/file/mod.ts";
import { toPcm } from "../../src/narration/mod.ts";
import { audioServer, JOB } from "../support/audio_server.ts";
import { rawServer } from "../support/raw_server.ts";
import { clientOf, failure, STREAM } from "../support/rig.ts";
import { bytesOf, concat, head, message, trailers } from "../support/wire.ts";

/** All the ways to take audio. */
const TAKES: Readonly<Record<string, (audio: AudioStream, folder: string) => Promise<unknown>>> = {
  "next": (audio) => audio.next(),
  "a loop": async (audio) => {
    for await (const _ of audio);
  },
  "bytes": (audio) => audio.bytes(),
  "wav": (audio) => audio.wav(),
  "blob": (audio) => audio.blob(),
  "toResponse": async (audio) => await (await audio.toResponse()).arrayBuffer(),
  "toReadableStream": (audio) => new Response(audio.toReadableStream()).arrayBuffer(),
  "saveAudio": (audio, folder) => saveAudio(`${folder}/a.wav`, audio, { overwrite: true }),
  "saveAudio of another name": (audio, folder) => saveAudio(`${folder}/a.mp3`, audio),
};

const chunk = (fields: { audioChunk?: Uint8Array; isFinal?: boolean }) =>
  message(StreamSpeechResponseSchema, fields);

/** Streams that end well and bring no sample, and what was charged. */
const STREAMS: Readonly<Record<string, [Uint8Array, "unknown" | "yes"]>> = {
  "no message": [trailers(), "unknown"],
  "one message of nothing": [concat(chunk({}), trailers()), "unknown"],
  "empty chunks and is_final": [
    concat(chunk({}), chunk({}), chunk({ isFinal: true }), trailers()),
    "unknown",
  ],
  "a WAV header alone": [concat(chunk({ audioChunk: wavHeader() }), trailers()), "yes"],
  "a WAV header, and is_final": [
    concat(chunk({ audioChunk: wavHeader() }), chunk({ isFinal: true }), trailers()),
    "yes",
  ],
  "half a sample": [concat(chunk({ audioChunk: new Uint8Array(1) }), trailers()), "yes"],
};

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const [what, [body, charged]] of Object.entries(STREAMS)) {
  Deno.test(`Client.streamSpeech fails, charged ${charged}, when it ends well with ${what}`, async () => {
    await using server = rawServer(async ({ write, close }) => {
      await write(concat(bytesOf(head()), body));
      close();
    });
    using client = clientOf(server.url, { maxRetries: 0 });
    await withFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/a.wav`, "mine");
      for (const [name, take] of Object.entries(TAKES)) {
        const error = await failure(ServerError, take(client.streamSpeech(STREAM), folder));
        assert(error.message.includes("must hold audio"), `${name}: ${error.message}`);
        assertEquals(error.charged, charged, name);
      }
      // Nothing is saved, and a good file stays.
      assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["a.wav"]);
      assertEquals(await Deno.readTextFile(`${folder}/a.wav`), "mine");
    });
    assertEquals(server.requests.length, Object.keys(TAKES).length, "each was sent once");
  });
}

/** Downloads that succeed and bring no sample. */
const DOWNLOADS: Readonly<Record<string, Uint8Array>> = {
  "0 bytes": new Uint8Array(),
  "a WAV header alone": wavHeader(0),
  "a WAV header without a data chunk": wavHeader().slice(0, 36),
  "half a sample": new Uint8Array(1),
};

for (const [what, body] of Object.entries(DOWNLOADS)) {
  for (const length of ["announced", "unknown"]) {
    Deno.test(`Client.downloadAudio fails, charged, for ${what} of a length that is ${length}`, async () => {
      const headers: Record<string, string> = { "content-type": "audio/wav" };
      if (length === "unknown") headers["content-length"] = "";
      await using server = audioServer({
        body,
        headers,
        ...(length === "unknown" && { then: "close" }),
      });
      using client = clientOf(server.url, { maxRetries: 0 });
      await withFolder(async (folder) => {
        for (const [name, take] of Object.entries(TAKES)) {
          const audio = client.downloadAudio({ audioUrl: `${server.url}/a`, requestId: JOB });
          const error = await failure(ServerError, take(audio, folder));
          assert(error.message.includes("The download must be audio"), `${name}: ${error.message}`);
          assertEquals([error.charged, error.requestId], ["yes", JOB], name);
        }
        assertEquals([...Deno.readDirSync(folder)], []);
      });
    });
  }
}

Deno.test("toPcm refuses audio without a sample", () => {
  for (const body of Object.values(DOWNLOADS)) {
    try {
      toPcm([body]);
    } catch (error) {
      assert(error instanceof ServerError, `${error}`);
      continue;
    }
    throw new Error(`it took ${body.length} bytes`);
  }
});
