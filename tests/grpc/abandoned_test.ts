// An answer that is rejected before its end: its stream is cancelled, so that neither connection nor process waits for it.

import { assert, assertEquals } from "@std/assert";
import { GenerateSpeechResponseSchema } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { grpcTransport } from "../../src/grpc/mod.ts";
import { frames, rawHttp2, type RawStream } from "../support/raw_http2.ts";
import { clientOf, failure, STREAM } from "../support/rig.ts";
import { bundle, RUNTIMES } from "../support/runtimes.ts";
import { concat, frame, message } from "../support/wire.ts";
import { TsetsenError } from "../../mod.ts";
import { until } from "../support/until.ts";

const job = message(GenerateSpeechResponseSchema, { requestId: "job-1" });

/** A head and some bytes; the stream stays open. */
const begin =
  (bytes: Uint8Array, head: Record<string, string> = {}) => ({ id, write }: RawStream) =>
    write(concat(frames.headers(id, head), frames.data(id, bytes)));

const GZIP = { "grpc-encoding": "gzip" };

const REJECTED: Readonly<Record<string, (stream: RawStream) => Promise<void>>> = {
  "a compressed message": begin(frame(1, new Uint8Array(20)), GZIP),
  "a message that is no protobuf": begin(frame(0, new Uint8Array([0xff, 0xff]))),
  "a page": begin(new Uint8Array(20), { "content-type": "text/html" }),
};

for (const runtime of RUNTIMES) {
  Deno.test(`grpcTransport cancels the stream of an answer that it rejects, and lets the process end, on ${runtime}`, async () => {
    await using programs = await bundle("unclosed_grpc");
    for (const [name, answer] of Object.entries(REJECTED)) {
      for (const method of ["GenerateSpeech", "StreamSpeech"]) {
        await using server = rawHttp2(answer);
        const running = programs.run(runtime, "unclosed_grpc", server.url, method);
        const { stdout, stderr, code, lingered } = await running;
        const about = `${name}, ${method}`;
        assertEquals([stderr, code], ["", 0], about);
        const charged = "unknown";
        assertEquals(JSON.parse(stdout), { name: "ServerError", charged }, about);
        assertEquals(server.resets, [{ id: 1, code: 8 }], about);
        assert(lingered < 5_000, `${about}: ${lingered} ms`);
      }
    }
  });

  Deno.test(`grpcTransport reads a message that is not compressed whatever grpc-encoding says, on ${runtime}`, async () => {
    await using programs = await bundle("unclosed_grpc");
    await using server = rawHttp2(async (stream) => {
      await begin(job, GZIP)(stream);
      await stream.write(frames.trailers(stream.id));
    });
    const { stdout, stderr } = await programs.run(runtime, "unclosed_grpc", server.url, "Generate");
    assertEquals([stdout, stderr, server.streams.length], ["{}\n", "", 1]);
  });
}

Deno.test("grpcTransport cancels the stream when an interceptor fails behind the headers", async () => {
  await using server = rawHttp2(begin(new Uint8Array()));
  const transport = grpcTransport({
    endpoint: server.url,
    interceptors: [(next) => async (request) => {
      await next(request);
      throw new Error("no");
    }],
  });
  using client = clientOf(server.url, { transport, maxRetries: 0 });
  const error = await failure(TsetsenError, client.streamSpeech(STREAM).bytes());
  assertEquals([error.charged, (error.cause as Error).message], ["unknown", "no"]);
  await until(() => server.resets.length === 1);
  assertEquals(server.resets, [{ id: 1, code: 8 }]);
});
