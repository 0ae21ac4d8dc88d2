// The frames of an answer: any chunking is the same, bounds hold, and no bytes at all hang or crash a call.

import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { ServerError, TsetsenError } from "../../mod.ts";
import { FrameReader, join } from "../../src/transport/frames.ts";
import { cannedClient, cannedFetch, KEY } from "../support/canned_fetch.ts";
import { concat, cut, frame, hex, trailers } from "../support/hex.ts";

const ORIGIN = "https://tts.example";
const MAX = 1_000;

/** What the reader says of an answer in these chunks. */
function verdict(chunks: readonly Uint8Array[], unary = false): string {
  return read(chunks, unary).end;
}

/** The messages in these chunks, up to the error if there is one. */
function read(chunks: readonly Uint8Array[], unary = false): { got: Uint8Array[]; end: string } {
  const reader = new FrameReader(MAX, ORIGIN, unary);
  const got: Uint8Array[] = [];
  for (const chunk of chunks) got.push(...take(reader, chunk));
  const end = reader.error ?? (reader.complete ? "ok" : "incomplete");
  return { got, end: `${end}` };
}

function pushed(reader: FrameReader, chunk: Uint8Array): FrameReader {
  reader.push(chunk);
  return reader;
}

/** The messages that a chunk completes. */
function take(reader: FrameReader, chunk: Uint8Array): Uint8Array[] {
  const messages: Uint8Array[] = [];
  reader.push(chunk);
  for (let parts = reader.shift(); parts !== undefined; parts = reader.shift()) {
    messages.push(join(parts));
  }
  return messages;
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
const messages = fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 6 });

Deno.test("FrameReader takes every well-formed answer in any chunks", () => {
  fc.assert(fc.property(messages, sizes, (datas, lengths) => {
    const answer = concat(...datas.map((data) => frame(data)), trailers());
    assertEquals(read(cut(answer, lengths)), { got: datas, end: "ok" });
    assertEquals(verdict(cut(answer, lengths), true) === "ok", datas.length <= 1);
  }));
});

Deno.test("FrameReader gives the same for any bytes in one piece and in any chunks", () => {
  // Frames with a bit of everything wrong: flags, lengths, what follows, where it ends.
  const odd = fc.tuple(fc.constantFrom(0, 0, 0x80, 1, 0x81, 2), fc.uint8Array({ maxLength: 30 }))
    .map(([flags, data]) => frame(data, flags));
  const part = fc.oneof(odd, fc.uint8Array({ maxLength: 12 }));
  const some = fc.array(part, { maxLength: 5 }).map((parts) => concat(...parts));
  fc.assert(fc.property(some, sizes, fc.boolean(), (bytes, lengths, unary) => {
    // The messages before the fault included: they are good, and may be paid for.
    assertEquals(read(cut(bytes, lengths), unary), read([bytes], unary));
  }));
});

Deno.test("FrameReader.push keeps no small chunks, each of which costs far more than its bytes", () => {
  const data = Uint8Array.from({ length: 900 }, (_, i) => i % 251 + 1);
  for (const flags of [0, 0x80]) {
    const reader = new FrameReader(MAX, ORIGIN, true);
    const chunks = [...frame(data, flags)].map((byte) => Uint8Array.of(byte));
    const got: Uint8Array[] = [];
    for (const [i, chunk] of chunks.entries()) {
      got.push(...take(reader, chunk));
      chunks[i - 1]?.fill(0);
    }
    if (flags === 0) got.push(...take(reader, trailers()));
    assertEquals(flags === 0 ? got : [reader.trailers], [data]);
  }
});

Deno.test("FrameReader.shift gives a message that lies whole in a chunk as a view of it", () => {
  const chunk = concat(hex("00 00 00 00 02 0a 0b"), trailers());
  const [message] = take(new FrameReader(MAX, ORIGIN, true), chunk);
  assertEquals(message, hex("0a 0b"));
  assert(message!.buffer === chunk.buffer);
});

Deno.test("FrameReader.complete holds behind the trailers only", () => {
  const answer = concat(frame(hex("0a 02 72 31")), frame(hex("")), trailers());
  for (let length = 0; length < answer.length; length++) {
    assertMatch(verdict([answer.slice(0, length)]), /^incomplete$/);
  }
  assertEquals(verdict([answer]), "ok");
});

Deno.test("FrameReader.push refuses a frame above its bound as soon as it is announced", () => {
  const head = (flags: number, length: number) => frame(new Uint8Array(length), flags).slice(0, 5);
  const reader = () => new FrameReader(MAX, ORIGIN, true);
  assertEquals(take(reader(), head(0, MAX)), []);
  assertEquals(take(reader(), head(0x80, 64 * 1024)), []);
  const cases: [Uint8Array, RegExp][] = [
    [head(0, MAX + 1), /announces 1001 bytes, and at most 1000 .*maxMessageBytes/],
    [head(0x80, 64 * 1024 + 1), /announces 65537 bytes, and at most 65536/],
    [hex("00 ff ff ff ff"), /announces 4294967295 bytes/],
    [hex("00 80 00 00 00"), /announces 2147483648 bytes/],
    [hex("01 00 00 00 00"), /flags 1,/],
    [hex("81 00 00 00 00"), /flags 129,/],
  ];
  for (const [bytes, message] of cases) {
    const { error } = pushed(reader(), bytes);
    if (!(error instanceof ServerError)) throw new Error(`it is ${error}`);
    assertMatch(error.message, message);
  }
});

Deno.test("FrameReader.push refuses what follows the trailers, and a second message of a unary call", () => {
  assertMatch(verdict([trailers(), hex("00")]), /^ServerError: .* goes on after its trailers/);
  assertMatch(verdict([trailers(), trailers()]), /goes on after its trailers/);
  const two = concat(frame(hex("08 01")), frame(hex("08 01")), trailers());
  assertMatch(verdict([two], true), /^ServerError: .* more than one message/);
  assertEquals(verdict([two], false), "ok");
});

Deno.test("FrameReader.empty holds until the first byte", () => {
  const reader = new FrameReader(MAX, ORIGIN, true);
  assertEquals(take(reader, hex("")), []);
  assert(reader.empty);
  assertEquals(take(reader, hex("00")), []);
  assert(!reader.empty);
  assert(!reader.complete);
});

const header = fc.dictionary(
  fc.constantFrom("grpc-status", "grpc-message", "retry-after", "grpc-status-details-bin"),
  fc.oneof(fc.constantFrom("0", "8", "14", "%", "AAAA"), fc.string({ maxLength: 8 })),
).map((fields) =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, value.replace(/[^\x21-\x7e]/g, "")]),
  )
);
const piece = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.uint8Array({ maxLength: 40 }).map((data) => frame(data)),
  fc.uint8Array({ maxLength: 40 }).map((data) => frame(data, 0x80)),
  fc.constantFrom(frame(hex("0a 02 72 31 10 03")), trailers(), trailers({ "grpc-status": "8" })),
);
const answer = fc.record({
  status: fc.oneof(fc.constant(200), fc.integer({ min: 200, max: 599 })),
  type: fc.oneof(
    { weight: 4, arbitrary: fc.constant("application/grpc-web+proto") },
    fc.constantFrom("application/grpc-web", "text/html", "application/json", ""),
  ),
  header,
  body: fc.array(piece, { maxLength: 4 }).map((pieces) => concat(...pieces)),
  lengths: sizes,
  broken: fc.boolean(),
});

Deno.test("Client ends every call in a result or a TsetsenError, whatever bytes come back", async () => {
  let results = 0;
  let errors = 0;
  const property = fc.asyncProperty(answer, async (made) => {
    const { status, type, header, body, lengths, broken } = made;
    const canned = cannedFetch(() => {
      const chunks = cut(body, lengths);
      const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
        pull(controller) {
          const chunk = chunks.shift();
          if (chunk !== undefined) controller.enqueue(chunk as Uint8Array<ArrayBuffer>);
          else if (broken) controller.error(new TypeError("reset"));
          else controller.close();
        },
      });
      const empty = [204, 205, 304].includes(status);
      const headers = { "content-type": type, ...header };
      return new Response(empty ? null : stream, { status, headers });
    });
    using client = cannedClient(canned, { timeout: 5_000 });
    const speech = { text: "Сайн байна уу?", voiceId: "v1" };
    const download = { audioUrl: "https://cdn.example/a" };
    const calls = [
      () => client.getUserBalance(),
      () => client.listVoices(),
      () => client.checkStatus("r1"),
      () => client.generateSpeech(speech),
      () => client.streamSpeech(speech).bytes(),
      () => client.downloadAudio(download).bytes(),
    ];
    const start = performance.now();
    for (const call of calls) {
      try {
        await call();
        results++;
      } catch (error) {
        errors++;
        assert(error instanceof TsetsenError && error.code !== undefined, `${error}`);
        assert(!`${error}`.includes(KEY));
      }
    }
    // Far below the deadline: nothing waited for it.
    assert(performance.now() - start < 20_000);
  });
  await fc.assert(property, { numRuns: 300 });
  // Both ends were reached, so that the property means something.
  assert(results > 50 && errors > 50, `${results} results, ${errors} errors`);
});
