// Promise 1, the rest: wait hints are kept up to a cap, and `charged` is right at every moment of a call.

import { assert, assertEquals } from "@std/assert";
import {
  ConnectionError,
  InsufficientCreditsError,
  interruptedJobs,
  RateLimitExceededError,
  ServerError,
  ServiceUnavailableError,
  TsetsenError,
} from "../../mod.ts";
import { GenerateSpeechResponseSchema } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import type { Fault } from "../../src/emulator/mod.ts";
import { ADVICE } from "../support/fault_table.ts";
import { rawServer } from "../support/raw_server.ts";
import { clientOf, failure, GENERATE, rejection, setUp, STREAM } from "../support/rig.ts";
import { answer, concat, message, trailers } from "../support/wire.ts";
import { until } from "../support/until.ts";

/** google.rpc.RetryInfo { retry_delay: { seconds, nanos } } */
function retryInfo(seconds: number, nanos = 0) {
  const varint = (value: number): number[] =>
    value < 128 ? [value] : [value & 127 | 128, ...varint(value >>> 7)];
  const duration = [8, ...varint(seconds), 16, ...varint(nanos)];
  const value = new Uint8Array([10, duration.length, ...duration]);
  return { type: "google.rpc.RetryInfo", value };
}

const exhausted = { kind: "error", code: "RESOURCE_EXHAUSTED", message: "slow down" } as const;

const HINTS: readonly [name: string, ms: number, hint: (ms: number) => Fault][] = [
  ["RetryInfo", 350, (ms) => ({ ...exhausted, details: [retryInfo(0, ms * 1e6)] })],
  ["Retry-After in a trailer", 1_000, (ms) => ({
    ...exhausted,
    trailers: { "retry-after": `${ms / 1000}` },
  })],
  ["Retry-After beside a RetryInfo without a delay", 1_000, (ms) => ({
    ...exhausted,
    details: [{ type: "google.rpc.RetryInfo", value: new Uint8Array() }],
    trailers: { "retry-after": `${ms / 1000}` },
  })],
  ["Retry-After of HTTP 429", 1_000, (ms) => ({
    kind: "http",
    status: 429,
    headers: { "retry-after": `${ms / 1000}` },
  })],
];

for (const [name, ms, hint] of HINTS) {
  Deno.test(`Client waits as long as ${name} asks before it tries again`, async () => {
    await using rig = await setUp();
    rig.emulator.addFault(hint(ms));
    await rig.client.generateSpeech(GENERATE);
    const [first, second, ...more] = rig.sent("GenerateSpeech");
    assertEquals(more, []);
    const waited = second!.time - first!.time;
    assert(waited >= ms - 2 && waited < ms + 500, `waited ${waited} ms, asked for ${ms}`);
    assertEquals(rig.log[0]?.error.retryAfter, ms);
  });
}

const TOO_LONG: readonly [name: string, fault: Fault, timeout: number, retryAfter: number][] = [
  ["RetryInfo beyond the cap", { ...exhausted, details: [retryInfo(61)] }, 100_000, 61_000],
  [
    "Retry-After beyond the cap",
    {
      kind: "http",
      status: 429,
      headers: { "retry-after": "3600" },
    },
    30_000,
    3_600_000,
  ],
  ["RetryInfo beyond the deadline", { ...exhausted, details: [retryInfo(5)] }, 2_000, 5_000],
];

for (const [name, fault, timeout, retryAfter] of TOO_LONG) {
  Deno.test(`Client fails at once after ${name}, and says how long to wait`, async () => {
    await using rig = await setUp();
    rig.emulator.addFault({ ...fault, times: Infinity });
    const start = performance.now();
    const error = await failure(
      RateLimitExceededError,
      rig.client.generateSpeech(GENERATE, { timeout }),
    );
    assert(performance.now() - start < timeout);
    assertEquals([error.retryAfter, error.charged], [retryAfter, "no"]);
    assert(error.message.includes(`${retryAfter} ms`), error.message);
    assertEquals(rig.sent("GenerateSpeech").length, 1);
  });
}

Deno.test("Client.getUserBalance, which is free, is tried again when the service is unavailable", async () => {
  await using rig = await setUp({ client: { maxRetries: 2 } });
  rig.emulator.addFault({ kind: "error", code: "UNAVAILABLE", method: "GetUserBalance", times: 4 });
  const error = await failure(ServiceUnavailableError, rig.client.getUserBalance());
  assertEquals(rig.sent("GetUserBalance").length, 3);
  assertEquals(error.charged, undefined);
  await rig.client.getUserBalance();
  assertEquals(rig.sent("GetUserBalance").length, 5);
});

Deno.test("Client.streamSpeech says charged: yes when it breaks after the first chunk, and is not sent again", async () => {
  for (
    const fault of [
      { kind: "drop", afterBytes: 12_000 },
      { kind: "stream", errorMessage: "the engine is gone", afterChunks: 1 },
      { kind: "stream", errorMessage: "too many requests", afterChunks: 2 },
    ] as const
  ) {
    await using rig = await setUp();
    rig.emulator.addFault({ ...fault, method: "StreamSpeech" });
    const error = await failure(TsetsenError, rig.client.streamSpeech(STREAM).bytes());
    assertEquals(error.charged, "yes");
    assertEquals(rig.sent("StreamSpeech").length, 1);
    assertEquals(rig.emulator.ledger.charges.length, 1);
  }
});

Deno.test("Client.streamSpeech says charged: unknown when its first message is an error", async () => {
  await using rig = await setUp();
  rig.emulator.addFault({ kind: "stream", errorMessage: "the engine is gone", afterChunks: 0 });
  const error = await failure(ServerError, rig.client.streamSpeech(STREAM).bytes());
  assertEquals(error.charged, "unknown");
  assertEquals(rig.sent("StreamSpeech").length, 1);
  assertEquals(error.rawMessage, "The service ended the stream: the engine is gone");
  assertEquals(error.message, `server_error: ${error.rawMessage}. ${ADVICE}`);
});

Deno.test("Client.streamSpeech makes an error message about credits an InsufficientCreditsError", async () => {
  await using rig = await setUp();
  rig.emulator.addFault({ kind: "stream", errorMessage: "not enough credits", afterChunks: 0 });
  await failure(InsufficientCreditsError, rig.client.streamSpeech(STREAM).bytes());
});

Deno.test("interruptedJobs tells what is known about the money at each moment of an abort", async () => {
  await using rig = await setUp({ client: { maxConcurrentCalls: 1 } });
  rig.emulator.addFault({ kind: "hang", method: "GenerateSpeech" });
  rig.emulator.addFault({ kind: "hang", method: "StreamSpeech", afterBytes: 12_000 });
  const facts = async (work: PromiseLike<unknown>, abort: AbortController) => {
    abort.abort(new Error("enough"));
    return interruptedJobs(await rejection(work)).map(({ charged }) => charged);
  };
  const [sent, queued, streaming] = [0, 1, 2].map(() => new AbortController()) as [
    AbortController,
    AbortController,
    AbortController,
  ];
  const first = rig.client.generateSpeech(GENERATE, { signal: sent.signal });
  first.catch(() => {});
  await until(() => rig.sent("GenerateSpeech").length === 1);
  const second = rig.client.generateSpeech(GENERATE, { signal: queued.signal });
  assertEquals(await facts(second, queued), ["no"]);
  assertEquals(await facts(first, sent), ["unknown"]);

  const stream = rig.client.streamSpeech(STREAM, { signal: streaming.signal });
  await stream.next();
  assertEquals(await facts(stream.next(), streaming), ["yes"]);
  assertEquals(rig.sent("GenerateSpeech").length, 1);
});

Deno.test("Client.generateSpeech says charged: unknown when the answer names no request id", async () => {
  const body = concat(message(GenerateSpeechResponseSchema, {}), trailers());
  await using server = rawServer((connection) => connection.write(answer(body)));
  using client = clientOf(server.url);
  const error = await failure(ServerError, client.generateSpeech(GENERATE));
  assertEquals([error.charged, server.requests.length], ["unknown", 1]);
});

Deno.test("Client.generateSpeech stops at the first try whose outcome is unknown", async () => {
  await using rig = await setUp();
  rig.emulator.addFault({ ...exhausted, method: "GenerateSpeech" });
  rig.emulator.addFault({ kind: "drop", method: "GenerateSpeech" });
  const error = await failure(ConnectionError, rig.client.generateSpeech(GENERATE));
  assertEquals([error.charged, rig.sent("GenerateSpeech").length], ["unknown", 2]);
});
