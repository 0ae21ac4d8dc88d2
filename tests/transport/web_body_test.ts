// A `fetch` whose answers have a stream of Node, or none: node-fetch and React Native. tests/package has the packages themselves.

import { assert, assertEquals } from "@std/assert";
import { Readable } from "node:stream";
import { Client, ConnectionError, encodeWav, ServerError } from "../../mod.ts";
import { Client as LeanClient } from "../../src/lean/mod.ts";
import { setUp as setUpProxy } from "../proxy/setup.ts";
import { failure, GENERATE, setUp, STREAM } from "../support/rig.ts";
import { until } from "../support/until.ts";

type Fetch = typeof globalThis.fetch;

const left: Readable[] = [];

const ofNode: Fetch = async (...request) => {
  const response = await fetch(...request);
  if (response.body === null) return response;
  const body = Readable.fromWeb(response.body as never);
  left.push(body);
  return like(response, { body });
};

const inOnePiece: Fetch = async (...request) => {
  const response = await fetch(...request);
  const bytes = await response.arrayBuffer();
  return like(response, { arrayBuffer: () => Promise.resolve(bytes) });
};

function like(response: Response, body: object): Response {
  const { ok, status, type, redirected, url, headers } = response;
  return { ok, status, type, redirected, url, headers, ...body } as Response;
}

for (
  const [name, fetch] of Object.entries({ "a stream of Node": ofNode, "one piece": inOnePiece })
) {
  for (const Class of [Client, LeanClient]) {
    const about = `${name}, with ${Class === Client ? "the default" : "the lean"} client`;
    Deno.test(`Client reads answers that come as ${about}`, async () => {
      await using rig = await setUp();
      const { emulator, endpoint } = rig;
      const client = new Class({ apiKey: emulator.apiKey, endpoint, fetch, maxRetries: 0 });
      const job = await client.submit(GENERATE);
      const wav = await (await job.audio()).bytes();
      assertEquals(wav, await (await rig.client.job(job.requestId).audio()).bytes());
      const pcm = await client.streamSpeech(STREAM).bytes();
      assertEquals(pcm, await rig.client.streamSpeech(STREAM).bytes());
      emulator.addFault({ kind: "http", status: 200, method: "GenerateSpeech" });
      assertEquals((await failure(ServerError, client.submit(GENERATE))).charged, "unknown");
      client.close();
    });
  }
}

for (
  const [name, fetch] of Object.entries({ "a stream of Node": ofNode, "one piece": inOnePiece })
) {
  Deno.test(`createProxy passes on answers that come as ${name}`, async () => {
    await using service = await setUpProxy({ fetch });
    const { emulator, page } = service;
    const job = await page.submit(GENERATE);
    const wav = await (await job.audio()).bytes();
    const { apiKey, url: endpoint } = emulator;
    const direct = new Client({ apiKey, endpoint });
    assertEquals(wav, await (await direct.job(job.requestId).audio()).bytes());
    assertEquals(
      await page.streamSpeech(STREAM).bytes(),
      await direct.streamSpeech(STREAM).bytes(),
    );
    // A server that sends the whole as a part of itself.
    const headers = {
      "content-type": "audio/wav",
      "content-range": `bytes 0-${wav.length - 1}/${wav.length}`,
    };
    emulator.addFault({ kind: "http", method: "Audio", status: 206, headers, body: wav });
    assertEquals(await (await job.audio()).bytes(), wav);
    direct.close();
  });
}

Deno.test("AudioDownload takes nothing but bytes from a fetch", async () => {
  await using rig = await setUp();
  const { emulator, endpoint } = rig;
  const { requestId } = await rig.client.submit(GENERATE);
  const sound = encodeWav(new Uint8Array(4_800));
  const memory = new Uint8Array(100_000);
  memory.set(sound, 1_000);
  const view = new DataView(memory.buffer, 1_000, sound.length);
  for (const odd of [view, 7, "7", new Uint16Array(8), null, {}]) {
    const oddly: Fetch = async (...request) => {
      const response = await fetch(...request);
      if (response.headers.get("content-type") !== "audio/wav") return response;
      await response.body?.cancel();
      const headers = new Headers({ "content-type": "audio/wav" });
      const { ok, status, type, redirected, url } = response;
      const body = (async function* () {
        yield sound;
        yield odd;
      })();
      return { ok, status, type, redirected, url, headers, body } as unknown as Response;
    };
    const client = new Client({ apiKey: emulator.apiKey, endpoint, fetch: oddly, maxRetries: 0 });
    const audio = await client.job(requestId).audio();
    const error = await failure(ConnectionError, audio.bytes());
    assertEquals([error.charged, error.requestId], ["yes", requestId]);
    client.close();
  }
});

Deno.test("SpeechStream that is left destroys the stream of Node that it was read from", async () => {
  await using rig = await setUp();
  const { emulator, endpoint } = rig;
  emulator.addFault({ kind: "hang", method: "StreamSpeech", afterBytes: 20_000 });
  const client = new Client({ apiKey: emulator.apiKey, endpoint, fetch: ofNode });
  left.length = 0;
  for await (const chunk of client.streamSpeech(STREAM)) {
    assert(chunk.length > 0);
    break;
  }
  await until(() => left.every(({ destroyed }) => destroyed));
  assertEquals(left.length, 1);
  client.close();
});
