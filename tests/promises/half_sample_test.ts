// A stream that ends in the middle of a sample, well or badly: no reader gets half a sample, and none loses a whole one.

import { assert, assertEquals } from "@std/assert";
import { StreamSpeechResponseSchema } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import {
  type BaseClient,
  Client,
  type ClientOptions,
  encodeWav,
  type SpeechStream,
  wavHeader,
} from "../../mod.ts";
import { keptAudio, saveAudio } from "../../src/file/mod.ts";
import { Client as LeanClient } from "../../src/lean/mod.ts";
import { narrate } from "../../src/narration/mod.ts";
import { startProxy } from "../proxy/setup.ts";
import { rawServer } from "../support/raw_server.ts";
import { KEY, rejection, STREAM, within } from "../support/rig.ts";
import { bytesOf, concat, head, message, trailers } from "../support/wire.ts";

const SOUND = Uint8Array.from({ length: 9_601 }, (_, i) => 1 + i % 200);
/** What is in whole samples. */
const PCM = SOUND.subarray(0, 9_600);

type Ending = "ok" | "final" | "status" | "cut";
const BROKEN: readonly Ending[] = ["status", "cut"];

/** A service whose streams have an odd length, in messages of odd lengths. */
function service(ending: Ending, header: boolean) {
  return rawServer(async ({ write, close }) => {
    const pieces = header ? [wavHeader()] : [];
    for (let at = 0; at < SOUND.length; at += 1_601) pieces.push(SOUND.subarray(at, at + 1_601));
    const messages = pieces.map((audioChunk, i) =>
      message(StreamSpeechResponseSchema, {
        audioChunk,
        isFinal: ending === "final" && i === pieces.length - 1,
      })
    );
    const end = ending === "cut"
      ? new Uint8Array()
      : ending === "status"
      ? trailers({ "grpc-status": "13", "grpc-message": "out of breath" })
      : trailers();
    await write(concat(bytesOf(head()), ...messages, end));
    close();
  });
}

const CLIENTS = { "connect-web": Client, lean: LeanClient } as const;

/** Each way to read a stream, and the samples that come of it, whether it ends well or not. */
const WAYS: Readonly<Record<string, (stream: SpeechStream, taken: Uint8Array[]) => Promise<void>>> =
  {
    async loop(stream, taken) {
      for await (const chunk of stream) {
        assertEquals(chunk.length % 2, 0);
        taken.push(chunk);
      }
    },
    async toReadableStream(stream, taken) {
      for await (const chunk of stream.toReadableStream()) {
        assertEquals(chunk.length % 2, 0);
        taken.push(chunk);
      }
    },
    async toResponse(stream, taken) {
      const body = (await stream.toResponse()).body!;
      for await (const chunk of body) taken.push(chunk);
    },
    async bytes(stream, taken) {
      taken.push(await stream.bytes());
    },
    async wav(stream, taken) {
      const wav = await stream.wav();
      assertEquals(wav, encodeWav(PCM));
      taken.push(wav.subarray(44));
    },
    async blob(stream, taken) {
      taken.push(new Uint8Array(await (await stream.blob()).arrayBuffer()).subarray(44));
    },
  };

for (const [transport, Class] of Object.entries(CLIENTS)) {
  Deno.test(`SpeechStream gives no half of a sample, whatever ends it and however it is read, over ${transport}`, async () => {
    for (const header of [false, true]) {
      for (const ending of ["ok", "final", "status", "cut"] as const) {
        await using server = service(ending, header);
        using client = open(Class, server.url);
        for (const [way, read] of Object.entries(WAYS)) {
          const taken: Uint8Array[] = [];
          const error = await rejection(within((async () => {
            await read(client.streamSpeech(STREAM), taken);
            throw "complete";
          })()));
          const broken = BROKEN.includes(ending);
          assertEquals(error !== "complete", broken, `${way}, ${ending}`);
          let bytes = concat(...taken);
          if (way === "toResponse" && bytes.length > 0) {
            assertEquals(bytes.subarray(0, 4), wavHeader().subarray(0, 4));
            bytes = bytes.subarray(44);
          }
          // What collects the whole gives nothing of a broken stream.
          const whole = broken && ["bytes", "wav", "blob"].includes(way) ? 0 : PCM.length;
          assertEquals(bytes, PCM.subarray(0, whole), `${way}, ${ending}, header ${header}`);
        }
      }
    }
  });
}

Deno.test("saveAudio writes no half of a sample, of a stream that ends and of one that breaks off", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const ending of ["ok", "final", "status", "cut"] as const) {
      for (const name of ["speech.wav", "speech.pcm"]) {
        await using server = service(ending, false);
        using client = open(Client, server.url);
        const path = `${folder}/${ending}-${name}`;
        const error = await rejection(within((async () => {
          await saveAudio(path, client.streamSpeech(STREAM));
          throw "complete";
        })()));
        const [kept] = BROKEN.includes(ending) ? keptAudio(error) : [path];
        const bytes = await Deno.readFile(kept!);
        const isWav = new TextDecoder().decode(bytes.subarray(0, 4)) === "RIFF";
        assertEquals(bytes, isWav ? encodeWav(PCM) : PCM, `${name}, ${ending}`);
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("createProxy's visitors get no half of a sample", async () => {
  for (const ending of ["ok", "final", "status", "cut"] as const) {
    await using server = service(ending, false);
    await using proxy = startProxy({ apiKey: KEY, endpoint: server.url });
    const taken: Uint8Array[] = [];
    const error = await rejection(within((async () => {
      await WAYS["loop"]!(proxy.page.streamSpeech(STREAM), taken);
      throw "complete";
    })()));
    assertEquals(error !== "complete", BROKEN.includes(ending), ending);
    assertEquals(concat(...taken), PCM, ending);
  }
});

Deno.test("narrate by streams joins no half of a sample", async () => {
  await using server = service("ok", false);
  using client = open(Client, server.url);
  const text = "Сайн байна уу? Би ирлээ.\n\nБаяртай.";
  const narration = narrate(client, { text, voiceId: STREAM.voiceId, version: "beta-v0.2" }, {
    method: "stream",
    maxCharacters: 20,
  });
  const bytes = await within(narration.bytes());
  assert(bytes.length >= 2 * PCM.length);
  assertEquals(bytes.length % 2, 0);
  // The samples of each part stand where a sample begins.
  for (let at = 0, found = 0; found < 2; at += 2) {
    assert(at < bytes.length, "a part is not there");
    if (bytes[at] !== 1 || bytes[at + 1] !== 2) continue;
    assertEquals(bytes.subarray(at, at + PCM.length), PCM);
    found++;
    at += PCM.length - 2;
  }
});

function open(
  Class: new (options: Omit<ClientOptions, "transport">) => BaseClient,
  endpoint: string,
): BaseClient {
  return new Class({ endpoint, apiKey: KEY, maxRetries: 0 });
}
