import { assert, assertEquals } from "@std/assert";
import { RequestStatus, TsetsenError } from "../../mod.ts";
import { ManualClock } from "../../src/emulator/mod.ts";
import {
  bestBelow,
  failure,
  GENERATE,
  rejection,
  type Rig,
  setUp,
  sleep,
  STREAM,
} from "../support/rig.ts";
import { until } from "../support/until.ts";

/** The most requests that were under way at once, told by a fault that delays each of them, in milliseconds. */
function watchLoad(rig: Rig, delay: number): { most: number } {
  const load = { most: 0 };
  rig.emulator.addFault({
    kind: "delay",
    delay,
    times: Infinity,
    when: () => {
      const open = rig.emulator.requests.filter(({ done }) => !done).length;
      load.most = Math.max(load.most, open);
      return true;
    },
  });
  return load;
}

for (const limit of [1, 3, 64]) {
  Deno.test(`Client keeps ${limit} calls in flight with maxConcurrentCalls ${limit}, first come, first served`, async () => {
    const clock = new ManualClock();
    await using rig = await setUp({
      emulator: { clock },
      client: { maxConcurrentCalls: limit, timeout: 600_000 },
    });
    const { emulator } = rig;
    // Each request waits until the clock goes on.
    emulator.addFault({ kind: "delay", delay: 1, times: Infinity });
    const calls = Array.from(
      { length: 3 * limit },
      (_, index) => rig.client.getUserBalance({}, { headers: { "x-index": `${index}` } }),
    );
    const open = () => emulator.requests.filter(({ done }) => !done).length;
    for (let round = 1; round <= 3; round++) {
      await until(() => emulator.requests.length === round * limit);
      await until(() => clock.sleepers === limit);
      assertEquals(open(), limit);
      await clock.advance(1);
    }
    await Promise.all(calls);
    const came = rig.emulator.requests.map(({ headers }) => Number(headers["x-index"]));
    assertEquals(came.length, calls.length);
    if (limit === 1) assertEquals(came, calls.map((_, index) => index));
    // Connections of their own may overtake each other by one round, but not by more.
    for (const [place, index] of came.entries()) {
      assert(Math.abs(place - index) < 2 * limit, `call ${index} came as number ${place}`);
    }
  });
}

Deno.test("Client has 64 calls in flight when nothing else is said", async () => {
  await using rig = await setUp();
  const load = watchLoad(rig, 400);
  await Promise.all(Array.from({ length: 100 }, () => rig.client.listVoices()));
  assertEquals(load.most, 64);
});

Deno.test("Client gives the place of a call that failed, was aborted or timed out to the next", async () => {
  await using rig = await setUp({ client: { maxConcurrentCalls: 1, maxRetries: 0 } });
  const { client, emulator } = rig;
  emulator.addFault({ kind: "http", status: 500 });
  await failure(TsetsenError, client.getUserBalance());
  const came = () => emulator.requests.length;
  emulator.addFault({ kind: "hang" });
  // Long enough for the request to come, on a machine that is busy.
  await failure(TsetsenError, client.getUserBalance({}, { timeout: 1_000 }));
  assertEquals(came(), 2);
  emulator.addFault({ kind: "hang" });
  const controller = new AbortController();
  const aborted = rejection(client.getUserBalance({}, { signal: controller.signal }));
  await until(() => came() === 3);
  const { signal } = new AbortController();
  const queued = client.getUserBalance({}, { signal });
  // One that gives up in the queue takes no place with it.
  const left = rejection(client.getUserBalance({}, { timeout: 20 }));
  await left;
  controller.abort();
  await aborted;
  assertEquals((await queued).credits, 100_000);
  assertEquals((await client.getUserBalance()).credits, 100_000);
});

Deno.test("Client's delay before a retry takes no place from other calls", async () => {
  const backoff = { baseDelay: 60_000, maxDelay: 60_000 };
  await using rig = await setUp({ client: { maxConcurrentCalls: 1, timeout: 100_000, backoff } });
  rig.emulator.addFault({ kind: "http", status: 503 });
  const controller = new AbortController();
  const waiting = rejection(rig.client.listVoices({}, { signal: controller.signal }));
  await until(() => rig.log.length === 1);
  assertEquals((await rig.client.getUserBalance()).credits, 100_000);
  controller.abort();
  await waiting;
});

Deno.test("Client's open streams and sleeping watches take no place from other calls", async () => {
  await using rig = await setUp({
    emulator: { queueTime: 60_000 },
    client: { maxConcurrentCalls: 1 },
  });
  rig.emulator.addFault({ kind: "stream", bytes: 1e9, times: 3, method: "StreamSpeech" });
  const streams = [1, 2, 3].map(() => rig.client.streamSpeech(STREAM));
  for (const stream of streams) await stream.next();
  assertEquals(rig.emulator.activeStreams, 3);
  const job = await rig.client.submit(GENERATE);
  const watch = job.watch({ pollInterval: 60_000 });
  await watch.next();
  const pending = watch.next();
  assertEquals((await rig.client.getUserBalance()).credits > 0, true);
  await watch.return!();
  await pending;
  for (const stream of streams) await stream.return();
});

Deno.test("Client.waitForCompletion 200 times at once keeps within the limit and finishes all", async () => {
  await using rig = await setUp({
    emulator: { queueTime: 300 },
    client: { maxConcurrentCalls: 16 },
  });
  const jobs = await Promise.all(
    Array.from({ length: 200 }, () => rig.client.generateSpeech(GENERATE)),
  );
  const load = watchLoad(rig, 50);
  const { signal } = new AbortController();
  const done = await Promise.all(
    jobs.map(({ requestId }) =>
      rig.client.waitForCompletion(requestId, { signal, timeout: 30_000, pollInterval: 100 })
    ),
  );
  assertEquals(done.map(({ requestId }) => requestId), jobs.map(({ requestId }) => requestId));
  assert(done.every(({ status }) => status === RequestStatus.COMPLETED));
  assertEquals(load.most, 16);
  assertEquals(rig.emulator.ledger.charges.length, 200);
});

Deno.test("Client ends 200 waits at one abort", async () => {
  await using rig = await setUp({ emulator: { queueTime: 60_000 } });
  const { requestId } = await rig.client.generateSpeech(GENERATE);
  await bestBelow(500, async () => {
    const controller = new AbortController();
    const waits = Array.from(
      { length: 200 },
      () => rejection(rig.client.waitForCompletion(requestId, { signal: controller.signal })),
    );
    await sleep(300);
    const reason = new Error("enough");
    const start = performance.now();
    controller.abort(reason);
    assert((await Promise.all(waits)).every((error) => error === reason));
    return performance.now() - start;
  });
});
