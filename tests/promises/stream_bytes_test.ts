// Promise 6, the bytes: whole samples whatever the chunking, and nothing but the samples.

import { assert, assertEquals } from "@std/assert";
import { StreamSpeechResponseSchema } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { ConnectionError, ServerError, type TsetsenError } from "../../mod.ts";
import type { Fault } from "../../src/emulator/mod.ts";
import { rawServer } from "../support/raw_server.ts";
import { clientOf, failure, type Rig, setUp, sleep, STREAM } from "../support/rig.ts";
import { bytesOf, concat, frame, head, message, trailers } from "../support/wire.ts";

// A short one, as it is also sent byte by byte.
const SHORT = { ...STREAM, text: "Аа", speed: 8 };

/** Reads a stream and checks each chunk on the way. */
async function read(rig: Rig, fault?: Fault): Promise<Uint8Array> {
  if (fault) rig.emulator.addFault(fault);
  const chunks: Uint8Array[] = [];
  for await (const chunk of rig.client.streamSpeech(SHORT)) {
    assert(chunk.length > 0 && chunk.length % 2 === 0, `a chunk of ${chunk.length} bytes`);
    // Kept as they are given out: a view into a buffer that is used again would change.
    chunks.push(chunk);
  }
  return concat(...chunks);
}

const CHUNKINGS: readonly Fault[] = [
  { kind: "stream", chunkBytes: 1 },
  { kind: "stream", chunkBytes: 2 },
  { kind: "stream", chunkBytes: 3 },
  { kind: "stream", chunkBytes: 1_001 },
  { kind: "stream", chunkBytes: 1_000_000 },
  { kind: "stream", chunkBytes: 1, waveHeader: true },
  { kind: "stream", chunkBytes: 7, waveHeader: true },
  { kind: "stream", waveHeader: true },
  { kind: "rechunk", bytes: 1 },
  { kind: "rechunk", bytes: 1_009 },
];

Deno.test("SpeechStream gives the same whole samples whatever the chunking, a RIFF header or none", async () => {
  await using rig = await setUp({ emulator: { streamPace: 0 } });
  const whole = await read(rig);
  assert(whole.length > 500 && whole.some((byte) => byte !== 0));
  for (const fault of CHUNKINGS) {
    const name = JSON.stringify(fault);
    const got = await read(rig, fault);
    assertEquals(got.length, whole.length, name);
    assert(got.every((byte, at) => byte === whole[at]), name);
  }
});

Deno.test("SpeechStream.wav is a WAV file with true lengths, of exactly the samples", async () => {
  await using rig = await setUp({ emulator: { streamPace: 0 } });
  const pcm = await read(rig);
  const wav = await rig.client.streamSpeech(SHORT).wav();
  const view = new DataView(wav.buffer);
  assertEquals(new TextDecoder().decode(wav.subarray(0, 4)), "RIFF");
  assertEquals(view.getUint32(4, true), 36 + pcm.length);
  assertEquals([view.getUint16(22, true), view.getUint32(24, true), view.getUint16(34, true)], [
    1,
    24_000,
    16,
  ]);
  assertEquals(view.getUint32(40, true), pcm.length);
  assertEquals(wav.subarray(44), pcm);
});

Deno.test("SpeechStream.toResponse is a WAV response of exactly the samples", async () => {
  await using rig = await setUp({ emulator: { streamPace: 0 } });
  const pcm = await read(rig);
  const response = await rig.client.streamSpeech(SHORT).toResponse({
    status: 203,
    headers: { "cache-control": "private" },
  });
  assertEquals(response.status, 203);
  assertEquals(response.headers.get("content-type"), "audio/wav");
  assertEquals(response.headers.get("cache-control"), "private");
  const body = new Uint8Array(await response.arrayBuffer());
  assertEquals(new TextDecoder().decode(body.subarray(0, 4)), "RIFF");
  // The length is not known yet: SoX's number stands for that.
  assertEquals(new DataView(body.buffer).getUint32(40, true), 0x7fff_f000);
  assertEquals(body.subarray(44), pcm);
});

Deno.test("SpeechStream.toResponse rejects when the stream fails before its first chunk", async () => {
  await using rig = await setUp();
  rig.emulator.addFault({ kind: "error", code: "INTERNAL" });
  await failure(ServerError, rig.client.streamSpeech(STREAM).toResponse());
});

Deno.test("SpeechStream.toReadableStream errors with our error when the stream breaks", async () => {
  await using rig = await setUp();
  rig.emulator.addFault({ kind: "drop", afterBytes: 30_000 });
  const readable = rig.client.streamSpeech(STREAM).toReadableStream();
  const error = await failure(ConnectionError, new Response(readable).arrayBuffer());
  assertEquals(error.charged, "yes");
});

Deno.test("SpeechStream gives the chunks before an error_message, and then the error", async () => {
  await using rig = await setUp();
  rig.emulator.addFault({ kind: "stream", errorMessage: "out of breath", afterChunks: 2 });
  let chunks = 0;
  const error = await failure(
    ServerError,
    (async () => {
      for await (const _ of rig.client.streamSpeech(STREAM)) chunks++;
    })(),
  );
  assertEquals(chunks, 2);
  assertEquals(error.message, "server_error: The service ended the stream: out of breath");
});

Deno.test("SpeechStream ends well without is_final, if its trailers say so", async () => {
  await using rig = await setUp();
  const whole = await read(rig);
  assertEquals((await read(rig, { kind: "stream", neverFinal: true })).length, whole.length);
});

Deno.test("SpeechStream can be read once", async () => {
  await using rig = await setUp();
  const stream = rig.client.streamSpeech(STREAM);
  await stream.bytes();
  assertEquals(await stream.next(), { done: true, value: undefined });
  const left = rig.client.streamSpeech(STREAM);
  await left.cancel();
  for (const audio of [stream, left]) {
    const all = [
      () => audio.bytes(),
      () => audio.wav(),
      () => audio.blob(),
      () => audio.toResponse(),
      // deno-lint-ignore require-await -- what it throws is to be a rejection
      async () => audio.toReadableStream(),
    ];
    for (const read of all) {
      const { message } = await failure(TypeError, read());
      assert(message.startsWith("The audio must be unread: it has been read"), message);
    }
  }
  assertEquals(rig.emulator.requests.length, 1);
});

/** A stream by hand: these bytes, and then the end of the connection, or silence. */
async function byHand(
  end: "closed" | "silent",
  ...body: readonly Uint8Array[]
): Promise<{ bytes: number; error: TsetsenError | undefined; ms: number }> {
  await using server = rawServer(async (connection) => {
    await connection.write(concat(bytesOf(head()), ...body));
    if (end === "closed") connection.close();
  });
  using client = clientOf(server.url, { maxRetries: 0 });
  const start = performance.now();
  let bytes = 0;
  let error: TsetsenError | undefined;
  try {
    for await (const chunk of client.streamSpeech(STREAM)) bytes += chunk.length;
  } catch (thrown) {
    error = thrown as TsetsenError;
  }
  const ms = performance.now() - start;
  // The connection is given up without a word about it.
  await sleep(10);
  return { bytes, error, ms };
}

const chunk = (fields: { isFinal?: boolean }) =>
  message(StreamSpeechResponseSchema, { audioChunk: new Uint8Array(100), ...fields });

Deno.test("SpeechStream fails when neither is_final nor trailers have come", async () => {
  const { bytes, error } = await byHand("closed", chunk({}), chunk({}));
  assertEquals([bytes, error?.code, error?.charged], [200, "connection_error", "yes"]);
});

Deno.test("SpeechStream is complete at is_final, whatever becomes of the trailers", async () => {
  for (const end of ["closed", "silent"] as const) {
    const { bytes, error, ms } = await byHand(end, chunk({}), chunk({ isFinal: true }));
    assertEquals([bytes, error], [200, undefined]);
    // Silence would last for the 30 seconds of the idle timeout.
    assert(ms < 20_000, `${ms} ms`);
  }
});

Deno.test("SpeechStream fails with the status of its trailers", async () => {
  const status = trailers({ "grpc-status": "14", "grpc-message": "restarting" });
  const { bytes, error } = await byHand("closed", chunk({}), status);
  assertEquals([bytes, error?.code, error?.charged], [100, "service_unavailable", "yes"]);
});

Deno.test("SpeechStream gives the audio that came in one piece with what is not acceptable", async () => {
  const { bytes, error } = await byHand("closed", chunk({}), frame(1, new Uint8Array(9)));
  assertEquals([bytes, error?.code, error?.charged], [100, "server_error", "yes"]);
});

Deno.test("SpeechStream was charged when audio has come, also if the service then says that there is nothing", async () => {
  const { bytes, error } = await byHand("closed", chunk({}), trailers({ "grpc-status": "5" }));
  assertEquals([bytes, error?.code, error?.charged], [100, "resource_not_found", "yes"]);
});
