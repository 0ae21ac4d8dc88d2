// Promise 1 over native gRPC, where a test needs a server of its own. What an HTTP/2 server can do to a connection, and
// what is known about the money then, is in tests/grpc/connection_test.ts.

import { assertEquals } from "@std/assert";
import { RateLimitExceededError } from "../../mod.ts";
import { GenerateSpeechResponseSchema } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { startEmulator } from "../../src/emulator/mod.ts";
import { serveGrpc } from "../../src/emulator/native.ts";
import { closedPort } from "../support/raw_server.ts";
import { clientOf, failure, GENERATE, mode, setUp, startAgain, STREAM } from "../support/rig.ts";
import { bundle, RUNTIMES } from "../support/runtimes.ts";
import { answerWell, trial } from "../support/trial.ts";
import { message } from "../support/wire.ts";
import { until } from "../support/until.ts";

mode.speak = "grpc";

for (const method of ["GenerateSpeech", "StreamSpeech"] as const) {
  Deno.test(`Client sends ${method} again when the connection was refused, over native gRPC`, async () => {
    const port = closedPort();
    const retries: number[] = [];
    using client = clientOf(`127.0.0.1:${port}`, {
      maxRetries: 10,
      backoff: { baseDelay: 200, backoffFactor: 1.5, jitter: false },
      log: ({ type, attempt }) => type === "retry" && retries.push(attempt),
    });
    const spoken = method === "GenerateSpeech"
      ? client.generateSpeech(GENERATE)
      : client.streamSpeech(STREAM).bytes();
    await until(() => retries.length > 0);
    await using emulator = await startEmulator({ queueTime: 0, pace: 0 });
    await using _server = await startAgain(() => serveGrpc(emulator, { port }));
    await spoken;
    assertEquals(retries[0], 1);
    assertEquals(emulator.requests.length, 1);
    assertEquals(emulator.ledger.charges.length, 1);
  });

  for (const runtime of RUNTIMES) {
    Deno.test(`grpcTransport proves that ${method} was not taken when no connection came about, on ${runtime}`, async () => {
      await using programs = await bundle("refused");
      for (const host of [`127.0.0.1:${closedPort()}`, "tsetsen.invalid:50051"]) {
        const { stdout, stderr } = await programs.run(runtime, "refused", host, "grpc", method);
        assertEquals(stderr, "");
        const expected = { code: "connection_error", charged: "no", retries: [1] };
        assertEquals({ host, ...JSON.parse(stdout) }, { host, ...expected });
      }
    });
  }
}

Deno.test("Client takes no status for a refusal that comes after the message, and keeps the id that was in it, over native gRPC", async () => {
  await using rig = await setUp();
  const { emulator, client } = rig;
  emulator.addFault({
    kind: "metadata",
    method: "GenerateSpeech",
    trailers: { "grpc-status": "8" },
    times: Infinity,
  });
  const error = await failure(RateLimitExceededError, client.generateSpeech(GENERATE));
  assertEquals(emulator.ledger.charges.length, 1);
  assertEquals([error.charged, error.requestId], ["yes", emulator.jobs[0]?.requestId]);
});

for (const runtime of RUNTIMES) {
  Deno.test(`Client.generateSpeech says charged: unknown when the answer names no request id, over native gRPC, on ${runtime}`, async () => {
    await using programs = await bundle("withstand");
    const nameless = message(GenerateSpeechResponseSchema, {});
    let asked = 0;
    const { name, charged, others } = await trial(programs, runtime, (stream) => {
      asked++;
      return answerWell(stream, nameless);
    }, { method: "GenerateSpeech" });
    assertEquals([name, charged, asked, others], ["ServerError", "unknown", 1, []]);
  });
}
