// What the errors of narrations and batches say about running them again.

import { assert, assertEquals } from "@std/assert";
import { isSafeToRetry, retry, TsetsenError } from "../../mod.ts";
import { batch, memoryStore, narrate, type RejectedItem } from "../../src/narration/mod.ts";
import { failure, rejection, setUp } from "../support/rig.ts";
import { FAST, paid, paragraphs, texts, VOICE } from "./setup.ts";

const TEXT = paragraphs(4);
const REQUEST = { text: TEXT, ...VOICE } as const;

/** A refusal is not waited out. */
const IMPATIENT = { ...FAST, rateLimitTimeout: 0 } as const;

/** Hits submissions from a number on. */
function from(number: number) {
  let seen = 0;
  return { method: "GenerateSpeech", when: () => ++seen >= number } as const;
}

Deno.test("retry does not run a narration again that has bought parts, whatever the refusal of the next one says", async () => {
  await using rig = await setUp({ client: { maxRetries: 0 } });
  const { client, emulator } = rig;
  emulator.addFault({ kind: "error", code: "RESOURCE_EXHAUSTED", ...from(3) });
  const work = retry(() => narrate(client, REQUEST, IMPATIENT).bytes(), {
    baseDelay: 1,
    maxDelay: 1,
  });
  const error = await failure(TsetsenError, work);
  assertEquals([error.charged, error.billable, isSafeToRetry(error)], ["no", true, false]);
  assertEquals(paid(emulator), texts(TEXT).slice(0, 2));
});

Deno.test("retry runs a narration again whose first part was refused, and one that has a store: each part is paid once", async () => {
  for (const [number, store] of [[1, undefined], [3, memoryStore()]] as const) {
    await using rig = await setUp({ client: { maxRetries: 0 } });
    const { client, emulator } = rig;
    emulator.addFault({ kind: "error", code: "RESOURCE_EXHAUSTED", ...from(number) });
    const run = () => narrate(client, REQUEST, { ...IMPATIENT, store }).bytes();
    await retry(run, { baseDelay: 1, maxDelay: 1 });
    assertEquals(paid(emulator), texts(TEXT));
  }
});

Deno.test("narrate and batch fail with billable: true when a poll of a paid job fails for good", async () => {
  await using rig = await setUp({ client: { maxRetries: 0 } });
  const { client, emulator } = rig;
  emulator.addFault({
    kind: "error",
    code: "PERMISSION_DENIED",
    method: "CheckStatus",
    times: Infinity,
  });
  const error = await failure(TsetsenError, narrate(client, REQUEST, FAST).bytes());
  const results = await batch(client, [REQUEST], FAST).results();
  for (const reason of [error, (results[0] as RejectedItem).reason as TsetsenError]) {
    assertEquals([reason.code, reason.charged, reason.billable], [
      "permission_denied",
      "yes",
      true,
    ]);
    assertEquals(isSafeToRetry(reason), false);
    assert(emulator.jobs.some(({ requestId }) => requestId === reason.requestId));
  }
});

Deno.test("isSafeToRetry says no to the reason of an abort once a narration has bought parts", async () => {
  await using rig = await setUp();
  const { client } = rig;
  const controller = new AbortController();
  const aborted = narrate(client, REQUEST, { ...FAST, signal: controller.signal, concurrency: 1 });
  await aborted.next();
  const reason = new Error("enough");
  controller.abort(reason);
  const rest = (async () => {
    for await (const _ of aborted);
  })();
  assertEquals(await rejection(rest), reason);
  assertEquals(isSafeToRetry(reason), false);
  await aborted.settled();

  const early = new AbortController();
  early.abort(new Error("enough"));
  const unread = narrate(client, REQUEST, { ...FAST, signal: early.signal });
  assertEquals(isSafeToRetry(await rejection(unread.next())), true);
  await unread.settled();
});
