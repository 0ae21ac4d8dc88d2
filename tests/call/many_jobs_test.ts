// What is remembered about jobs is bounded: what is forgotten must not become money.

import { assert, assertEquals } from "@std/assert";
import { interruptedJobs, isSafeToRetry, PermissionDeniedError, retry } from "../../mod.ts";
import { recordAccepted } from "../../src/call/accepted_jobs.ts";
import { failure, GENERATE, rejection, setUp } from "../support/rig.ts";
import { until } from "../support/until.ts";

Deno.test("retry submits once, however many other jobs are accepted before a poll fails", async () => {
  await using rig = await setUp({ client: { maxRetries: 0 } });
  const { client, emulator } = rig;
  emulator.addFault({ kind: "error", code: "PERMISSION_DENIED", method: "CheckStatus" });
  const work = async () => {
    const { requestId } = await client.generateSpeech(GENERATE);
    // Others of the same process, more than are remembered.
    for (let i = 0; i < 1_001; i++) recordAccepted(`other-${i}`);
    await client.checkStatus(requestId);
  };
  const options = { retryExceptions: [PermissionDeniedError], baseDelay: 1, maxRetries: 1 };
  const error = await failure(PermissionDeniedError, retry(work, options));
  assertEquals(error.requestId, emulator.jobs[0]?.requestId);
  assertEquals(emulator.ledger.charges.length, 1);
});

Deno.test({
  name:
    "interruptedJobs keeps the call that may have been charged beside thousands that were not sent",
  // The limiter looks once more for places, a second after the queue is empty.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    await using rig = await setUp({ client: { maxConcurrentCalls: 1 } });
    const { client, emulator } = rig;
    emulator.addFault({ kind: "hang", method: "GenerateSpeech", charged: true });
    const controller = new AbortController();
    const { signal } = controller;
    const calls = Array.from(
      { length: 1_500 },
      () => rejection(client.generateSpeech(GENERATE, { signal })),
    );
    await until(() => emulator.ledger.charges.length === 1);
    const reason = new Error("enough");
    controller.abort(reason);
    const errors = await Promise.all(calls);
    assert(errors.every((error) => error === reason));
    assertEquals(interruptedJobs(reason, signal).filter(({ charged }) => charged !== "no"), [
      { requestId: undefined, charged: "unknown" },
    ]);
    assertEquals(isSafeToRetry(reason), false);
    assertEquals(emulator.ledger.charges.length, 1);
  },
});
