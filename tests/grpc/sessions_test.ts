// The life of a connection of native gRPC, on each runtime: it is made again after a restart of the server, asked whether
// it lives, and let go of.

import { assert, assertEquals } from "@std/assert";
import { startEmulator } from "../../src/emulator/mod.ts";
import { serveGrpc } from "../../src/emulator/native.ts";
import type { Ended } from "../runtimes/programs/grpc.ts";
import { frames, rawHttp2 } from "../support/raw_http2.ts";
import { sleep, startAgain } from "../support/rig.ts";
import { bundle, RUNTIMES } from "../support/runtimes.ts";
import { answerWell } from "../support/trial.ts";
import { until } from "../support/until.ts";

const WAYS = [
  "closing its clients",
  "closing its clients, one of them twice",
  "closing its clients while calls are under way",
  "closing the transport",
  "the end of a using block",
];

for (const runtime of RUNTIMES) {
  Deno.test(`grpcTransport connects again after a restart of the server, and pays once, on ${runtime}`, async () => {
    await using programs = await bundle("grpc");
    await using emulator = await startEmulator({ queueTime: 0, pace: 0 });
    const first = await serveGrpc(emulator);
    const methods = Array(5).fill("GenerateSpeech");
    const calls = {
      transport: { endpoint: first.url, secure: false },
      methods,
      voiceId: "emulator-v1-bold",
      maxRetries: 10,
      baseDelay: 100,
      pause: 400,
    };
    const running = programs.run(runtime, "grpc", JSON.stringify(calls));
    await until(() => emulator.requests[1]?.done === true);
    // In the pause between two calls; the next one meets a port where nobody listens.
    await sleep(100);
    await first.close();
    await sleep(600);
    assertEquals(emulator.requests.length, 2);
    await using _second = await startAgain(() => serveGrpc(emulator, { port: first.port }));
    const { stdout, stderr } = await running;
    assertEquals(stderr, "");
    assertEquals(JSON.parse(stdout), methods.map((method) => ({ method })));
    assertEquals(emulator.requests.length, methods.length);
    assertEquals(emulator.ledger.charges.length, methods.length);
  });

  Deno.test(`grpcTransport fails the calls on a server that stops, and the next ones succeed, on ${runtime}`, async () => {
    await using programs = await bundle("grpc");
    await using emulator = await startEmulator({ queueTime: 0, pace: 0 });
    emulator.addFault({ kind: "hang", method: "GenerateSpeech", charged: true });
    const first = await serveGrpc(emulator);
    const calls = {
      transport: { endpoint: first.url, secure: false },
      methods: ["GenerateSpeech", "GenerateSpeech"],
      voiceId: "emulator-v1-bold",
      maxRetries: 10,
    };
    const running = programs.run(runtime, "grpc", JSON.stringify(calls));
    await until(() => emulator.ledger.charges.length === 1);
    await first.close();
    await using _second = await startAgain(() => serveGrpc(emulator, { port: first.port }));
    const { stdout, stderr } = await running;
    assertEquals(stderr, "");
    const [lost, next] = JSON.parse(stdout) as Ended[];
    // What was charged is not sent again.
    assertEquals([lost?.name, lost?.charged], ["ConnectionError", "unknown"]);
    assertEquals(next, { method: "GenerateSpeech" });
    assertEquals(emulator.ledger.charges.length, 2);
  });

  Deno.test(`grpcTransport goes on with a server that says goodbye again and again, on ${runtime}`, async () => {
    await using programs = await bundle("grpc");
    await using server = rawHttp2(async (stream) => {
      await answerWell(stream);
      if (server.streams.length % 4 > 0) return;
      await sleep(3);
      await stream.write(frames.goaway(2 ** 31 - 1, 0));
      await sleep(3);
      await stream.end();
    });
    const methods = Array(400).fill("GetUserBalance");
    const calls = {
      transport: { endpoint: server.url, secure: false },
      methods,
      maxRetries: 3,
      pause: 8,
    };
    const { stdout, stderr } = await programs.run(runtime, "grpc", JSON.stringify(calls));
    // Deno by itself falls over it at times, the whole process with it.
    assertEquals(stderr, "");
    assertEquals(JSON.parse(stdout), methods.map((method) => ({ method })));
  });

  Deno.test(`serveGrpc goes on when clients leave again and again, on ${runtime}`, async () => {
    await using programs = await bundle("leave_grpc");
    const { stdout, stderr, code } = await programs.run(runtime, "leave_grpc");
    assertEquals([stdout, stderr, code], ["1200\n", "", 0]);
  });

  Deno.test(`grpcTransport asks a connection on which a call was given up before it uses it again, on ${runtime}`, async () => {
    await using programs = await bundle("grpc");
    for (const deaf of [false, true]) {
      // The second call gets no answer.
      await using server = rawHttp2(
        (stream) => server.streams.length === 2 ? undefined : answerWell(stream),
        { deaf },
      );
      const { stdout, stderr } = await programs.run(
        runtime,
        "grpc",
        JSON.stringify({
          transport: { endpoint: server.url, secure: false, pingTimeout: 200 },
          methods: Array(3).fill("GetUserBalance"),
          timeout: 1_000,
        }),
      );
      assertEquals(stderr, "");
      const ends = (JSON.parse(stdout) as Ended[]).map(({ name }) => name);
      assertEquals(ends, [undefined, "TimeoutError", undefined]);
      const on = server.streams.map(({ connection }) => connection);
      assertEquals([on, server.pings], [[1, 1, deaf ? 2 : 1], 1]);
    }
  });

  Deno.test(`grpcTransport leaves no socket behind after close(), and lets the process end at once, on ${runtime}`, async () => {
    await using programs = await bundle("close_grpc");
    for (const way of WAYS) {
      const hang = way.endsWith("under way");
      await using server = rawHttp2((stream) =>
        hang && server.streams.length > 1 ? undefined : answerWell(stream)
      );
      let ended = false;
      const running = programs.run(runtime, "close_grpc", server.url, way)
        .finally(() => ended = true);
      await until(() => server.open > 0);
      await until(() => server.open === 0);
      // Another may have been opened since.
      await sleep(300);
      await until(() => server.open === 0);
      assert(!ended, `${way}: the socket was closed by the end of the process`);
      const { stdout, stderr, code, lingered } = await running;
      assertEquals([stdout, stderr, code], ['"closed"\n', "", 0], way);
      // The second that it stays alive by itself, and what a busy machine takes to end a process.
      assert(lingered < 10_000, `${way}: ${lingered} ms`);
    }
  });
}
