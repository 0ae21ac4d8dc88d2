// What is no PCM is never taken for PCM, and what is no audio is never taken for audio.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { StreamSpeechResponseSchema } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { type AudioDownload, audioFormat, encodeWav, ServerError } from "../../mod.ts";
import { saveAudio } from "../../src/file/mod.ts";
import { toPcm } from "../../src/narration/mod.ts";
import { NO_AUDIO, OTHER_AUDIO } from "../fixtures/not_pcm.ts";
import { audioServer, JOB } from "../support/audio_server.ts";
import { rawServer } from "../support/raw_server.ts";
import { clientOf, failure, STREAM } from "../support/rig.ts";
import { bytesOf, concat, head, message, trailers } from "../support/wire.ts";

const PCM = Uint8Array.from({ length: 48_000 }, (_, i) => i % 200);

interface Given {
  readonly body: Uint8Array;
  readonly type?: string;
  readonly audioLength?: number | undefined;
  readonly length?: "unknown" | undefined;
}

/** Downloads a body from a server, as often as wanted. */
async function serving(
  { body, type = "application/octet-stream", audioLength, length }: Given,
  run: (open: () => AudioDownload, folder: string) => Promise<void>,
): Promise<void> {
  const headers: Record<string, string> = { "content-type": type };
  if (length === "unknown") headers["content-length"] = "";
  await using server = audioServer({ body, headers, ...(length && { then: "close" }) });
  using client = clientOf(server.url, { maxRetries: 0 });
  const source = { audioUrl: `${server.url}/a`, requestId: JOB, metrics: { audioLength } };
  const folder = await Deno.makeTempDir();
  try {
    await run(() => client.downloadAudio(source), folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Asserts that no reader of any kind gets a file, and that the error says what there is to say. */
async function assertNoAudio(given: Given, says: string): Promise<void> {
  await serving(given, async (open, folder) => {
    const takes = [
      async () => {
        for await (const _ of open());
      },
      () => open().bytes(),
      () => open().wav(),
      () => open().blob(),
      async () => await (await open().toResponse()).arrayBuffer(),
      () => new Response(open().toReadableStream()).arrayBuffer(),
      () => saveAudio(`${folder}/a.wav`, open()),
      () => saveAudio(`${folder}/a.bin`, open()),
    ];
    for (const take of takes) {
      const error = await failure(ServerError, Promise.resolve(take()));
      assert(error.message.includes(says), `${take}: ${error.message}`);
      assertEquals([error.charged, error.requestId], ["yes", JOB]);
    }
    assertEquals([...Deno.readDirSync(folder)], []);
  });
}

for (const [name, [body, format]] of Object.entries(OTHER_AUDIO)) {
  Deno.test(`audioFormat recognises ${name}, of which no WAV is made`, async () => {
    assertEquals(audioFormat(body), format);
    const refused = assertThrows(() => toPcm([body]), ServerError);
    assert(!refused.message.includes("bare PCM"), refused.message);
    await serving({ body }, async (open, folder) => {
      const wav = open();
      const error = await failure(ServerError, wav.wav());
      const came = format === "unknown" ? name : format;
      assert(error.message.includes(`The audio is ${came}: expected WAV or PCM`), error.message);
      assertEquals([error.charged, error.requestId, wav.isRaw], ["yes", JOB, false]);
      const saved = await failure(ServerError, saveAudio(`${folder}/a.WAV`, open()));
      assertEquals([saved.message, saved.charged], [error.message, "yes"]);
      await failure(TypeError, saveAudio(`${folder}/a.wave`, body));
      assertEquals([...Deno.readDirSync(folder)], []);
      // The bytes are paid for, and are to be had as they are.
      assertEquals(await open().bytes(), body);
      await saveAudio(`${folder}/a.bin`, open());
      assertEquals(await Deno.readFile(`${folder}/a.bin`), body);
      const type = (await open().toResponse()).headers.get("content-type");
      assert(/^audio\/(?!wav)/.test(type!) || /^ri?f/.test(format), `${type}`);
    });
  });
}

for (const [name, [body, format]] of Object.entries(NO_AUDIO)) {
  Deno.test(`Client.downloadAudio refuses ${name}, for every reader`, async () => {
    assertEquals(audioFormat(body), format);
    assertThrows(() => toPcm([body]), ServerError);
    await assertNoAudio({ body }, "The download must be audio: http");
    // Whatever its server calls it.
    await assertNoAudio({ body, type: "audio/wav" }, "The download must be audio");
  });
}

Deno.test("Client.downloadAudio believes the content type of bytes that name nothing", async () => {
  const types: Readonly<Record<string, "pcm" | "none" | string>> = {
    "": "pcm",
    "application/octet-stream": "pcm",
    "binary/octet-stream": "pcm",
    "application/x-download": "pcm",
    "audio/wav": "pcm",
    "audio/L16;rate=24000": "pcm",
    "audio/pcm": "pcm",
    "audio/mpeg": "mp3",
    "audio/aac": "aac",
    "audio/ogg; codecs=opus": "ogg",
    "video/mp4": "mp4",
    "audio/basic": "au",
    "audio/x-something": "unknown",
    "text/html": "none",
    "text/plain; charset=utf-8": "none",
    "application/json": "none",
    "application/problem+json": "none",
    "application/xml": "none",
    "image/png": "none",
    "application/pdf": "none",
  };
  for (const [type, expected] of Object.entries(types)) {
    if (expected === "none") {
      await assertNoAudio(
        { body: PCM, type },
        `sent content of type ${type.split(";")[0]}`,
      );
      continue;
    }
    await serving({ body: PCM, type }, async (open, folder) => {
      const audio = open();
      assertEquals(await audio.bytes(), PCM, type);
      assertEquals(audio.format, expected, type);
      if (expected === "pcm") {
        await saveAudio(`${folder}/a.wav`, open());
        assertEquals(await Deno.readFile(`${folder}/a.wav`), encodeWav(PCM));
        assertEquals(await open().wav(), encodeWav(PCM));
      } else {
        await failure(ServerError, open().wav());
        await failure(ServerError, saveAudio(`${folder}/a.wav`, open()));
      }
    });
  }
});

Deno.test("Client.downloadAudio refuses bare bytes whose length contradicts metrics.audioLength", async () => {
  for (const length of [undefined, "unknown"] as const) {
    for (const audioLength of [0.5, 0.7, 1.4, 4, 300]) {
      await assertNoAudio(
        { body: PCM, audioLength, length },
        "sent 48000 bytes of something else",
      );
    }
    // Within a quarter, and where there are no metrics, it is PCM.
    for (const audioLength of [0.8, 1, 1.25, undefined]) {
      await serving({ body: PCM, audioLength, length }, async (open) => {
        assertEquals(await open().bytes(), PCM);
      });
    }
    // What has a header is not measured by it.
    await serving({ body: encodeWav(PCM), audioLength: 4, length }, async (open) => {
      assertEquals(await open().wav(), encodeWav(PCM));
    });
  }
});

Deno.test("Client.streamSpeech refuses a stream that is no PCM, whatever the chunks, and says that it is paid for", async () => {
  const bodies = { ...OTHER_AUDIO, ...NO_AUDIO };
  for (const [name, [body]] of Object.entries(bodies)) {
    // A short text could be samples, and a frame may be alone.
    if (body.length < 32) continue;
    for (const bytes of [3_000, 33]) {
      if (bytes < 3_000 && /ADTS|LATM|^MP[23]$/.test(name)) continue;
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < body.length; at += bytes) {
        const audioChunk = body.subarray(at, at + bytes);
        chunks.push(message(StreamSpeechResponseSchema, { audioChunk }));
      }
      await using server = rawServer(async ({ write, close }) => {
        await write(concat(bytesOf(head()), ...chunks, trailers()));
        close();
      });
      using client = clientOf(server.url, { maxRetries: 0 });
      const error = await failure(ServerError, client.streamSpeech(STREAM).bytes());
      assert(error.message.includes("The stream must be PCM"), `${name}: ${error.message}`);
      assertEquals(error.charged, "yes", name);
    }
  }
});

Deno.test("Client.downloadAudio refuses a part of the audio when it has asked for all of it", async () => {
  const wav = encodeWav([PCM]);
  const serve = (range: string, body: Uint8Array) =>
    rawServer(async ({ write }) => {
      const lines = `content-range: bytes ${range}\r\ncontent-length: ${body.length}`;
      await write(bytesOf(`HTTP/1.1 206 Partial Content\r\n${lines}\r\n\r\n`));
      await write(body);
    });
  for (const range of [`0-9999/${wav.length}`, "0-9999/*", "500-10499/20000"]) {
    await using server = serve(range, wav.subarray(0, 10_000));
    using client = clientOf(server.url, { maxRetries: 2 });
    const source = { audioUrl: `${server.url}/a`, requestId: JOB };
    const error = await failure(ServerError, client.downloadAudio(source).bytes());
    assert(error.message.includes("a part of the audio (HTTP 206)"), error.message);
    assertEquals([error.statusCode, error.charged, error.requestId], [206, "yes", JOB], range);
    assertEquals(server.requests.length, 1);
  }
  // Such a part is the whole.
  await using server = serve(`0-${wav.length - 1}/${wav.length}`, wav);
  using client = clientOf(server.url);
  assertEquals(await client.downloadAudio({ audioUrl: `${server.url}/a` }).bytes(), wav);
});
