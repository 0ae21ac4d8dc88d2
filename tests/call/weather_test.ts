// What costs nothing is asked again: over another connection while one is mute, and after failures that pass by themselves.

import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  RateLimitExceededError,
  RequestStatus,
  ResourceNotFoundError,
  ServerError,
  TimeoutError,
} from "../../mod.ts";
import { cannedClient, cannedFetch, failureOf, grpcWeb } from "../support/canned_fetch.ts";
import { hex } from "../support/hex.ts";
import { rawServer } from "../support/raw_server.ts";
import {
  bestBelow,
  clientOf,
  failure,
  GENERATE,
  setUp,
  sleep,
  STREAM,
  within,
} from "../support/rig.ts";
import { answer, trailers } from "../support/wire.ts";

Deno.test("Client.getUserBalance asks once more over another connection when the first is mute", async () => {
  await using rig = await setUp();
  rig.emulator.addFault({ kind: "hang", method: "GetUserBalance" });
  const { credits } = await rig.client.getUserBalance({}, { timeout: 3_000 });
  assert(credits > 0);
  assertEquals(rig.sent("GetUserBalance").length, 2);
  assertEquals(rig.log.map(({ type, method }) => [type, method]), [["retry", "GetUserBalance"]]);
});

Deno.test("Client.getUserBalance takes the first answer when it is only slow, and cancels the second request", async () => {
  await using rig = await setUp();
  rig.emulator.addFault({ kind: "delay", delay: 700, method: "GetUserBalance" });
  rig.emulator.addFault({ kind: "hang", method: "GetUserBalance" });
  assert((await rig.client.getUserBalance({}, { timeout: 1_500 })).credits > 0);
  assertEquals(rig.sent("GetUserBalance").length, 2);
});

Deno.test("Client.getUserBalance asks no second time with maxRetries 0", async () => {
  await using rig = await setUp();
  rig.emulator.addFault({ kind: "hang", method: "GetUserBalance" });
  const call = rig.client.getUserBalance({}, { timeout: 1_000, maxRetries: 0 });
  await failure(TimeoutError, call);
  assertEquals(rig.sent("GetUserBalance").length, 1);
});

Deno.test("Client.generateSpeech is never sent a second time while the first request is mute", async () => {
  await using rig = await setUp();
  rig.emulator.addFault({ kind: "hang", method: "GenerateSpeech", charged: true });
  const error = await failure(
    TimeoutError,
    rig.client.generateSpeech(GENERATE, { timeout: 1_000 }),
  );
  assertEquals([error.charged, rig.sent("GenerateSpeech").length], ["unknown", 1]);
  assertEquals(rig.emulator.ledger.charges.length, 1);
});

for (const status of [500, 520, 502, 408]) {
  Deno.test(`Client.watchStatus goes on after HTTP ${status} to a poll`, async () => {
    await using rig = await setUp();
    const { requestId } = await rig.client.generateSpeech(GENERATE);
    rig.emulator.addFault({ kind: "http", status, method: "CheckStatus", times: 2 });
    const done = await rig.client.waitForCompletion(requestId);
    assertEquals(done.status, RequestStatus.COMPLETED);
    assertEquals(rig.sent("CheckStatus").length, 3);
  });
}

for (const code of ["INTERNAL", "UNKNOWN", "CANCELLED", "DATA_LOSS"] as const) {
  Deno.test(`Client.watchStatus goes on after ${code} to a poll`, async () => {
    await using rig = await setUp();
    const { requestId } = await rig.client.generateSpeech(GENERATE);
    rig.emulator.addFault({ kind: "error", code, method: "CheckStatus" });
    assertEquals((await rig.client.waitForCompletion(requestId)).status, RequestStatus.COMPLETED);
  });
}

for (const status of [501, 505, 404]) {
  Deno.test(`Client.listVoices gives up at once at HTTP ${status}, which does not pass`, async () => {
    await using rig = await setUp();
    rig.emulator.addFault({ kind: "http", status, method: "ListVoices" });
    await failure(ServerError, rig.client.listVoices());
    assertEquals(rig.sent("ListVoices").length, 1);
  });
}

Deno.test("Client.waitForCompletion follows a job of its own that the service does not know yet", async () => {
  await using rig = await setUp();
  const { requestId } = await rig.client.generateSpeech(GENERATE);
  rig.emulator.addFault({ kind: "error", code: "NOT_FOUND", method: "CheckStatus", times: 2 });
  assertEquals((await rig.client.waitForCompletion(requestId)).status, RequestStatus.COMPLETED);
  // Once the service has known it, and for a job of somebody else, NOT_FOUND is the end.
  for (const id of [requestId, "a-job-of-another-process"]) {
    rig.emulator.addFault({ kind: "error", code: "NOT_FOUND", method: "CheckStatus" });
    await failure(ResourceNotFoundError, rig.client.waitForCompletion(id));
  }
});

Deno.test("Client.waitForCompletion without a limit ends at a status that this version does not know, and says so", async () => {
  // CheckStatusResponse { request_id: "r1", status: 9 }
  const canned = cannedFetch(() => grpcWeb([hex("0a 02 72 31 10 09")]));
  using client = cannedClient(canned);
  const { now } = performance;
  let ahead = 0;
  performance.now = () => now.call(performance) + ahead;
  try {
    const updates: number[] = [];
    const error = await failureOf(async () => {
      for await (const { status } of client.watchStatus("r1", { pollInterval: 1 })) {
        updates.push(status);
        ahead += 100_000;
      }
    });
    assertEquals(updates, [9, 9, 9, 9]);
    assertEquals([error.name, error.requestId, error.charged], ["ServerError", "r1", "yes"]);
    assertMatch(error.message, /status 9 .*does not know.*by its id/);
  } finally {
    performance.now = now;
  }
});

Deno.test("SpeechStream does not wait for another attempt longer than idleTimeout, nor than timeout", async () => {
  for (
    const options of [{ idleTimeout: 4_000 }, { timeout: 4_000 }, {
      timeout: 4_000,
      idleTimeout: 4_000,
    }]
  ) {
    await using rig = await setUp();
    const headers = { "retry-after": "30" };
    const fault = { kind: "http", status: 429, headers, times: Infinity } as const;
    rig.emulator.addFault({ ...fault, method: "StreamSpeech" });
    const error = await failure(
      RateLimitExceededError,
      rig.client.streamSpeech(STREAM, options).bytes(),
    );
    assertEquals([error.retryAfter, error.charged], [30_000, "no"]);
    assertEquals(rig.sent("StreamSpeech").length, 1);
  }
});

Deno.test("SpeechStream does not wait for a place among the calls in flight longer than idleTimeout", async () => {
  await using rig = await setUp({ client: { maxConcurrentCalls: 1 } });
  rig.emulator.addFault({ kind: "hang", method: "ListVoices" });
  const leave = new AbortController();
  const holder = rig.client.listVoices({}, {
    timeout: 60_000,
    maxRetries: 0,
    signal: leave.signal,
  });
  holder.catch(() => {});
  const work = rig.client.streamSpeech(STREAM, { idleTimeout: 200 }).bytes();
  const error = await failure(TimeoutError, within(work, 20_000));
  assertMatch(error.message, /sent nothing for 200 ms \(idleTimeout\)/);
  assertEquals([error.charged, rig.sent("StreamSpeech").length], ["no", 0]);
  leave.abort();
});

Deno.test("SpeechStream counts the time of earlier attempts to idleTimeout", async () => {
  await bestBelow(2_500, async () => {
    await using server = rawServer(async ({ write, gone }) => {
      if (server.requests.length === 1) {
        await sleep(1_500);
        return await write(answer(trailers({ "grpc-status": "8" })));
      }
      // The second attempt gets no answer.
      await gone;
    });
    using client = clientOf(server.url);
    const start = performance.now();
    const work = client.streamSpeech(STREAM, { idleTimeout: 2_000 }).bytes();
    const error = await failure(TimeoutError, work);
    assertEquals([error.charged, server.requests.length], ["unknown", 2]);
    return performance.now() - start;
  });
});
