import { assert, assertEquals } from "@std/assert";
import {
  type Client,
  RequestStatus,
  ResourceNotFoundError,
  ServiceUnavailableError,
  type StatusUpdate,
  TimeoutError,
} from "../../mod.ts";
import { ManualClock } from "../../src/emulator/mod.ts";
import {
  bestBelow,
  failure,
  GENERATE,
  isRetry,
  rejection,
  setUp,
  sleep,
  within,
} from "../support/rig.ts";
import { until } from "../support/until.ts";

const { PENDING, PROCESSING, COMPLETED, FAILED } = RequestStatus;

async function submit(client: Client): Promise<string> {
  return (await client.generateSpeech(GENERATE)).requestId;
}

Deno.test("Client.watchStatus yields an update for each poll, from PENDING to COMPLETED", async () => {
  const clock = new ManualClock();
  await using rig = await setUp({ emulator: { clock, queueTime: 100, pace: 100 } });
  const requestId = await submit(rig.client);
  const updates: StatusUpdate[] = [];
  for await (const update of rig.client.watchStatus(requestId, { pollInterval: 1 })) {
    updates.push(update);
    if (updates.length % 2 === 0) await clock.advance(100);
    if (updates.length === 4) await clock.advance(1_400);
  }
  assertEquals(updates.map(({ status }) => status), [
    PENDING,
    PENDING,
    PROCESSING,
    PROCESSING,
    COMPLETED,
  ]);
  assertEquals(updates.map(({ changed }) => changed), [true, false, true, false, true]);
  assertEquals(updates.map(({ attempt }) => attempt), [1, 2, 3, 4, 5]);
  assertEquals(rig.sent("CheckStatus").length, 5);
  for (const [index, update] of updates.entries()) {
    assertEquals(update.requestId, requestId);
    assertEquals([update.response.requestId, update.response.status], [requestId, update.status]);
    assert(update.elapsed > (updates[index - 1]?.elapsed ?? 0));
  }
  const { audioUrl, metrics, errorMessage } = updates[4]!.response;
  assertEquals(audioUrl, `${rig.emulator.url}/audio/${requestId}.wav`);
  assertEquals([metrics?.creditsUsed, metrics?.characterCount, errorMessage], [14, 14, undefined]);
  assert(metrics!.audioLength! > 0.5);
});

Deno.test("Client.watchStatus sends nothing before it is iterated, and nothing after a break", async () => {
  await using rig = await setUp({ emulator: { queueTime: 60_000 } });
  const requestId = await submit(rig.client);
  const watch = rig.client.watchStatus(requestId, { pollInterval: 1 });
  await sleep(30);
  assertEquals(rig.sent("CheckStatus").length, 0);
  let polls = 0;
  for await (const _ of watch) if (++polls === 3) break;
  await sleep(30);
  assertEquals(rig.sent("CheckStatus").length, 3);
  assertEquals(await watch.next(), { done: true, value: undefined });
});

Deno.test("Client.watchStatus ends a pending next() at return(), also while a poll is in flight", async () => {
  await using rig = await setUp();
  rig.emulator.addFault({ kind: "hang", method: "CheckStatus" });
  const watch = rig.client.watchStatus("a-job");
  const pending = watch.next();
  await until(() => rig.sent("CheckStatus").length === 1);
  const [, ended] = await within(Promise.all([watch.return!(), pending]));
  assertEquals(ended, { done: true, value: undefined });
  await until(() => rig.sent("CheckStatus")[0]!.aborted);
});

/** The times between so many updates of a job that is done at the last of them, in milliseconds. */
async function gapsOf(count: number, options: { pollInterval?: number }): Promise<number[]> {
  const clock = new ManualClock();
  await using rig = await setUp({ emulator: { clock, queueTime: 1 } });
  const times: number[] = [];
  for await (const { elapsed } of rig.client.watchStatus(await submit(rig.client), options)) {
    times.push(elapsed);
    if (times.length === count - 1) await clock.advance(1);
  }
  assertEquals(times.length, count);
  return times.slice(1).map((time, index) => time - times[index]!);
}

Deno.test("Client.watchStatus polls at pollInterval, be it shorter or longer than its own schedule", async () => {
  // Its own schedule has no gap below 160 ms.
  await bestBelow(150, async () => {
    const gaps = await gapsOf(4, { pollInterval: 20 });
    assert(gaps.every((gap) => gap >= 18), `${gaps}`);
    return Math.min(...gaps);
  });
  const [gap = 0] = await gapsOf(2, { pollInterval: 410 });
  assert(gap >= 408, `${gap}`);
});

Deno.test("Client.watchStatus without pollInterval polls once a second until it has learned", async () => {
  const clock = new ManualClock();
  await using rig = await setUp({ emulator: { clock, queueTime: 60_000 } });
  const seen: number[] = [];
  for await (const { elapsed } of rig.client.watchStatus(await submit(rig.client))) {
    if (seen.push(elapsed) === 2) break;
  }
  assert(seen[1]! - seen[0]! >= 940, `${seen}`);
});

Deno.test("Client.watchStatus learns from the jobs of its client, and asks when the next is likely to be done", async () => {
  await using rig = await setUp({ emulator: { queueTime: 300, pace: 0 } });
  for (let i = 0; i < 3; i++) {
    await rig.client.waitForCompletion(await submit(rig.client), { pollInterval: 20 });
  }
  // The first poll comes when the job may be done, and not at once.
  const watch = rig.client.watchStatus(await submit(rig.client));
  const { value: first } = await watch.next();
  assert(first!.elapsed >= 150, `${first!.elapsed} ms`);
  await watch.return!();
});

Deno.test("Client.watchStatus survives transient failures, which the log and the attempts show", async () => {
  await using rig = await setUp({ client: { maxRetries: 2 } });
  const requestId = await submit(rig.client);
  for (const code of ["UNAVAILABLE", "DEADLINE_EXCEEDED"] as const) {
    rig.emulator.addFault({ kind: "error", code, method: "CheckStatus" });
  }
  rig.emulator.addFault({ kind: "unknown-enum", value: PROCESSING, method: "CheckStatus" });
  // Two in a row are allowed again, as one poll has gone well meanwhile.
  // Mid-answer, as Deno itself sends a free call again when a kept connection closes before the answer.
  rig.emulator.addFault({ kind: "drop", method: "CheckStatus", afterBytes: 3, times: 2 });
  const updates: StatusUpdate[] = [];
  for await (const update of rig.client.watchStatus(requestId, { pollInterval: 1 })) {
    updates.push(update);
  }
  assertEquals(updates.map(({ status, attempt }) => [status, attempt]), [
    [PROCESSING, 3],
    [COMPLETED, 6],
  ]);
  const told = rig.log.map(({ type, attempt, error }) => `${type} ${attempt} ${error.name}`);
  assertEquals(told, [
    "poll_failed 1 ServiceUnavailableError",
    "poll_failed 2 TimeoutError",
    "poll_failed 1 ConnectionError",
    "poll_failed 2 ConnectionError",
  ]);
  assertEquals(rig.log.map((event) => event.requestId), told.map(() => requestId));
});

Deno.test("Client.watchStatus polls again within 5 s after a failure, whatever the backoff, unless the service asks for more", async () => {
  const backoff = { baseDelay: 60_000, maxDelay: 60_000 };
  for (const [headers, delay] of [[{}, 5_000], [{ "retry-after": "7" }, 7_000]] as const) {
    const leave = new AbortController();
    const delays: number[] = [];
    await using rig = await setUp({
      client: {
        backoff,
        log: (event) => {
          if (!isRetry(event)) return;
          delays.push(event.delay);
          leave.abort();
        },
      },
    });
    rig.emulator.addFault({ kind: "http", status: 503, headers });
    await rejection(rig.client.waitForCompletion("a-job", { signal: leave.signal }));
    assertEquals(delays, [delay]);
  }
});

Deno.test("Client.watchStatus gives up after maxRetries failures in a row", async () => {
  await using rig = await setUp({ client: { maxRetries: 3 } });
  rig.emulator.addFault({ kind: "error", code: "UNAVAILABLE", times: Infinity });
  await failure(ServiceUnavailableError, rig.client.waitForCompletion("a-job"));
  assertEquals(rig.sent("CheckStatus").length, 4);
  await failure(
    ServiceUnavailableError,
    rig.client.waitForCompletion("a-job", { maxRetries: 0 }),
  );
  assertEquals(rig.sent("CheckStatus").length, 5);
});

Deno.test("Client.watchStatus fails at once for a reason that does not pass", async () => {
  await using rig = await setUp();
  const error = await failure(ResourceNotFoundError, rig.client.waitForCompletion("no-job"));
  assertEquals([error.requestId, rig.sent("CheckStatus").length], ["no-job", 1]);
});

Deno.test("Client.watchStatus sends the headers of its options and the key of its request with each poll", async () => {
  const apiKey = "tsetsen-development-other";
  await using rig = await setUp({ emulator: { allowAnyKey: true, queueTime: 60_000 } });
  const { requestId } = await rig.client.generateSpeech({ ...GENERATE, apiKey });
  const options = { headers: { "x-trace": "7" }, pollInterval: 5 };
  let updates = 0;
  for await (const _ of rig.client.watchStatus({ requestId, apiKey }, options)) {
    if (++updates === 2) break;
  }
  const polls = rig.sent("CheckStatus");
  assertEquals(polls.length, 2);
  for (const { headers, message } of polls) {
    assertEquals([headers["x-trace"], headers["x-api-key"]], ["7", apiKey]);
    assertEquals(message?.["apiKey"], apiKey);
  }
});

Deno.test("Client.waitForCompletion returns a COMPLETED and a FAILED job alike", async () => {
  const failWhen = (text: string) => text.includes("!") ? "the engine is gone" : undefined;
  await using rig = await setUp({ emulator: { failWhen } });
  const done = await rig.client.waitForCompletion(await submit(rig.client));
  assertEquals([done.status, done.errorMessage], [COMPLETED, undefined]);
  const { requestId } = await rig.client.generateSpeech({ ...GENERATE, text: "Хөөе!" });
  const failed = await rig.client.waitForCompletion(requestId);
  assertEquals(failed.requestId, requestId);
  assertEquals([failed.status, failed.errorMessage], [FAILED, "the engine is gone"]);
  assertEquals(failed.audioUrl, undefined);
});

Deno.test("Client.waitForCompletion's TimeoutError names the job, and the job goes on", async () => {
  const clock = new ManualClock();
  await using rig = await setUp({ emulator: { clock, queueTime: 150 } });
  const requestId = await submit(rig.client);
  const options = { timeout: 60, pollInterval: 20 };
  const error = await failure(TimeoutError, rig.client.waitForCompletion(requestId, options));
  assertEquals([error.requestId, error.charged, error.code], [requestId, "yes", "timeout"]);
  assert(error.message.includes("its timeout of 60 ms"), error.message);
  await clock.advance(150);
  assertEquals((await rig.client.waitForCompletion(requestId)).status, COMPLETED);
});

Deno.test("Client.waitForCompletion bounds the poll in flight, and lets go of it", async () => {
  await bestBelow(1_000, async () => {
    await using rig = await setUp();
    rig.emulator.addFault({ kind: "hang", method: "CheckStatus" });
    const start = performance.now();
    await failure(TimeoutError, within(rig.client.waitForCompletion("a-job", { timeout: 80 })));
    const took = performance.now() - start;
    // On a machine that is busy the deadline may come before the request is there.
    if (took < 1_000) await until(() => rig.sent("CheckStatus")[0]?.aborted === true);
    return took;
  });
});

Deno.test("Client.waitForCompletion without a timeout bounds each poll by the client's, and goes on", async () => {
  await using rig = await setUp({ client: { timeout: 1_000 } });
  const requestId = await submit(rig.client);
  rig.emulator.addFault({ kind: "hang", method: "CheckStatus" });
  assertEquals((await rig.client.waitForCompletion(requestId)).status, COMPLETED);
  // On a machine that is busy another poll may be late, too.
  assertEquals(new Set(rig.log.map(({ error }) => error.name)), new Set(["TimeoutError"]));
});
