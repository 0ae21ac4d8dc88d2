// The handle of a job: followed, waited for, given up on, and taken up again.

import { assert, assertEquals } from "@std/assert";
import {
  AuthenticationError,
  ConnectionError,
  encodeWav,
  interruptedJobs,
  isSafeToRetry,
  JobFailedError,
  RequestStatus,
  ServerError,
  ServiceUnavailableError,
  TimeoutError,
  TsetsenError,
} from "../mod.ts";
import {
  CheckStatusResponseSchema,
  GenerateSpeechResponseSchema,
} from "../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { ManualClock } from "../src/emulator/mod.ts";
import { rawServer } from "./support/raw_server.ts";
import { clientOf, failure, GENERATE, KEY, rejection, setUp, TEXT } from "./support/rig.ts";
import { answer, bytesOf, concat, message, trailers } from "./support/wire.ts";
import { until } from "./support/until.ts";

Deno.test("Job is an async iterable of its updates, and knows its charge from the last of them", async () => {
  const clock = new ManualClock();
  await using rig = await setUp({ emulator: { clock, queueTime: 40 } });
  const job = await rig.client.submit(GENERATE);
  assertEquals(job.requestId, rig.emulator.jobs[0]!.requestId);
  // Accepted, and how much it took is not told yet.
  assertEquals([job.charged, job.creditsUsed], ["yes", undefined]);
  const seen: RequestStatus[] = [];
  for await (const { status, requestId } of job) {
    assertEquals(requestId, job.requestId);
    seen.push(status);
    await clock.advance(40);
  }
  assertEquals(seen, [RequestStatus.PENDING, RequestStatus.COMPLETED]);
  assertEquals(job.creditsUsed, rig.emulator.ledger.total);
  assertEquals(job.response?.status, RequestStatus.COMPLETED);
  assert((await (await job.audio()).bytes()).length > 44);
  assertEquals(rig.emulator.ledger.charges.length, 1);
});

Deno.test("Client.job takes up a job from its JSON or from its bare id, by another client", async () => {
  await using rig = await setUp();
  const first = await rig.client.submit({ ...GENERATE, apiKey: KEY });
  const stored = JSON.stringify(first);
  assertEquals(JSON.parse(stored), { requestId: first.requestId });
  assert(!stored.includes(KEY) && !stored.includes(TEXT));
  const whole = await (await first.audio()).bytes();
  rig.client.close();
  for (const saved of [JSON.parse(stored), first.requestId]) {
    const job = rig.open().job(saved);
    assertEquals([job.charged, job.creditsUsed], ["yes", undefined]);
    assertEquals(await (await job.audio()).bytes(), whole);
    assertEquals(job.creditsUsed, rig.emulator.ledger.total);
    assertEquals(JSON.stringify(job), stored);
  }
  assertEquals(rig.sent("GenerateSpeech").length, 1);
});

Deno.test("Client.submit says charged unknown and what to look at when its outcome is lost, and sends nothing again", async () => {
  await using rig = await setUp();
  for (
    const [fault, Class, timeout] of [
      [{ kind: "drop", charged: true }, ConnectionError, undefined],
      [{ kind: "hang", charged: true }, TimeoutError, 1_000],
      [{ kind: "error", code: "UNAVAILABLE" }, ServiceUnavailableError, undefined],
    ] as const
  ) {
    const before = rig.sent("GenerateSpeech").length;
    rig.emulator.addFault({ ...fault, method: "GenerateSpeech" });
    const error = await failure<TsetsenError>(Class, rig.client.submit(GENERATE, { timeout }));
    assertEquals([error.charged, error.requestId], ["unknown", undefined]);
    assert(error.message.includes("look at the balance before sending it again"), error.message);
    assert(!error.message.includes(TEXT));
    assertEquals(interruptedJobs(error), [{ requestId: undefined, charged: "unknown" }]);
    assertEquals(rig.sent("GenerateSpeech").length, before + 1);
  }
});

Deno.test("Job.wait and Job.audio throw JobFailedError with the service's own message and the request id", async () => {
  await using rig = await setUp({ emulator: { failWhen: () => "the voice is hoarse" } });
  const job = await rig.client.submit(GENERATE);
  const polls = () => rig.sent("CheckStatus").length;
  const errors = [await failure(JobFailedError, job.wait())];
  const before = polls();
  errors.push(
    await failure(JobFailedError, job.wait()),
    await failure(JobFailedError, job.audio()),
  );
  assertEquals(polls(), before, "what is known is not asked for again");
  errors.push(await failure(JobFailedError, rig.client.job(job.requestId).audio()));
  for (const error of errors) {
    assert(error instanceof TsetsenError);
    assertEquals([error.code, error.charged, error.requestId], [
      "job_failed",
      "yes",
      job.requestId,
    ]);
    assert(error.rawMessage.includes("the voice is hoarse"), error.rawMessage);
    assert(error.message.endsWith(`(Request ID: ${job.requestId})`), error.message);
  }
});

Deno.test("Job is as usable as before after an abort, a timeout, a failed poll, and a loop that was left", async () => {
  const clock = new ManualClock();
  await using rig = await setUp({ emulator: { clock, queueTime: 400 }, client: { maxRetries: 0 } });
  const job = await rig.client.submit(GENERATE);
  const reason = new Error("enough");
  assertEquals(await rejection(job.wait({ signal: AbortSignal.abort(reason) })), reason);
  const late = await failure(TimeoutError, job.wait({ timeout: 30 }));
  assertEquals([late.requestId, late.charged], [job.requestId, "yes"]);
  // The poll that timed out may come only now: it must not take the fault of the next.
  const polls = { method: "CheckStatus", times: Infinity } as const;
  rig.emulator.addFault({ ...polls, kind: "error", code: "UNAVAILABLE" });
  await failure(ServiceUnavailableError, job.wait());
  rig.emulator.clearFaults();
  rig.emulator.addFault({ ...polls, kind: "http", status: 401 });
  await failure(AuthenticationError, job.audio());
  rig.emulator.clearFaults();
  for await (const _ of job) break;
  await clock.advance(400);
  // A download that failed is begun anew from the same handle.
  rig.emulator.addFault({ kind: "http", method: "Audio", status: 503 });
  await failure(ServiceUnavailableError, (await job.audio()).bytes());
  const bytes = await (await job.audio()).bytes();
  assert(bytes.length > 44);
  assertEquals([rig.sent("GenerateSpeech").length, rig.emulator.ledger.charges.length], [1, 1]);
});

Deno.test("Job.audio asks for another address when the one that it has may have expired", async () => {
  await using rig = await setUp();
  const job = await rig.client.submit(GENERATE);
  const whole = await (await job.audio()).bytes();
  const polls = rig.sent("CheckStatus").length;
  await (await job.audio()).cancel();
  assertEquals(rig.sent("CheckStatus").length, polls, "a fresh address is used as it is");

  const { now } = Date;
  Date.now = () => now() + 61_000;
  try {
    // A failed poll takes nothing away.
    rig.emulator.addFault({ kind: "error", code: "NOT_FOUND", method: "CheckStatus" });
    await failure(TsetsenError, job.audio());
    assertEquals(job.response?.status, RequestStatus.COMPLETED);
    assertEquals(await (await job.audio()).bytes(), whole);
    assertEquals(rig.sent("CheckStatus").length, polls + 2);
    await job.audio();
    await job.wait();
    assertEquals(rig.sent("CheckStatus").length, polls + 2);
  } finally {
    Date.now = now;
  }
});

Deno.test("Client.submit follows the job with the key of its request, whatever is written into that object meanwhile", async () => {
  await using rig = await setUp();
  const request = { ...GENERATE, apiKey: KEY };
  const submission = rig.client.submit(request);
  request.apiKey = "tsetsen-development-another";
  const job = await submission;
  await job.wait();
  assertEquals(rig.sent("CheckStatus").map(({ headers }) => headers["x-api-key"]), [KEY]);
});

Deno.test("Job keeps its end when another watch brings an older answer afterwards", async () => {
  const clock = new ManualClock();
  await using rig = await setUp({ emulator: { clock, queueTime: 40 } });
  const job = await rig.client.submit(GENERATE);
  // Answered before the wait: what it says is old when it comes.
  rig.emulator.addFault({ kind: "delay", method: "CheckStatus", delay: 1_000, charged: true });
  const slow = job.watch()[Symbol.asyncIterator]();
  const older = slow.next();
  await until(() => rig.sent("CheckStatus").length === 1);
  await clock.advance(40);
  assertEquals((await job.wait()).status, RequestStatus.COMPLETED);
  await clock.advance(1_000);
  assertEquals((await older).value?.status, RequestStatus.PENDING);
  assertEquals(job.response?.status, RequestStatus.COMPLETED);
  await slow.return?.();
});

/** What a service answers to a submission, and to the poll after it. */
const AT_ONCE = [
  [RequestStatus.COMPLETED, { audioUrl: "/a" }],
  [RequestStatus.FAILED, { errorMessage: "no such voice" }],
] as const;

for (const [status, found] of AT_ONCE) {
  Deno.test(`Job.audio asks for a job that was ${RequestStatus[status]} when it was accepted`, async () => {
    const wav = encodeWav([new Uint8Array(4_800)]);
    await using server = rawServer(async ({ request, write }) => {
      if (request.head.startsWith("GET")) {
        const length = `content-length: ${wav.length}`;
        return await write(concat(bytesOf(`HTTP/1.1 200 OK\r\n${length}\r\n\r\n`), wav));
      }
      const isPoll = request.head.includes("/CheckStatus");
      const { audioUrl, ...rest } = { audioUrl: undefined, ...found };
      const polled = { ...rest, ...audioUrl && { audioUrl: server.url + audioUrl } };
      const sent = isPoll
        ? message(CheckStatusResponseSchema, {
          requestId: "job-1",
          status: status as number,
          ...polled,
        })
        : message(GenerateSpeechResponseSchema, { requestId: "job-1", status: status as number });
      await write(answer(concat(sent, trailers())));
    });
    using client = clientOf(server.url);
    const job = await client.submit(GENERATE);
    assertEquals(job.response?.status, status);
    if (status === RequestStatus.COMPLETED) assertEquals(await (await job.audio()).bytes(), wav);
    else {
      const error = await failure(JobFailedError, job.audio());
      assert(error.message.includes("no such voice"), error.message);
    }
  });
}

Deno.test("Client.submit says charged unknown when the id of the job that was accepted is blank", async () => {
  for (const requestId of ["", "  "]) {
    await using server = rawServer(async ({ write }) => {
      const accepted = message(GenerateSpeechResponseSchema, { requestId, status: 1 });
      await write(answer(concat(accepted, trailers())));
    });
    using client = clientOf(server.url);
    for (const send of [client.submit(GENERATE), client.generateSpeech(GENERATE)]) {
      const error = await failure(ServerError, send);
      assertEquals([error.charged, isSafeToRetry(error)], ["unknown", false], `"${requestId}"`);
    }
    assertEquals(server.requests.length, 2);
  }
});
