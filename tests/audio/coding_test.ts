// A content coding that was not asked for is undone on every runtime, and counts with what it becomes.

import { assert, assertEquals } from "@std/assert";
import { ConnectionError, encodeWav, ServerError, TsetsenError } from "../../mod.ts";
import { type AudioAnswer, audioServer } from "../support/audio_server.ts";
import { clientOf, failure, setUp } from "../support/rig.ts";
import { bundle, RUNTIMES } from "../support/runtimes.ts";

const WAV = encodeWav(Uint8Array.from({ length: 48_000 }, (_, i) => i % 200));

async function compressed(bytes: Uint8Array<ArrayBuffer>, format: "gzip" | "deflate") {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream(format));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function coded(body: Uint8Array, coding: string): AudioAnswer {
  return {
    body,
    headers: { "content-encoding": coding, "content-type": "audio/wav", etag: '"1"' },
  };
}

Deno.test("Client.downloadAudio undoes gzip and deflate", async () => {
  for (
    const [coding, format] of [["gzip", "gzip"], ["x-gzip", "gzip"], ["GZIP", "gzip"], [
      "deflate",
      "deflate",
    ]] as const
  ) {
    await using server = audioServer(coded(await compressed(WAV, format), coding));
    using client = clientOf(server.url, { maxRetries: 0 });
    const audio = client.downloadAudio({ audioUrl: `${server.url}/a` });
    assertEquals(await audio.bytes(), WAV, coding);
    // The length that was announced is not that of the audio.
    assertEquals([audio.format, audio.contentLength, audio.duration], ["wav", undefined, 1_000]);
  }
  // A server that only says so.
  await using plain = audioServer(coded(WAV, "identity"));
  using client = clientOf(plain.url);
  assertEquals(await client.downloadAudio({ audioUrl: `${plain.url}/a` }).bytes(), WAV);
});

Deno.test("Client.downloadAudio refuses a coding that not every runtime undoes", async () => {
  for (const coding of ["br", "zstd", "gzip, br", "compress"]) {
    await using server = audioServer(coded(new Uint8Array(100), coding));
    using client = clientOf(server.url, { maxRetries: 0 });
    const error = await failure(
      TsetsenError,
      client.downloadAudio({ audioUrl: `${server.url}/a` }).bytes(),
    );
    // Deno's fetch itself fails for what it cannot undo.
    assert(error instanceof ServerError || error instanceof ConnectionError, `${coding}: ${error}`);
  }
});

Deno.test("Client.downloadAudio counts what a coding becomes, not what came over the wire", async () => {
  // 64 MiB of silence are 64 KB of gzip.
  const bomb = await compressed(encodeWav(new Uint8Array(64 * 1024 * 1024)), "gzip");
  assert(bomb.length < 100_000);
  await using server = audioServer(coded(bomb, "gzip"));
  using client = clientOf(server.url, { maxRetries: 0 });
  let received = 0;
  const audio = client.downloadAudio({ audioUrl: `${server.url}/a` }, {
    maxBytes: 1_000_000,
    onProgress: ({ bytes }) => received = bytes,
  });
  const error = await failure(ServerError, audio.bytes());
  assert(error.message.includes("larger than 1000000 bytes"), error.message);
  // It came in pieces that are small beside the bound, and not as the whole at once.
  assert(received > 900_000 && received <= 1_000_000, `${received}`);
});

Deno.test("Client.downloadAudio fails when coded audio breaks off, and gives no part of it as the whole", async () => {
  const bytes = await compressed(WAV, "gzip");
  for (const until of [bytes.length - 4, Math.floor(bytes.length / 2)]) {
    await using server = audioServer({ ...coded(bytes.slice(0, until), "gzip") });
    using client = clientOf(server.url, { maxRetries: 1 });
    await failure(ConnectionError, client.downloadAudio({ audioUrl: `${server.url}/a` }).bytes());
  }
});

for (const runtime of RUNTIMES) {
  Deno.test(`Client.downloadAudio gets the same of a coded file, and console.log shows what audio is, on ${runtime}`, async () => {
    await using programs = await bundle("coded_audio");
    await using rig = await setUp();
    await using server = audioServer(coded(await compressed(WAV, "gzip"), "gzip"));
    const run = await programs.run(runtime, "coded_audio", rig.emulator.url, `${server.url}/a`);
    assertEquals([run.code, run.stderr], [0, ""]);
    assertEquals(run.stdout.trim().split("\n"), [
      "48044",
      'AudioDownload { format: "wav", sampleRate: 24000, duration: 1000, contentLength: undefined, isRaw: false, bodyUsed: true }',
      'SpeechStream { format: "pcm", sampleRate: 24000, duration: undefined, contentLength: undefined, isRaw: true, bodyUsed: false }',
    ]);
  });
}
