// Promise 6: streams are lazy, leaving one cancels the call at the server, and a slow reader slows the server down.
// What comes out of them is in tests/promises/stream_bytes_test.ts.

import { assert, assertEquals } from "@std/assert";
import { StreamSpeechResponseSchema } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import type { SpeechStream } from "../../mod.ts";
import { closedPort, rawServer } from "../support/raw_server.ts";
import { bestBelow, clientOf, mode, setUp, sleep, STREAM, within } from "../support/rig.ts";
import { bundle, RUNTIMES } from "../support/runtimes.ts";
import { bytesOf, head, message } from "../support/wire.ts";
import { until } from "../support/until.ts";

const ENDLESS = { kind: "stream", bytes: 1e12 } as const;

Deno.test("Client.streamSpeech sends nothing before the first chunk is asked for", async () => {
  await using rig = await setUp();
  const streams = [1, 2, 3, 4].map(() => rig.client.streamSpeech(STREAM));
  streams[0]![Symbol.asyncIterator]();
  const readable = streams[1]!.toReadableStream();
  const reader = readable.getReader();
  await streams[2]!.return();
  await sleep(50);
  assertEquals(rig.emulator.requests, []);
  await reader.read();
  assertEquals(rig.emulator.requests.length, 1);
  await reader.cancel();
  // One that was left before it began never begins.
  assertEquals(await streams[2]!.next(), { done: true, value: undefined });
  assertEquals(rig.emulator.requests.length, 1);
});

/** The ways to leave a stream; each has read at least one chunk before. */
const WAYS: Readonly<Record<string, (stream: SpeechStream) => Promise<unknown>>> = {
  "a break": async (stream) => {
    for await (const _ of stream) break;
  },
  "an exception in the loop": async (stream) => {
    const loop = async () => {
      for await (const _ of stream) throw new Error("enough");
    };
    await loop().catch(() => {});
  },
  "return()": async (stream) => {
    await stream.next();
    await stream.return();
  },
  "return() that is not awaited": async (stream) => {
    await stream.next();
    void stream.return();
  },
  "cancel()": async (stream) => {
    await stream.next();
    await stream.cancel();
  },
  "await using": async (given) => {
    await using stream = given;
    await stream.next();
  },
  "cancel() of its ReadableStream": async (stream) => {
    const readable = stream.toReadableStream();
    const reader = readable.getReader();
    await reader.read();
    await reader.cancel();
  },
  "a break out of its ReadableStream": async (stream) => {
    for await (const _ of stream.toReadableStream()) break;
  },
  "an abort of pipeTo": async (stream) => {
    const visitor = new AbortController();
    const sink = new WritableStream({ write: () => visitor.abort() });
    await stream.toReadableStream().pipeTo(sink, visitor).catch(() => {});
  },
  "cancel() of its Response's body": async (stream) => {
    const response = await stream.toResponse();
    await response.body!.cancel();
  },
  "a client of its Response that goes away": async (stream) => {
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      () => stream.toResponse(),
    );
    const response = await fetch(`http://127.0.0.1:${server.addr.port}`);
    const reader = response.body!.getReader();
    await reader.read();
    await reader.cancel();
    await server.shutdown();
  },
};

for (const [way, leave] of Object.entries(WAYS)) {
  Deno.test(`SpeechStream cancels the call at the server after ${way}`, async () => {
    await bestBelow(200, async () => {
      await using rig = await setUp();
      const { emulator } = rig;
      emulator.addFault(ENDLESS);
      await within(leave(rig.client.streamSpeech(STREAM)));
      const left = performance.now();
      await until(() => emulator.activeStreams === 0);
      const ms = performance.now() - left;
      assertEquals([emulator.requests.length, emulator.requests[0]?.aborted], [1, true]);
      return ms;
    });
  });
}

Deno.test("SpeechStream.return ends a pending next() at once", async () => {
  for (const afterBytes of [undefined, 0, 30_000]) {
    await bestBelow(500, async () => {
      await using rig = await setUp();
      rig.emulator.addFault({ kind: "hang", ...afterBytes !== undefined && { afterBytes } });
      const stream = rig.client.streamSpeech(STREAM);
      let pending = stream.next();
      await until(() => rig.emulator.requests.length === 1);
      if (afterBytes === 30_000) {
        for (let read = 0; read < 3; read++) {
          await pending;
          pending = stream.next();
        }
      }
      const start = performance.now();
      const [, ended] = await within(Promise.all([stream.return(), pending]));
      assertEquals(ended, { done: true, value: undefined });
      const took = performance.now() - start;
      await until(() => rig.emulator.requests[0]!.aborted);
      return took;
    });
  }
});

Deno.test("SpeechStream lets the server run ahead of a slow reader by a few megabytes at most", async () => {
  let sent = 0;
  const piece = message(StreamSpeechResponseSchema, { audioChunk: new Uint8Array(60_000) });
  await using server = rawServer(async (connection) => {
    await connection.write(bytesOf(head()));
    while (true) {
      await connection.write(piece);
      sent += piece.length;
    }
  });
  using client = clientOf(server.url);
  for (const read of [readChunk, readReadable]) {
    sent = 0;
    const reader = read(client.streamSpeech(STREAM));
    await reader.next();
    // Time enough for some hundred megabytes.
    await sleep(300);
    assert(sent < 12e6, `${sent} bytes`);
    const before = sent;
    for (let chunks = 0; chunks < 400; chunks++) await reader.next();
    assert(sent > before, "reading on must let the server go on");
    await reader.end();
  }
});

function readChunk(stream: SpeechStream) {
  return { next: () => stream.next(), end: () => stream.return() };
}

function readReadable(stream: SpeechStream) {
  const reader = stream.toReadableStream().getReader();
  return { next: () => reader.read(), end: () => reader.cancel() };
}

Deno.test("Client.streamSpeech causes no unhandled rejection when it fails and is never read", async () => {
  const unhandled: unknown[] = [];
  const listen = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    unhandled.push(event.reason);
  };
  globalThis.addEventListener("unhandledrejection", listen);
  try {
    using client = clientOf(`127.0.0.1:${closedPort()}`, { maxRetries: 0 });
    client.streamSpeech(STREAM);
    client.streamSpeech(STREAM).toReadableStream();
    client.streamSpeech(STREAM, { signal: AbortSignal.abort() });
    client.watchStatus("a-job", { signal: AbortSignal.abort() });
    const left = client.streamSpeech(STREAM);
    void left.next().catch(() => {});
    await left.return();
    await sleep(50);
  } finally {
    globalThis.removeEventListener("unhandledrejection", listen);
  }
  assertEquals(unhandled, []);
});

for (const runtime of RUNTIMES) {
  Deno.test(`SpeechStream keeps memory flat over 128 MB, on ${runtime}`, async () => {
    await using rig = await setUp({
      emulator: { streamBytes: 128 * 2 ** 20, streamChunkBytes: 65_536 },
    });
    await using programs = await bundle("memory");
    const { stdout, stderr } = await programs.run(runtime, "memory", rig.endpoint, mode.speak);
    assertEquals(stderr, "");
    const { bytes, growth } = JSON.parse(stdout);
    assertEquals(bytes, 128 * 2 ** 20);
    assert(growth < 64 * 2 ** 20, `the resident set grew by ${growth} bytes`);
  });
}
