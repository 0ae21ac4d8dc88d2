// Audio as the answer of a server: headers, ranges, HEAD, and lengths.

import { assert, assertEquals } from "@std/assert";
import { type Client, encodeWav, wavHeader } from "../../mod.ts";
import { type AudioAnswer, audioServer } from "../support/audio_server.ts";
import { concat, utf8 } from "../support/hex.ts";
import { clientOf, failure, GENERATE, setUp, STREAM } from "../support/rig.ts";
import { until } from "../support/until.ts";

const PCM = Uint8Array.from({ length: 48_000 }, (_, i) => i % 200);
const WAV = encodeWav(PCM);
const MP3 = concat(utf8("ID3\x04\0\0\0\0\0\0"), new Uint8Array(5_000));

/** A server of one's own that passes on what an audio server has. */
async function passing(
  answer: AudioAnswer,
  run: (ask: (init?: RequestInit) => Promise<Response>, client: Client) => Promise<void>,
): Promise<void> {
  await using source = audioServer(answer);
  using client = clientOf(source.url, { maxRetries: 0 });
  const audio = () => client.downloadAudio({ audioUrl: `${source.url}/a` });
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => audio().toResponse({ request }),
  );
  await run((init) => fetch(`http://127.0.0.1:${server.addr.port}/`, init), client);
}

Deno.test("AudioStream.toResponse has headers that keep browsers, caches and proxies from changing it", async () => {
  await using rig = await setUp();
  const job = await rig.client.submit(GENERATE);
  const stream = await rig.client.streamSpeech(STREAM).toResponse();
  const download = await (await job.audio()).toResponse();
  for (const { headers } of [stream, download]) {
    assertEquals(headers.get("x-content-type-options"), "nosniff");
    assertEquals(headers.get("cache-control"), "no-store, no-transform");
    assertEquals(headers.get("x-accel-buffering"), "no");
    assertEquals(headers.get("content-type"), "audio/wav");
  }
  assertEquals(stream.headers.get("accept-ranges"), "none");
  assertEquals(download.headers.get("accept-ranges"), "bytes");
  assertEquals((await stream.bytes()).subarray(0, 44), wavHeader());
  await download.body!.cancel();
});

Deno.test("AudioStream.toResponse never passes on a content type that is not audio", async () => {
  for (const type of ["text/html", "application/json", "image/svg+xml", "text/javascript"]) {
    await passing({ body: MP3, headers: { "content-type": type } }, async (ask) => {
      const response = await ask();
      assertEquals(response.headers.get("content-type"), "audio/mpeg", type);
      assertEquals(await response.bytes(), MP3);
    });
  }
});

Deno.test("AudioDownload.toResponse answers ranges, of a WAV and of bare PCM with its header", async () => {
  const rows: [range: string, status: number, from: number, to: number][] = [
    // What Safari asks first.
    ["bytes=0-1", 206, 0, 2],
    ["bytes=0-", 206, 0, 48_044],
    ["bytes=43-45", 206, 43, 46],
    ["bytes=20000-20001", 206, 20_000, 20_002],
    ["bytes=48043-", 206, 48_043, 48_044],
    ["bytes=40000-99999", 206, 40_000, 48_044],
    ["bytes=-4", 206, 48_040, 48_044],
    ["bytes=-99999", 206, 0, 48_044],
    ["bytes=48044-", 416, 0, 0],
    ["bytes=-0", 416, 0, 0],
    ["bytes=5-4", 200, 0, 48_044],
    ["bytes=0-1,4-5", 200, 0, 48_044],
    ["seconds=0-1", 200, 0, 48_044],
  ];
  for (const body of [WAV, PCM]) {
    await passing({ body, headers: { etag: '"one"' } }, async (ask) => {
      for (const [range, status, from, to] of rows) {
        const response = await ask({ headers: { range } });
        assertEquals(response.status, status, range);
        assertEquals(await response.bytes(), WAV.slice(from, to), range);
        assertEquals(response.headers.get("content-length"), `${to - from}`, range);
        const expected = status === 206
          ? `bytes ${from}-${to - 1}/48044`
          : status === 416
          ? "bytes */48044"
          : null;
        assertEquals(response.headers.get("content-range"), expected, range);
      }
    });
  }
});

Deno.test("AudioDownload.toResponse gives the whole when the range depends on another version", async () => {
  await passing({ body: WAV, headers: { etag: '"one"' } }, async (ask) => {
    for (const [ifRange, status] of [['"one"', 206], ['"two"', 200], ['W/"one"', 200]] as const) {
      const response = await ask({ headers: { range: "bytes=0-1", "if-range": ifRange } });
      assertEquals([response.status, response.headers.get("etag")], [status, '"one"'], ifRange);
      await response.body!.cancel();
    }
  });
});

Deno.test("AudioDownload.toResponse answers HEAD without a body, and no range without a length", async () => {
  await passing({ body: WAV }, async (ask) => {
    const response = await ask({ method: "HEAD" });
    assertEquals([response.status, response.headers.get("content-length")], [200, "48044"]);
    assertEquals((await response.bytes()).length, 0);
  });
  const headers = { "content-length": "" };
  await passing({ body: WAV, headers, then: "close" }, async (ask) => {
    const response = await ask({ headers: { range: "bytes=0-1" } });
    assertEquals([response.status, response.headers.get("accept-ranges")], [200, "none"]);
    assertEquals(await response.bytes(), WAV);
  });
});

Deno.test("AudioStream.toResponse takes the request alone, and sends none of its headers back", async () => {
  await using rig = await setUp();
  const job = await rig.client.submit(GENERATE);
  const headers = { range: "bytes=0-3", cookie: "s3cret", authorization: "s3cret" };
  const request = new Request("https://app.example/", { headers });
  const response = await (await job.audio()).toResponse(request);
  assertEquals([response.status, await response.text()], [206, "RIFF"]);
  assert(!JSON.stringify([...response.headers]).includes("s3cret"));
  // A status of one's own is kept, and whole.
  const own = await (await job.audio()).toResponse({ request, status: 203, headers: { a: "1" } });
  assertEquals([own.status, own.headers.get("a")], [203, "1"]);
  await own.body!.cancel();
});

Deno.test("SpeechStream.toResponse buys nothing for a HEAD, and no second time for a range", async () => {
  await using rig = await setUp();
  const head = await rig.client.streamSpeech(STREAM).toResponse({
    request: new Request("https://app.example/", { method: "HEAD" }),
  });
  assertEquals([head.body, head.headers.get("content-type")], [null, "audio/wav"]);
  assertEquals(rig.emulator.requests.length, 0);
  const request = new Request("https://app.example/", { headers: { range: "bytes=0-1" } });
  const whole = await rig.client.streamSpeech(STREAM).toResponse({ request });
  assertEquals(whole.status, 200);
  assert((await whole.bytes()).length > 1_000);
  assertEquals(rig.emulator.ledger.charges.length, 1);
});

Deno.test("AudioDownload.toResponse ends the transfer when only a part of it is wanted", async () => {
  await using rig = await setUp();
  const job = await rig.client.submit({ ...GENERATE, text: "Хүн бүр эрх чөлөөтэй. ".repeat(40) });
  rig.emulator.addFault({ kind: "hang", method: "Audio", afterBytes: 100_000, times: 3 });
  const downloads = () => rig.sent("Audio");
  const request = new Request("https://app.example/", { headers: { range: "bytes=0-1" } });
  const response = await (await job.audio()).toResponse({ request });
  assertEquals(await response.text(), "RI");
  await until(() => downloads()[0]?.aborted === true);
  const head = new Request("https://app.example/", { method: "HEAD" });
  await (await job.audio()).toResponse({ request: head });
  await until(() => downloads()[1]?.aborted === true);
  await failure(TypeError, (await job.audio()).toResponse({ status: 304 }));
  await until(() => downloads()[2]?.aborted === true);
});

Deno.test("AudioStream.toResponse gives a body of known length where the runtime has one, as R2 wants it", async () => {
  const lengths: number[] = [];
  class FixedLengthStream extends TransformStream<Uint8Array, Uint8Array> {
    constructor(length: number) {
      super();
      lengths.push(length);
    }
  }
  const host = globalThis as { FixedLengthStream?: unknown };
  host.FixedLengthStream = FixedLengthStream;
  try {
    await using source = audioServer({ body: WAV });
    using client = clientOf(source.url, { maxRetries: 0 });
    const audio = () => client.downloadAudio({ audioUrl: `${source.url}/a` });
    assertEquals(await (await audio().toResponse()).bytes(), WAV);
    const request = new Request("https://app.example/", { headers: { range: "bytes=0-1" } });
    assertEquals(await (await audio().toResponse({ request })).text(), "RI");
    assertEquals(lengths, [48_044, 2]);
  } finally {
    delete host.FixedLengthStream;
  }
});
