// The lifetime of a call: signal, deadline and close, whatever the work does about them.

import { assert, assertEquals } from "@std/assert";
import { Lifetime, type LifetimeEnd } from "../../src/lib/lifetime.ts";
import { bestBelow, within } from "../support/rig.ts";
import { countedSignal } from "../support/signal.ts";

const never = new Promise<never>(() => {});
const pause = (ms = 0) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** What `work` rejects with, in time. */
function rejection(work: Promise<unknown>): Promise<unknown> {
  return within(work).then((value) => `resolved with ${value}`, (error: unknown) => error);
}

Deno.test("Lifetime.race rejects at once with what ended the lifetime, and tells the work", async () => {
  const { controller, signal, listening } = countedSignal();
  const open = new Set<Lifetime>();
  const lifetime = new Lifetime(open, signal, 60_000);
  const inner = lifetime.signal;
  const raced = rejection(lifetime.race(never));
  assertEquals([open.size, listening(), inner.aborted], [1, 1, false]);
  const reason = new Error("enough");
  controller.abort(reason);
  const end: LifetimeEnd = { by: "signal", reason };
  assertEquals(await raced, end);
  assertEquals(lifetime.end, end);
  assert(inner.aborted);
  // Nothing is left: no place among the open ones, no listener.
  assertEquals([open.size, listening()], [0, 0]);
});

Deno.test("Lifetime ends at its deadline, in time", async () => {
  await bestBelow(80, async () => {
    const lifetime = new Lifetime(new Set(), undefined, 30);
    const start = performance.now();
    assertEquals(await rejection(lifetime.race(never)), { by: "deadline", ms: 30 });
    const took = performance.now() - start;
    assert(took >= 28, `${took}`);
    assert(lifetime.remaining <= 0);
    return took;
  });
});

Deno.test("Lifetime.remaining counts down to the deadline, or is Infinity", async () => {
  const lifetime = new Lifetime(new Set(), undefined, 60_000);
  await pause(20);
  assert(lifetime.remaining < 59_985 && lifetime.remaining > 0, `${lifetime.remaining}`);
  lifetime.close();
  assertEquals(new Lifetime(new Set()).remaining, Infinity);
});

Deno.test("Lifetime.stop ends it as close() and leaving do; only the first end counts", async () => {
  for (const by of ["close", "cancel"] as const) {
    const lifetime = new Lifetime(new Set());
    const raced = [rejection(lifetime.race(never)), rejection(lifetime.sleep(60_000))];
    lifetime.stop({ by });
    lifetime.stop({ by: "deadline", ms: 1 });
    assertEquals(await Promise.all(raced), [{ by }, { by }]);
    assertEquals(lifetime.end, { by });
  }
});

Deno.test("Lifetime with a signal that has aborted has ended from the start", async () => {
  const open = new Set<Lifetime>();
  const reason = new Error("before");
  const lifetime = new Lifetime(open, AbortSignal.abort(reason), 60_000);
  assertEquals(lifetime.end, { by: "signal", reason });
  assertEquals(open.size, 0);
  assert(lifetime.signal.aborted);
  assertEquals(await rejection(lifetime.race(never)), { by: "signal", reason });
  assertEquals(await rejection(lifetime.race(Promise.resolve(1))), { by: "signal", reason });
  assertEquals(await rejection(lifetime.sleep(60_000)), { by: "signal", reason });
});

Deno.test("Lifetime that was closed ends no more", async () => {
  const { controller, signal, listening } = countedSignal();
  const lifetime = new Lifetime(new Set(), signal, 10);
  const inner = lifetime.signal;
  lifetime.close();
  assertEquals(listening(), 0);
  controller.abort();
  lifetime.stop({ by: "close" });
  await pause(20);
  assertEquals(lifetime.end, undefined);
  assert(!inner.aborted);
});

Deno.test("Lifetime.race hands on the result and the failure of its work", async () => {
  const lifetime = new Lifetime(new Set());
  assertEquals(await lifetime.race(pause(5).then(() => "done")), "done");
  const failure = new Error("work");
  assertEquals(await rejection(lifetime.race(Promise.reject(failure))), failure);
  assertEquals(lifetime.end, undefined);
  lifetime.close();
});

Deno.test("Lifetime.race decides a race by who came first", async () => {
  const first = new Lifetime(new Set());
  const work = Promise.withResolvers<string>();
  const raced = rejection(first.race(work.promise));
  first.stop({ by: "close" });
  work.resolve("too late");
  assertEquals(await raced, { by: "close" });

  const second = new Lifetime(new Set());
  const early = Promise.withResolvers<string>();
  const won = second.race(early.promise);
  early.resolve("in time");
  await won;
  second.stop({ by: "close" });
  assertEquals(await won, "in time");
});

Deno.test("Lifetime.race leaves no unhandled rejection of work that fails after the end", async () => {
  const lifetime = new Lifetime(new Set());
  const work = Promise.withResolvers<string>();
  const raced = rejection(lifetime.race(work.promise));
  lifetime.stop({ by: "close" });
  work.reject(new Error("late"));
  assertEquals(await raced, { by: "close" });
  await pause();
});

Deno.test("Lifetime.race ends the lifetime when its work is idle for too long", async () => {
  const lifetime = new Lifetime(new Set());
  assertEquals(await lifetime.race(Promise.resolve("quick"), 20), "quick");
  await pause(30);
  assertEquals(lifetime.end, undefined);
  assertEquals(await rejection(lifetime.race(never, 20)), { by: "idle", ms: 20 });
});

// A timer that is left keeps Node alive for as long as it runs. Deno looks for one only when it is told to.
Deno.test({
  name: "Lifetime.race leaves no idle timer behind when the lifetime ends and the work never does",
  sanitizeOps: true,
  async fn() {
    for (const ended of [false, true]) {
      const lifetime = new Lifetime(new Set());
      if (ended) lifetime.stop({ by: "close" });
      const raced = rejection(lifetime.race(never, 60_000));
      lifetime.stop({ by: "close" });
      assertEquals(await raced, { by: "close" });
    }
  },
});

Deno.test({
  name: "Lifetime leaves no timer behind when it is stopped or closed",
  sanitizeOps: true,
  async fn() {
    const [stopped, closed] = [1, 2].map(() => new Lifetime(new Set(), undefined, 60_000));
    const asleep = rejection(stopped!.sleep(60_000));
    stopped!.stop({ by: "close" });
    await asleep;
    closed!.close();
  },
});

Deno.test("Lifetime.sleep resolves in its time and leaves no timer", async () => {
  await bestBelow(70, async () => {
    const lifetime = new Lifetime(new Set());
    const start = performance.now();
    await lifetime.sleep(20);
    const took = performance.now() - start;
    assert(took >= 18, `${took}`);
    lifetime.close();
    return took;
  });
});

Deno.test("Lifetime adds one listener to a signal that 100 lifetimes share", async () => {
  const { controller, signal, added, listening } = countedSignal();
  const open = new Set<Lifetime>();
  const scopes = Array.from({ length: 100 }, () => new Lifetime(open, signal));
  assertEquals([added(), listening(), open.size], [1, 1, 100]);
  for (const lifetime of scopes.slice(0, 99)) lifetime.close();
  assertEquals(listening(), 1);
  const last = rejection(scopes[99]!.race(never));
  controller.abort("r");
  assertEquals(await last, { by: "signal", reason: "r" });
  assertEquals([added(), listening(), open.size], [1, 0, 0]);
  assertEquals(scopes.filter(({ end }) => end !== undefined).length, 1);
});
