// What an abort says of the jobs that it interrupted.

import { assert, assertEquals } from "@std/assert";
import { type Charged, ConnectionError, interruptedJobs, isSafeToRetry } from "../../mod.ts";
import { recordInterrupted } from "../../src/call/interrupted_jobs.ts";
import { encode } from "../../src/encode/mod.ts";
import { speakLive } from "../../src/live/mod.ts";
import { narrate } from "../../src/narration/mod.ts";
import { cannedClient, cannedFetch, grpcWeb } from "../support/canned_fetch.ts";
import { hex } from "../support/hex.ts";
import { GENERATE, rejection, setUp, sleep, STREAM } from "../support/rig.ts";
import { until } from "../support/until.ts";

const speech = { text: "Сайн", voiceId: "v1" };

Deno.test("interruptedJobs tells every job of one reason, in order, and nothing of others", () => {
  const reason = new Error("stop");
  recordInterrupted(reason, { requestId: "r1", charged: "yes" });
  recordInterrupted(reason, { requestId: undefined, charged: "unknown" });
  assertEquals(interruptedJobs(reason), [
    { requestId: "r1", charged: "yes" },
    { requestId: undefined, charged: "unknown" },
  ]);
  assertEquals(interruptedJobs(new Error("stop")), []);
  // The list is the caller's own.
  (interruptedJobs(reason) as unknown[]).pop();
  assertEquals(interruptedJobs(reason).length, 2);
});

Deno.test("interruptedJobs tells the job of a TsetsenError, if it is about one", () => {
  const known = new ConnectionError("c", { requestId: "r1", charged: "yes" });
  assertEquals(interruptedJobs(known), [{ requestId: "r1", charged: "yes" }]);
  assertEquals(interruptedJobs(new ConnectionError("c")), []);
});

Deno.test("interruptedJobs and trace accept reasons that are not objects", () => {
  for (const reason of ["text", 1, null, undefined, Symbol("s")]) {
    recordInterrupted(reason, { requestId: "r1", charged: "yes" });
    assertEquals(interruptedJobs(reason), []);
  }
  // A signal holds what such a reason interrupted.
  const { signal } = new AbortController();
  recordInterrupted("text", { requestId: "r1", charged: "yes" }, signal);
  assertEquals(interruptedJobs("text"), []);
  assertEquals(interruptedJobs("text", signal), [{ requestId: "r1", charged: "yes" }]);
  assertEquals(interruptedJobs("text", new AbortController().signal), []);
  const fn = () => {};
  recordInterrupted(fn, { requestId: "r1", charged: "yes" });
  assertEquals(interruptedJobs(fn), [{ requestId: "r1", charged: "yes" }]);
});

Deno.test("interruptedJobs tells what one abort interrupted, and what is known of the money", async () => {
  // The first stream gets a chunk, long enough to show no header, and then hangs; all else is never answered.
  const chunk = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(hex(`00 00 00 00 22 0a 20${" 01 02".repeat(16)}`)),
  });
  const headers = { "content-type": "application/grpc-web+proto" };
  const canned = cannedFetch((count) =>
    count === 0 ? new Response(chunk, { headers }) : new Promise<Response>(() => {})
  );
  using client = cannedClient(canned, { maxConcurrentCalls: 3 });
  const controller = new AbortController();
  const { signal } = controller;
  const stream = client.streamSpeech(speech, { signal });
  await stream.next();
  const works = [
    stream.next(),
    client.generateSpeech(speech, { signal }),
    client.waitForCompletion("r1", { signal }),
    client.getUserBalance({}, { signal }),
    // No place is left for this one: it is never sent.
    client.generateSpeech(speech, { signal }),
  ];
  const caught = works.map((work) => work.then(() => "done", (error: unknown) => error));
  await new Promise((resolve) => setTimeout(resolve, 10));
  assertEquals(canned.sent.length, 4);
  const reason = new Error("enough");
  controller.abort(reason);
  for (const error of await Promise.all(caught)) assert(error === reason);
  const told = interruptedJobs(reason).map(({ requestId, charged }) => `${requestId} ${charged}`);
  const expected: `${string} ${Charged}`[] = [
    "undefined yes", // audio had come
    "undefined unknown", // sent
    "r1 yes", // a job that is known; the balance is about none
    "undefined no", // never sent
  ];
  assertEquals(told.toSorted(), expected.toSorted());
});

Deno.test("interruptedJobs is empty after calls that ended before the abort", async () => {
  using client = cannedClient(cannedFetch(() => grpcWeb([hex("0a 02 72 31 10 01")])));
  const controller = new AbortController();
  await client.generateSpeech(speech, { signal: controller.signal });
  controller.abort();
  assertEquals(interruptedJobs(controller.signal.reason), []);
});

Deno.test("interruptedJobs tells the jobs of one signal alone, when many share a reason", () => {
  const reason = new Error("shutdown");
  const [a, b] = [new AbortController().signal, new AbortController().signal];
  recordInterrupted(reason, { requestId: "a1", charged: "yes" }, a);
  recordInterrupted(reason, { requestId: "b1", charged: "yes" }, b);
  assertEquals(interruptedJobs(reason, a), [{ requestId: "a1", charged: "yes" }]);
  assertEquals(interruptedJobs(reason, b), [{ requestId: "b1", charged: "yes" }]);
  assertEquals(interruptedJobs(reason).length, 2);
});

Deno.test("interruptedJobs is bounded for a reason that is used for ever, and names no job twice", () => {
  const reason = new Error("a constant");
  for (let i = 0; i < 3_000; i++) {
    recordInterrupted(reason, { requestId: `r${i}`, charged: "yes" });
    recordInterrupted(reason, { requestId: "again", charged: "yes" });
  }
  const jobs = interruptedJobs(reason);
  assertEquals(jobs.length, 1_000);
  assertEquals(jobs.filter(({ requestId }) => requestId === "again").length, 1);
});

Deno.test("interruptedJobs knows what a loop was reading that leaves with the reason of the signal by itself", async () => {
  await using rig = await setUp();
  const { client, emulator } = rig;
  const { requestId } = await client.submit(GENERATE);
  const job = [{ requestId, charged: true }];
  const stream = [{ requestId: undefined, charged: true }];
  emulator.addFault({ kind: "hang", method: "StreamSpeech", afterBytes: 20_000, times: Infinity });
  const { text, ...voice } = STREAM;
  const method = "stream";
  const reads: readonly [
    open: (signal: AbortSignal) => AsyncIterable<unknown> | Promise<AsyncIterable<unknown>>,
    jobs: unknown,
  ][] = [
    [(signal) => client.streamSpeech(STREAM, { signal }), stream],
    [(signal) => client.streamSpeech(STREAM, { signal }).toReadableStream(), stream],
    [(signal) => encode(client.streamSpeech(STREAM, { signal }), { format: "wav" }), stream],
    [(signal) => client.watchStatus(requestId, { signal }), job],
    [(signal) => client.job(requestId).audio({ signal }), job],
    [(signal) => narrate(client, STREAM, { method, signal }), stream],
    [(signal) => speakLive(client, ReadableStream.from([text]), { ...voice, signal }), stream],
  ];
  for (const [open, jobs] of reads) {
    for (const way of ["at once", "late", "without a word"]) {
      const controller = new AbortController();
      const { signal } = controller;
      const reason = new Error("enough");
      const read = async () => {
        const items = await open(signal);
        if (way === "without a word") {
          await items[Symbol.asyncIterator]().next();
          controller.abort(reason);
          signal.throwIfAborted();
        }
        for await (const _ of items) {
          controller.abort(reason);
          // What else it waits for ends by the signal, too.
          if (way === "late") await sleep(1);
          signal.throwIfAborted();
        }
      };
      assert(await rejection(read()) === reason);
      // A narration learns a moment later that the part that it streams has failed, and is paid for.
      const known = interruptedJobs(reason, signal);
      const seen = known.map((one) => ({ ...one, charged: one.charged !== "no" }));
      assertEquals(seen, jobs, `${open} ${way}`);
      assertEquals(isSafeToRetry(reason), false);
    }
  }
});

Deno.test("interruptedJobs and isSafeToRetry know of a call in the moment of its abort, before it has rejected", async () => {
  await using rig = await setUp({ emulator: { queueTime: 3_600_000 } });
  const { client, emulator } = rig;
  const { requestId } = await client.submit(GENERATE);
  const calls: readonly [call: (signal: AbortSignal) => Promise<unknown>, charged: Charged][] = [
    [(signal) => client.waitForCompletion(requestId, { signal }), "yes"],
    [(signal) => client.speak(GENERATE, { signal }), "yes"],
    [(signal) => client.submit(GENERATE, { signal }), "unknown"],
  ];
  for (const [call, charged] of calls) {
    const controller = new AbortController();
    const { signal } = controller;
    const reason = new Error("enough");
    if (charged === "unknown") emulator.addFault({ kind: "hang", method: "GenerateSpeech" });
    const polls = rig.sent("CheckStatus").length;
    const submissions = rig.sent("GenerateSpeech").length;
    const work = call(signal);
    await until(() =>
      charged === "unknown"
        ? rig.sent("GenerateSpeech").length > submissions
        : rig.sent("CheckStatus").length > polls
    );
    controller.abort(reason);
    const known = interruptedJobs(reason, signal);
    assertEquals([known.map((job) => job.charged), isSafeToRetry(reason)], [[charged], false]);
    assert(await rejection(work) === reason);
    assertEquals(interruptedJobs(reason, signal), known);
  }
});
