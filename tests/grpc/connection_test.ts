// What an HTTP/2 server can do to a connection, on each runtime: one fault gives one class, and the money is right.

import { assertEquals } from "@std/assert";
import { GenerateSpeechResponseSchema } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import type { Ended } from "../runtimes/programs/grpc.ts";
import * as http2 from "../support/http2_frames.ts";
import { frames, rawHttp2, type RawStream } from "../support/raw_http2.ts";
import { rawServer } from "../support/raw_server.ts";
import { bundle, RUNTIMES } from "../support/runtimes.ts";
import { bytesOf, concat, message } from "../support/wire.ts";

const job = message(GenerateSpeechResponseSchema, { requestId: "job-1" });

async function succeed({ id, write }: RawStream): Promise<void> {
  await write(concat(frames.headers(id), frames.data(id, job), frames.trailers(id)));
}

interface Situation {
  readonly name: string;
  /** What the server does with the first request; the others succeed. */
  readonly first: (stream: RawStream) => void | Promise<void>;
  /** What becomes of a call that costs, sent again if that is safe. */
  readonly becomes: "sent again" | "no answer" | "broken off" | "success";
}

const SITUATIONS: readonly Situation[] = [
  {
    name: "RST_STREAM with REFUSED_STREAM",
    first: ({ id, write }) => write(frames.reset(id, 7)),
    becomes: "sent again",
  },
  {
    name: "GOAWAY for a stream that it did not take, and the end of the connection",
    async first({ id, write, close }) {
      await write(frames.goaway(id - 2 < 0 ? 0 : id - 2, 0));
      close();
    },
    becomes: "sent again",
  },
  {
    name: "GOAWAY with an error for a stream that it did not take",
    async first({ write, close }) {
      await write(frames.goaway(0, 2));
      close();
    },
    becomes: "sent again",
  },
  {
    name: "GOAWAY for a stream that it took, and the end of the connection",
    async first({ id, write, close }) {
      await write(frames.goaway(id, 0));
      close();
    },
    becomes: "no answer",
  },
  {
    name: "GOAWAY for a stream that it took, and its answer",
    async first(stream) {
      await stream.write(frames.goaway(stream.id, 0));
      await succeed(stream);
    },
    becomes: "success",
  },
  ...[1, 2, 8, 11, 13].map((code): Situation => ({
    name: `RST_STREAM with the code ${code}`,
    first: ({ id, write }) => write(frames.reset(id, code)),
    becomes: "no answer",
  })),
  {
    name: "RST_STREAM with no error, before any answer",
    first: ({ id, write }) => write(frames.reset(id, 0)),
    becomes: "no answer",
  },
  {
    name: "RST_STREAM after the headers",
    first: ({ id, write }) => write(concat(frames.headers(id), frames.reset(id, 8))),
    becomes: "broken off",
  },
  {
    name: "RST_STREAM with no error in the middle of the answer",
    first: ({ id, write }) =>
      write(concat(frames.headers(id), frames.data(id, job.subarray(0, 7)), frames.reset(id, 0))),
    becomes: "broken off",
  },
  {
    name: "RST_STREAM with REFUSED_STREAM after the headers",
    first: ({ id, write }) => write(concat(frames.headers(id), frames.reset(id, 7))),
    becomes: "broken off",
  },
  {
    name: "the end of the connection, without a word",
    first: ({ close }) => close(),
    becomes: "no answer",
  },
  {
    name: "the end of the connection in the middle of the answer",
    async first({ id, write, close }) {
      await write(concat(frames.headers(id), frames.data(id, job.subarray(0, 7))));
      close();
    },
    becomes: "broken off",
  },
];

const ENDS = {
  "no answer": (origin: string) =>
    `No answer from ${origin}: the connection could not be made or was lost. Check address, network, TLS and protocol ` +
    "(gRPC-Web needs no grpcTransport): `tsetsen doctor` tells which it is.",
  "broken off": (origin: string) => `The answer from ${origin} broke off: the connection was lost.`,
} as const;

for (const runtime of RUNTIMES) {
  Deno.test(`grpcTransport tells what was not taken from what may have been, on ${runtime}`, async () => {
    await using programs = await bundle("grpc");
    const found: string[] = [];
    for (const { name, first, becomes } of SITUATIONS) {
      await using server = rawHttp2((stream) =>
        server.streams.length === 1 ? first(stream) : succeed(stream)
      );
      const calls = {
        transport: { endpoint: server.url, secure: false },
        methods: ["GenerateSpeech"],
        maxRetries: 3,
      };
      const { stdout, stderr } = await programs.run(runtime, "grpc", JSON.stringify(calls));
      const [end] = stderr === "" ? JSON.parse(stdout) as Ended[] : [];
      const { cause: _, ...told } = end ?? { method: stderr };
      const lost = becomes === "no answer" || becomes === "broken off";
      const expected = {
        method: "GenerateSpeech",
        ...(lost && {
          name: "ConnectionError",
          message: ENDS[becomes](server.url),
          charged: "unknown",
        }),
      };
      const requests = becomes === "sent again" ? 2 : 1;
      try {
        assertEquals({ ...told, requests: server.streams.length }, { ...expected, requests });
      } catch {
        found.push(`${name}: ${JSON.stringify({ ...end, requests: server.streams.length })}`);
      }
    }
    assertEquals(found, []);
  });

  Deno.test(`grpcTransport takes a GOAWAY without a last stream as no proof, on ${runtime}`, async () => {
    await using programs = await bundle("grpc");
    const call = async (goaway: Uint8Array, hidesLastStream: boolean) => {
      await using server = rawHttp2(async ({ write, end }) => {
        if (server.streams.length > 1) return;
        await write(goaway);
        await end();
      });
      const transport = { endpoint: server.url, secure: false };
      const methods = ["GenerateSpeech"];
      const calls = { transport, methods, maxRetries: 3, timeout: 1_500, hidesLastStream };
      const { stdout, stderr } = await programs.run(runtime, "grpc", JSON.stringify(calls));
      assertEquals(stderr, "");
      const [end] = JSON.parse(stdout) as Ended[];
      return [end?.name, end?.charged, server.streams.length];
    };
    // The runtime tells of the frame, and not of the stream in it.
    assertEquals(await call(frames.goaway(1, 0), true), ["ConnectionError", "unknown", 1]);
    for (const bytes of [0, 4]) {
      // Node stops reading such a frame without a sign: there the deadline ends the call.
      const name = runtime === "node" ? "TimeoutError" : "ConnectionError";
      const goaway = http2.frame(http2.GOAWAY, 0, 0, new Uint8Array(bytes));
      assertEquals(await call(goaway, false), [name, "unknown", 1]);
    }
  });

  Deno.test(`grpcTransport opens another connection when the one it had is gone, on ${runtime}`, async () => {
    await using programs = await bundle("grpc");
    await using server = rawHttp2(async (stream) => {
      await succeed(stream);
      // The second and the third share a connection.
      if (server.streams.length !== 2) stream.close();
    });
    const { stdout, stderr } = await programs.run(
      runtime,
      "grpc",
      JSON.stringify({
        transport: { endpoint: server.url, secure: false },
        methods: Array(4).fill("GenerateSpeech"),
        pause: 100,
      }),
    );
    assertEquals(stderr, "");
    assertEquals(JSON.parse(stdout), Array(4).fill({ method: "GenerateSpeech" }));
    assertEquals(server.streams.map(({ connection, id }) => [connection, id]), [
      [1, 1],
      [2, 1],
      [2, 3],
      [3, 1],
    ]);
  });

  Deno.test(`grpcTransport gives up a connection that answers no PING, and asks before it uses an idle one, on ${runtime}`, async () => {
    await using programs = await bundle("grpc");
    const run = async (deaf: boolean, answers: boolean, pause: number) => {
      await using server = rawHttp2((stream) => answers ? succeed(stream) : undefined, { deaf });
      const { stdout, stderr } = await programs.run(
        runtime,
        "grpc",
        JSON.stringify({
          transport: { endpoint: server.url, secure: false, pingInterval: 200, pingTimeout: 200 },
          methods: ["GenerateSpeech", "GenerateSpeech"],
          timeout: 5_000,
          pause,
        }),
      );
      assertEquals(stderr, "");
      const ends = (JSON.parse(stdout) as Ended[]).map(({ name }) => name);
      const { streams, pings } = server;
      return { ends, on: streams.map(({ connection }) => connection), pinged: pings > 0 };
    };
    // While a call is under way.
    const dead = ["ConnectionError", "ConnectionError"];
    assertEquals(await run(true, false, 0), { ends: dead, on: [1, 2], pinged: true });
    // An idle connection that is alive is used again; one that is dead is not sent anything.
    const fine = [undefined, undefined];
    assertEquals(await run(false, true, 400), { ends: fine, on: [1, 1], pinged: true });
    assertEquals(await run(true, true, 400), { ends: fine, on: [1, 2], pinged: true });
  });

  Deno.test(`grpcTransport makes ConnectionError of a server that speaks HTTP/1.1 only, on ${runtime}`, async () => {
    await using programs = await bundle("grpc");
    await using server = rawServer(async (connection) => {
      await connection.write(
        bytesOf("HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"),
      );
      connection.close();
    });
    const { stdout, stderr } = await programs.run(
      runtime,
      "grpc",
      JSON.stringify({
        transport: { endpoint: server.url, secure: false },
        methods: ["GetUserBalance", "GenerateSpeech"],
      }),
    );
    assertEquals(stderr, "");
    const name = "ConnectionError";
    const message = ENDS["no answer"](server.url);
    const told = (JSON.parse(stdout) as Ended[]).map(({ cause: _, ...end }) => end);
    assertEquals(told, [
      { method: "GetUserBalance", name, message },
      { method: "GenerateSpeech", name, message, charged: "unknown" },
    ]);
  });
}
