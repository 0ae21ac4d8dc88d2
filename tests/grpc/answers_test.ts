// How streams end, and answers from a service that is newer than this version (promises 6 and 7), over native gRPC.

import { assert, assertEquals } from "@std/assert";
import {
  GenerateSpeechResponseSchema,
  StreamSpeechResponseSchema,
} from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { ServerError } from "../../mod.ts";
import { checkEmptyAnswers, checkUnknownFields, type Serve } from "../support/answers_of_others.ts";
import { hex } from "../support/hex.ts";
import { frames, rawHttp2, type RawStream } from "../support/raw_http2.ts";
import { clientOf, failure, GENERATE, mode } from "../support/rig.ts";
import { bundle, type Programs, type Runtime, RUNTIMES } from "../support/runtimes.ts";
import { answerWell, trial } from "../support/trial.ts";
import { concat, frame, message } from "../support/wire.ts";

mode.speak = "grpc";

const chunk = (fields: { isFinal?: boolean }) =>
  message(StreamSpeechResponseSchema, { audioChunk: new Uint8Array(100), ...fields });
const [audio, last] = [chunk({}), chunk({ isFinal: true })];

/** A stream by hand: a head, these bytes, and what comes of it. */
async function byHand(
  programs: Programs,
  runtime: Runtime,
  body: Uint8Array,
  end: (stream: RawStream) => unknown,
) {
  const answer = async (stream: RawStream) => {
    const { id, write } = stream;
    await write(concat(frames.headers(id), frames.data(id, body)));
    await end(stream);
  };
  return await trial(programs, runtime, answer, { method: "StreamSpeech" });
}

for (const runtime of RUNTIMES) {
  Deno.test(`SpeechStream ends over native gRPC as over gRPC-Web, on ${runtime}`, async () => {
    await using programs = await bundle("withstand");
    const trailers = (fields: Record<string, string>) => ({ id, write }: RawStream) =>
      write(frames.trailers(id, fields));
    const expect = async (
      body: Uint8Array,
      end: (stream: RawStream) => unknown,
      ...expected: readonly [bytes: number, code?: string, charged?: string]
    ) => {
      const { bytes, code, charged, ms, others } = await byHand(programs, runtime, body, end);
      const [wanted, error, paid] = expected;
      assertEquals([bytes, code, charged], [wanted, error, paid]);
      assertEquals(others, []);
      assert(ms < 10_000, `${ms} ms`);
    };
    // It fails when neither is_final nor trailers have come,
    await expect(concat(audio, audio), ({ end }) => end(), 200, "connection_error", "yes");
    await expect(
      concat(audio, audio),
      ({ id, write }) => write(frames.end(id)),
      200,
      "connection_error",
      "yes",
    );
    // is complete at is_final, whatever becomes of the trailers,
    await expect(concat(audio, last), ({ end }) => end(), 200);
    await expect(concat(audio, last), () => {}, 200);
    await expect(concat(audio, last), ({ id, write }) => write(frames.reset(id, 2)), 200);
    // ends well without is_final if its trailers say so, and fails with the status of its trailers.
    await expect(audio, trailers({ "grpc-status": "0" }), 100);
    const restarting = { "grpc-status": "14", "grpc-message": "restarting" };
    await expect(audio, trailers(restarting), 100, "service_unavailable", "yes");
    // It gives the audio that came in one piece with what is not acceptable.
    const bad = concat(audio, frame(1, new Uint8Array(9)));
    await expect(bad, trailers({ "grpc-status": "0" }), 100, "server_error", "yes");
    await expect(bad, () => {}, 100, "server_error", "yes");
    // It was charged when audio has come, also if the service then says that there is nothing.
    await expect(audio, trailers({ "grpc-status": "5" }), 100, "resource_not_found", "yes");
  });
}

for (const runtime of RUNTIMES) {
  Deno.test(`SpeechStream reads the audio behind a head that names success, over native gRPC, on ${runtime}`, async () => {
    await using programs = await bundle("withstand");
    const ends: readonly ((id: number) => Uint8Array)[] = [
      frames.end,
      frames.trailers,
      (id) => frames.trailers(id, { "x-other": "1" }),
    ];
    for (const end of ends) {
      const answer = async ({ id, write }: RawStream) => {
        await write(frames.headers(id, { "grpc-status": "0" }));
        await write(concat(frames.data(id, concat(audio, last)), end(id)));
      };
      const { bytes, code, others } = await trial(programs, runtime, answer, {
        method: "StreamSpeech",
      });
      assertEquals([bytes, code, others], [200, undefined, []]);
    }
  });
}

Deno.test("Client.generateSpeech reads the id behind a head that names success, and takes no message for an error, over native gRPC", async () => {
  const response = message(GenerateSpeechResponseSchema, { requestId: "job-1" });
  let body: Uint8Array = response;
  await using server = rawHttp2(async ({ id, write }) => {
    await write(frames.headers(id, { "grpc-status": "0" }));
    await write(concat(frames.data(id, body), frames.end(id)));
  });
  using client = clientOf(server.url);
  assertEquals((await client.generateSpeech(GENERATE)).requestId, "job-1");
  body = new Uint8Array();
  const error = await failure(ServerError, client.generateSpeech(GENERATE));
  assertEquals(error.charged, "unknown");
});

Deno.test("Client.generateSpeech keeps the id of a message that is cut behind it, over native gRPC", async () => {
  // request_id: "job-1", and the tag of a field whose value is missing.
  const body = frame(0, hex("0a 05 6a 6f 62 2d 31 10"));
  await using server = rawHttp2((stream) => answerWell(stream, body));
  using client = clientOf(server.url);
  const error = await failure(ServerError, client.generateSpeech(GENERATE));
  assertEquals([error.requestId, error.charged], ["job-1", "yes"]);
});

for (const runtime of RUNTIMES) {
  Deno.test(`SpeechStream gives a slow reader what came before the connection was lost, over native gRPC, on ${runtime}`, async () => {
    await using programs = await bundle("withstand");
    const answer = async ({ id, write, send, end }: RawStream) => {
      await write(frames.headers(id));
      await send(audio);
      // More than is read ahead, and less than a window.
      for (let chunks = 0; chunks < 400; chunks++) await send(audio);
      await send(last);
      await end();
    };
    const options = { method: "StreamSpeech", pause: 300 } as const;
    const { bytes, code, charged } = await trial(programs, runtime, answer, options);
    assertEquals([bytes, code, charged], [40_200, undefined, undefined]);
  });
}

/** A service that answers every method with the same message. */
const serve: Serve = async (bytes, run) => {
  await using server = rawHttp2((stream) => answerWell(stream, frame(0, bytes)));
  using client = clientOf(server.url);
  return await run(client);
};

Deno.test("Client passes over fields that it does not know, in every response, over native gRPC", () =>
  checkUnknownFields(serve));

Deno.test("Client reads answers without any field, over native gRPC", () =>
  checkEmptyAnswers(serve));
