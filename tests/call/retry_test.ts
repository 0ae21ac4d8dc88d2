// The public utility `retry`.

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type Charged,
  type Client,
  ConnectionError,
  InsufficientCreditsError,
  interruptedJobs,
  InvalidRequestError,
  isSafeToRetry,
  RateLimitExceededError,
  RequestStatus,
  retry,
  type RetryOptions,
  ServerError,
  ServiceUnavailableError,
  TimeoutError,
  TsetsenError,
} from "../../mod.ts";
import type { Fault } from "../../src/emulator/mod.ts";
import { failureOf } from "../support/canned_fetch.ts";
import { bestBelow, failure, GENERATE, rejection, setUp, STREAM } from "../support/rig.ts";
import { until } from "../support/until.ts";

const FAST = { baseDelay: 1, jitter: false } as const;

/** A function that fails with these errors, one a call, and then succeeds; with the time of each call. */
function failing(...errors: unknown[]) {
  const times: number[] = [];
  const fn = () => {
    times.push(performance.now());
    return times.length <= errors.length
      ? Promise.reject(errors[times.length - 1])
      : Promise.resolve("done");
  };
  return { fn, times };
}

/** How often it is called when it fails so every time. */
async function calls(error: unknown, options: RetryOptions = {}): Promise<number> {
  const { fn, times } = failing(...Array(20).fill(error));
  await failureOf(() => retry(fn, { ...FAST, ...options }));
  return times.length;
}

Deno.test("retry tries 3 times again by default, then throws the last error itself", async () => {
  const errors = Array.from({ length: 4 }, (_, i) => new ServiceUnavailableError(`${i}`));
  const { fn, times } = failing(...errors);
  assert(await failureOf(() => retry(fn, FAST)) === errors[3]);
  assertEquals(times.length, 4);
  const { fn: recovers, times: tries } = failing(...errors.slice(0, 3));
  assertEquals(await retry(recovers, FAST), "done");
  assertEquals(tries.length, 4);
});

Deno.test("retry obeys maxRetries", async () => {
  for (const maxRetries of [0, 1, 7]) {
    assertEquals(await calls(new TimeoutError("t"), { maxRetries }), maxRetries + 1);
  }
});

Deno.test("retry waits as the backoff says", async () => {
  const { fn, times } = failing(...Array(3).fill(new ConnectionError("c")));
  await retry(fn, { baseDelay: 40, backoffFactor: 2, maxDelay: 100, jitter: false });
  const waits = times.slice(1).map((time, i) => time - times[i]!);
  for (const [i, expected] of [40, 80, 100].entries()) {
    assert(waits[i]! >= expected - 2 && waits[i]! < expected + 60, `${waits}`);
  }
});

Deno.test("retry waits half a second before the first retry by default", async () => {
  const { fn, times } = failing(new ConnectionError("c"));
  await retry(fn);
  const wait = times[1]! - times[0]!;
  assert(wait >= 395 && wait < 680, `${wait}`);
});

Deno.test("retry tries again for what can pass, by default for nothing else", async () => {
  for (
    const Class of [ServiceUnavailableError, ConnectionError, TimeoutError, RateLimitExceededError]
  ) {
    assertEquals(await calls(new Class("c")), 4, Class.name);
  }
  const final = [InsufficientCreditsError, InvalidRequestError, ServerError, TsetsenError, Error];
  for (const Class of final) assertEquals(await calls(new Class("c")), 1, Class.name);
});

Deno.test("retry takes other classes in retryExceptions, subclasses included", async () => {
  class Own extends TypeError {}
  assertEquals(await calls(new Own(), { retryExceptions: [TypeError] }), 4);
  assertEquals(await calls(new Own(), { retryExceptions: [RangeError] }), 1);
  assertEquals(await calls(new ServiceUnavailableError("s"), { retryExceptions: [] }), 1);
  assertEquals(await calls(new ServerError("s"), { retryExceptions: [TsetsenError] }), 4);
});

Deno.test("retry never repeats what may have cost credits, whatever retryExceptions says", async () => {
  const cases: [charged: Charged | undefined, requestId: string | undefined, calls: number][] = [
    [undefined, undefined, 4],
    ["no", undefined, 4],
    ["no", "r1", 4],
    ["unknown", undefined, 1],
    ["unknown", "r1", 1],
    ["yes", undefined, 1],
    // The poll of a job: the job is paid, the poll costs nothing.
    ["yes", "r1", 4],
  ];
  for (const [charged, requestId, expected] of cases) {
    const error = new ConnectionError("c", { charged, requestId });
    assertEquals(await calls(error), expected, `${charged} ${requestId}`);
    assertEquals(await calls(error, { retryExceptions: [Error] }), expected);
  }
});

Deno.test("retry keeps the service's wait, and gives up at once above maxDelay", async () => {
  const { fn, times } = failing(new RateLimitExceededError("r", { retryAfter: 120 }));
  await retry(fn, { ...FAST, maxDelay: 200 });
  assert(times[1]! - times[0]! >= 118);
  await bestBelow(100, async () => {
    const start = performance.now();
    const above = new RateLimitExceededError("r", { retryAfter: 201 });
    assertEquals(await calls(above, { maxDelay: 200 }), 1);
    assertEquals(await calls(new RateLimitExceededError("r", { retryAfter: 10_001 })), 1);
    return performance.now() - start;
  });
});

Deno.test("retry takes the longer of the service's wait and the backoff", async () => {
  const { fn, times } = failing(new RateLimitExceededError("r", { retryAfter: 1 }));
  await retry(fn, { baseDelay: 80, jitter: false });
  assert(times[1]! - times[0]! >= 78);
});

Deno.test("retry ends a delay at once when its signal aborts, with the signal's own reason", async () => {
  for (const reason of [new Error("enough"), "a string", undefined]) {
    await bestBelow(50, async () => {
      const controller = new AbortController();
      const { fn, times } = failing(...Array(9).fill(new ConnectionError("c")));
      const work = retry(fn, { baseDelay: 60_000, maxDelay: 60_000, signal: controller.signal });
      const caught = work.then(() => "no failure", (error: unknown) => error);
      await new Promise((resolve) => setTimeout(resolve, 20));
      const start = performance.now();
      controller.abort(reason);
      assert(await caught === controller.signal.reason);
      const took = performance.now() - start;
      assertEquals(times.length, 1);
      return took;
    });
  }
});

Deno.test("retry does not call at all when its signal has aborted", async () => {
  const { fn, times } = failing();
  const signal = AbortSignal.abort(new Error("before"));
  await assertRejects(() => retry(fn, { signal }), Error, "before");
  assertEquals(times.length, 0);
});

Deno.test("retry does not call again when its signal aborted during the call", async () => {
  const controller = new AbortController();
  let count = 0;
  const work = () =>
    retry(() => {
      count++;
      controller.abort(new Error("meanwhile"));
      throw new ConnectionError("c");
    }, { ...FAST, signal: controller.signal });
  assertEquals((await failureOf(work)).message, "meanwhile");
  assertEquals(count, 1);
});

Deno.test("retry takes functions that throw or return without a promise", async () => {
  let count = 0;
  const result = await retry(() => {
    if (count++ < 2) throw new ConnectionError("c");
    return 7;
  }, FAST);
  assertEquals([result, count], [7, 3]);
});

Deno.test("retry throws what was thrown, also when it is no Error", async () => {
  for (const thrown of ["text", null, undefined, 42]) {
    const caught = await retry(() => Promise.reject(thrown), FAST).catch((error) => ({ error }));
    assertEquals(caught, { error: thrown });
  }
});

Deno.test("retry refuses bad options before it calls", async () => {
  const { fn, times } = failing();
  const cases: [options: unknown, Class: new () => Error][] = [
    [{ maxRetries: -1 }, RangeError],
    [{ maxRetries: 1.5 }, RangeError],
    [{ maxRetries: Infinity }, RangeError],
    [{ baseDelay: 0 }, RangeError],
    [{ maxDelay: 2 ** 31 }, RangeError],
    [{ backoffFactor: 0.5 }, RangeError],
    [{ jitter: 1 }, TypeError],
    [{ retryExceptions: Error }, TypeError],
    [{ signal: {} }, TypeError],
    [null, TypeError],
    [7, TypeError],
  ];
  for (const [options, Class] of cases) {
    await assertRejects(() => retry(fn, options as RetryOptions), Class, "must be");
  }
  await assertRejects(() => retry("fn" as unknown as () => void), TypeError, "fn must be");
  assertEquals(times.length, 0);
});

Deno.test("retry refuses what is no class in retryExceptions before it calls", async () => {
  const error = new ConnectionError("what really happened");
  const { fn, times } = failing(error);
  const cases: [item: unknown, came: string][] = [
    ["ConnectionError", "a string of 15 characters"],
    [() => true, "function"],
    [async () => {}, "function"],
    [Object.assign(() => {}, { prototype: null }), "function"],
    [error, "Error"],
    [null, "null"],
    [undefined, "undefined"],
  ];
  for (const [item, came] of cases) {
    const options = { ...FAST, retryExceptions: [TimeoutError, item] } as unknown as RetryOptions;
    const caught = await failureOf(() => retry(fn, options));
    // A check that comes too late would hide the real failure.
    assertEquals([caught.name, times.length], ["TypeError", 0]);
    assertEquals(caught.message, `each of retryExceptions must be a class of errors: got ${came}`);
  }
});

Deno.test("retry takes whatever instanceof takes in retryExceptions", async () => {
  class Own extends Error {}
  abstract class Abstract extends Error {}
  const Bound = Own.bind(undefined) as unknown as typeof Own;
  const retryExceptions = [Abstract, DOMException, Bound];
  assertEquals(await calls(new Own(), { retryExceptions }), 4);
  assertEquals(await calls(new DOMException("d"), { retryExceptions }), 4);
  assertEquals(await calls(new ConnectionError("c"), { retryExceptions }), 1);
});

Deno.test("retry submits no second time when an id came and the trailers did not", async () => {
  await using rig = await setUp();
  rig.emulator.addFault({ kind: "no-trailers", method: "GenerateSpeech" });
  const submit = () => retry(() => rig.client.submit(GENERATE), { baseDelay: 1 });
  const error = await failure(TsetsenError, submit());
  assertEquals([error.charged, error.billable, isSafeToRetry(error)], ["yes", true, false]);
  assert(error.requestId !== undefined);
  assertEquals(rig.emulator.ledger.charges.length, 1);
});

Deno.test("retry submits no second time when a poll of the job fails that fn has submitted", async () => {
  await using rig = await setUp({ client: { maxRetries: 0 } });
  const speak = async () => {
    const job = await rig.client.submit(GENERATE);
    rig.emulator.addFault({ kind: "error", code: "UNAVAILABLE", method: "CheckStatus" });
    return await job.wait();
  };
  const error = await failure(TsetsenError, retry(speak, { baseDelay: 1 }));
  assertEquals([error.charged, error.billable], ["yes", false]);
  assertEquals(rig.emulator.ledger.charges.length, 1);
  // The job itself can be asked about again.
  assert(isSafeToRetry(error));
  const done = await retry(() => rig.client.waitForCompletion(error.requestId!), { baseDelay: 1 });
  assertEquals(done.status, RequestStatus.COMPLETED);
});

Deno.test("retry that is aborted in its delay leaves what it knows in interruptedJobs", async () => {
  const controller = new AbortController();
  const reason = new Error("stop");
  const fn = () => {
    setTimeout(() => controller.abort(reason), 1);
    throw new ConnectionError("c", { charged: "no", billable: true });
  };
  const error = await rejection(retry(fn, { signal: controller.signal, baseDelay: 60_000 }));
  assertEquals(error, reason);
  assertEquals(interruptedJobs(error), [{ requestId: undefined, charged: "no" }]);
});

Deno.test("isSafeToRetry decides by what is known about the money, also for aborts", async () => {
  const cases: [charged: Charged | undefined, billable: boolean | undefined, safe: boolean][] = [
    [undefined, true, true],
    ["no", true, true],
    ["unknown", true, false],
    ["yes", true, false],
    ["yes", false, true],
    ["unknown", false, true],
    ["unknown", undefined, false],
  ];
  for (const [charged, billable, safe] of cases) {
    assertEquals(isSafeToRetry(new ConnectionError("c", { charged, billable })), safe);
  }
  assert(isSafeToRetry(new Error("of another library")));
  await using rig = await setUp();
  rig.emulator.addFault({ kind: "hang", method: "GenerateSpeech", charged: true });
  const controller = new AbortController();
  const call = rig.client.generateSpeech(GENERATE, { signal: controller.signal });
  await until(() => rig.sent("GenerateSpeech").length === 1);
  controller.abort(new Error("stop"));
  assert(!isSafeToRetry(await rejection(call)));
});

Deno.test("isSafeToRetry is false for the reason of an abort that is no object, because it may be paid for", async () => {
  await using rig = await setUp();
  for (const reason of ["the user left", 5]) {
    rig.emulator.addFault({ kind: "hang", method: "GenerateSpeech", charged: true });
    const controller = new AbortController();
    const { signal } = controller;
    const before = rig.emulator.ledger.charges.length;
    const submission = rejection(rig.client.submit(GENERATE, { signal }));
    await until(() => rig.emulator.ledger.charges.length > before);
    controller.abort(reason);
    assertEquals(await submission, reason);
    assertEquals(isSafeToRetry(reason), false);
  }
});

/** Errors of a submission, of a poll, of a stream that had brought audio, and of a refusal. */
const COPIED: Readonly<Record<string, readonly [Fault, (client: Client) => Promise<unknown>]>> = {
  "a submission": [{ kind: "drop", charged: true }, (client) => client.submit(GENERATE)],
  "a poll": [{ kind: "drop", method: "CheckStatus" }, (client) => client.speak(GENERATE)],
  "a stream": [
    { kind: "drop", method: "StreamSpeech", afterBytes: 20_000 },
    (client) => client.streamSpeech(STREAM).bytes(),
  ],
  "a refusal": [{ kind: "error", code: "INVALID_ARGUMENT" }, (client) => client.submit(GENERATE)],
  "a timeout": [
    { kind: "hang", charged: true },
    (client) => client.submit(GENERATE, { timeout: 50 }),
  ],
};

for (const [what, [fault, call]] of Object.entries(COPIED)) {
  Deno.test(`isSafeToRetry says no to a copy of the error of ${what}, as another thread gets it`, async () => {
    await using rig = await setUp({ client: { maxRetries: 0 } });
    rig.emulator.addFault(fault);
    const copy = structuredClone(await rejection(call(rig.client)));
    assert(copy instanceof Error && !(copy instanceof TsetsenError), "it is a copy");
    assertEquals(isSafeToRetry(copy), false);
  });
}

Deno.test("isSafeToRetry says yes to a copy of an error that is not of this package", () => {
  assertEquals(isSafeToRetry(structuredClone(new TypeError("fetch failed"))), true);
});
