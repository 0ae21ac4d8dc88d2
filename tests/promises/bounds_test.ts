// Promise 8: a hostile or broken answer costs bounded memory and time, and the call ends in a TsetsenError.
// Runs alone: it measures the memory of the process.

import { assert, assertEquals } from "@std/assert";
import {
  GetUserBalanceResponseSchema,
  StreamSpeechResponseSchema,
} from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { type Client, type ClientOptions, ServerError, TsetsenError } from "../../mod.ts";
import { type RawConnection, rawServer } from "../support/raw_server.ts";
import { clientOf, failure, setUp, sleep, STREAM } from "../support/rig.ts";
import { answer, bytesOf, concat, frame, head, message, trailers } from "../support/wire.ts";
import { until } from "../support/until.ts";

const MEGABYTE = 2 ** 20;

/** Writes the same bytes until the client leaves, and tells how many it took. */
async function pump(connection: RawConnection, bytes: Uint8Array, pause = 0): Promise<number> {
  let taken = 0;
  try {
    while (taken < 512 * MEGABYTE) {
      await connection.write(bytes);
      taken += bytes.length;
      if (pause > 0) await sleep(pause);
    }
  } catch {
    // The client has left.
  }
  return taken;
}

interface Attack {
  readonly start: Uint8Array;
  /** What follows, over and over. */
  readonly then: Uint8Array;
  /** The pause between two of them, in milliseconds. */
  readonly pause?: number;
  readonly code: string;
  /** What the message says. */
  readonly says: RegExp;
}

const zeros = new Uint8Array(65_536);
const ok = bytesOf(head());
const empty = concat(...Array.from({ length: 10_000 }, () => frame(0, new Uint8Array())));

const UNARY: Readonly<Record<string, Attack>> = {
  "a frame of 4 GiB": {
    start: concat(ok, frame(0, zeros, 0xffff_ffff)),
    then: zeros,
    code: "server_error",
    says:
      /announces 4294967295 bytes, and at most (16777216|1048576) are accepted \(maxMessageBytes\)/,
  },
  "messages without end": {
    start: ok,
    then: message(GetUserBalanceResponseSchema, { credits: 1 }),
    code: "server_error",
    says: /more than one message/,
  },
  "empty messages without end": {
    start: ok,
    then: empty,
    code: "server_error",
    says: /more than one message/,
  },
  "trailers without end": {
    start: concat(ok, frame(0x80, zeros, 0xffff_ffff)),
    then: zeros,
    code: "server_error",
    says: /announces 4294967295 bytes, and at most 65536 are accepted/,
  },
  "more and more trailers": {
    start: concat(ok, trailers()),
    then: trailers(),
    code: "server_error",
    says: /goes on after its trailers/,
  },
  "headers without end": {
    start: bytesOf("HTTP/1.1 200 OK\r\n"),
    then: bytesOf(`x-more: ${"a".repeat(8_000)}\r\n`),
    code: "connection_error",
    says: /^connection_error: No answer/,
  },
  "one header without end": {
    start: bytesOf("HTTP/1.1 200 OK\r\nx-more: "),
    then: bytesOf("a".repeat(8_000)),
    code: "connection_error",
    says: /^connection_error: No answer/,
  },
  "one byte at a time": {
    start: concat(ok, frame(0, zeros.subarray(0, 1), 10_000)),
    then: zeros.subarray(0, 1),
    pause: 20,
    code: "timeout",
    says: /took longer than its timeout of 400 ms/,
  },
  "one byte of a header at a time": {
    start: bytesOf("HTTP/1.1 200 OK\r\nx-more: "),
    then: bytesOf("a"),
    pause: 20,
    code: "timeout",
    says: /took longer than its timeout of 400 ms/,
  },
};

const FROM_STREAMS: Readonly<Record<string, Attack>> = {
  "a frame of 4 GiB": UNARY["a frame of 4 GiB"]!,
  "trailers without end": UNARY["trailers without end"]!,
  "more and more trailers": UNARY["more and more trailers"]!,
  "empty messages without end": {
    start: ok,
    then: empty,
    code: "timeout",
    says: /took longer than its timeout of 400 ms/,
  },
  "one byte at a time": UNARY["one byte at a time"]!,
};

async function withstand(
  { start, then, pause, code, says }: Attack,
  run: (client: Client) => Promise<unknown>,
): Promise<void> {
  let taken: number | undefined;
  await using server = rawServer(async (connection) => {
    await connection.write(start).catch(() => {});
    taken = await pump(connection, then, pause);
  });
  // Where the deadline is not the point, it is out of reach of a machine that is busy.
  const timeout = code === "timeout" ? 400 : 20_000;
  using client = clientOf(server.url, { timeout, maxRetries: 0 });
  const before = Deno.memoryUsage().rss;
  const begun = performance.now();
  const error = await failure(TsetsenError, run(client));
  assert(performance.now() - begun < 15_000, `${performance.now() - begun} ms`);
  assertEquals(error.code, code);
  assert(says.test(error.message), error.message);
  // The connection must be given up, not read to an end that never comes.
  await until(() => taken !== undefined);
  assert(code === "timeout" || taken! < 32 * MEGABYTE, `took ${taken} bytes`);
  const grown = Deno.memoryUsage().rss - before;
  assert(grown < 128 * MEGABYTE, `memory grew by ${grown} bytes`);
}

for (const [name, attack] of Object.entries(UNARY)) {
  Deno.test(`Client.getUserBalance withstands ${name}`, async () => {
    await withstand(attack, (client) => client.getUserBalance());
  });
}

for (const [name, attack] of Object.entries(FROM_STREAMS)) {
  Deno.test(`Client.streamSpeech withstands ${name}`, async () => {
    await withstand(attack, async (client) => {
      for await (const _ of client.streamSpeech(STREAM, { timeout: 400 }));
    });
  });
}

Deno.test("Client.streamSpeech ends at idleTimeout when bytes trickle in but no message does", async () => {
  await using server = rawServer(async (connection) => {
    await connection.write(concat(ok, frame(0, zeros.subarray(0, 1), 10_000)));
    await pump(connection, zeros.subarray(0, 1), 20);
  });
  using client = clientOf(server.url);
  const stream = client.streamSpeech(STREAM, { idleTimeout: 200 });
  const error = await failure(TsetsenError, stream.next());
  assertEquals(error.code, "timeout");
  assert(/sent nothing for 200 ms \(idleTimeout\)/.test(error.message), error.message);
});

const CAPS: readonly [options: ClientOptions, size: number, accepted: boolean][] = [
  [{ maxMessageBytes: 1_000 }, 1_000, true],
  [{ maxMessageBytes: 1_000 }, 1_001, false],
  [{}, 16 * MEGABYTE, true],
  [{}, 16 * MEGABYTE + 1, false],
];

for (const [options, size, accepted] of CAPS) {
  const cap = options.maxMessageBytes ?? "its default";
  Deno.test(`Client with maxMessageBytes of ${cap} ${accepted ? "accepts" : "refuses"} ${size} bytes`, async () => {
    const audioBytes = size - (size > 2 ** 21 ? 5 : 3) - 2;
    const whole = message(StreamSpeechResponseSchema, {
      audioChunk: new Uint8Array(audioBytes),
      isFinal: true,
    });
    assertEquals(whole.length, 5 + size);
    await using server = rawServer((connection) =>
      connection.write(answer(concat(whole, trailers()))).catch(() => {})
    );
    using client = clientOf(server.url, options);
    const bytes = client.streamSpeech(STREAM).bytes();
    if (accepted) assertEquals((await bytes).length, audioBytes - audioBytes % 2);
    else await failure(ServerError, bytes);
  });
}

Deno.test("Client.streamSpeech reads a WAV header of thousands of chunks in tiny messages about as fast as sound", async () => {
  const header = new Uint8Array(65_600);
  const chunks = Array.from({ length: header.length / 8 - 2 }, () => "junk\0\0\0\0").join("");
  header.set(bytesOf(`RIFF\0\0\0\0WAVE${chunks}`));
  /** How long a stream of these bytes takes, 16 in a message, and what comes of it. */
  async function stream(bytes: Uint8Array): Promise<[ms: number, end: unknown]> {
    const messages: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += 16) {
      const audioChunk = bytes.subarray(at, at + 16);
      messages.push(message(StreamSpeechResponseSchema, { audioChunk }));
    }
    await using server = rawServer((connection) =>
      connection.write(answer(concat(...messages, trailers()))).catch(() => {})
    );
    using client = clientOf(server.url);
    const start = performance.now();
    const end = await client.streamSpeech(STREAM).bytes().catch((error) => error);
    return [performance.now() - start, end];
  }
  const [usual] = await stream(header.map((_, i) => i));
  const [ms, error] = await stream(header);
  assert(error instanceof ServerError && error.message.includes("a WAV header that has no end"));
  // Some five times as long, on a busy machine too. Read by names it took hundreds of times as long.
  assert(ms < 40 * usual, `${ms} ms and ${usual} ms`);
});

// A message without a field is an empty voice: two bytes, and an object of hundreds.
for (const [options, accepted] of [[{}, 1], [{ maxMessageBytes: 2 ** 22 }, 3]] as const) {
  const cap = "maxMessageBytes" in options ? options.maxMessageBytes : "its default";
  Deno.test(`Client.listVoices with maxMessageBytes of ${cap} accepts ${accepted} MiB of voices`, async () => {
    const voices = (mebibytes: number) =>
      new Uint8Array(mebibytes * 2 ** 20).fill(10, 0).map((_, i) => i % 2 ? 0 : 10);
    for (const mebibytes of [accepted, accepted + 2]) {
      await using server = rawServer((connection) =>
        connection.write(answer(concat(frame(0, voices(mebibytes)), trailers()))).catch(() => {})
      );
      using client = clientOf(server.url, { ...options, maxRetries: 0 });
      const listed = client.listVoices();
      if (mebibytes === accepted) assertEquals((await listed).voices.length, mebibytes * 2 ** 19);
      else {
        const { message } = await failure(ServerError, listed);
        assert(/at most \d+ are accepted \(maxMessageBytes\)/.test(message), message);
      }
    }
  });
}

Deno.test("Client withstands a small answer that unpacks to a large one", async () => {
  const gigabyte = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      for (let at = 0; at < 1024; at++) controller.enqueue(new Uint8Array(65_536));
      controller.close();
    },
  });
  const packed = new Uint8Array(
    await new Response(gigabyte.pipeThrough(new CompressionStream("gzip"))).arrayBuffer(),
  );
  await using server = rawServer((connection) =>
    connection.write(answer(packed, { "content-encoding": "gzip" }))
  );
  using client = clientOf(server.url);
  const error = await failure(ServerError, client.getUserBalance());
  assert(/more than one message/.test(error.message), error.message);
});

Deno.test("Client keeps an error's message and details short, however long the trailers are", async () => {
  await using rig = await setUp();
  rig.emulator.addFault({
    kind: "error",
    code: "INTERNAL",
    message: "m".repeat(20_000),
    trailers: { "x-long": "t".repeat(20_000) },
  });
  const error = await failure(ServerError, rig.client.getUserBalance());
  assert(error.message.length < 1_100, `${error.message.length}`);
  assert(error.details["x-long"]!.length < 1_100, `${error.details["x-long"]!.length}`);
});

Deno.test("Client ends in a TsetsenError whatever bytes come", async () => {
  await using rig = await setUp({ client: { maxRetries: 0, timeout: 5_000 } });
  const { client, emulator } = rig;
  for (let bytes = 1; bytes <= 60; bytes++) {
    // The same bytes bare, as a message, and as trailers.
    const noise = crypto.getRandomValues(new Uint8Array(bytes));
    for (const body of [noise, concat(frame(0, noise), trailers()), frame(0x80, noise)]) {
      emulator.addFault({ kind: "garbage", bytes: body });
      await client.listVoices().catch((error) => assert(error instanceof TsetsenError));
      emulator.addFault({ kind: "garbage", bytes: body });
      const stream = client.streamSpeech(STREAM);
      await stream.bytes().catch((error) => assert(error instanceof TsetsenError, `${error}`));
    }
  }
});
