// The lifetime of a call: signal, deadline and close, whatever the work does about them.

import { assert, assertEquals } from "@std/assert";
import { Scope, type ScopeEnd } from "../src/scope.ts";
import { within } from "./support/rig.ts";
import { countedSignal } from "./support/signal.ts";

const never = new Promise<never>(() => {});
const pause = (ms = 0) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** What `work` rejects with, in time. */
function rejection(work: Promise<unknown>): Promise<unknown> {
  return within(work).then((value) => `resolved with ${value}`, (error: unknown) => error);
}

Deno.test("Scope.race rejects at once with what ended the scope, and tells the work", async () => {
  const { controller, signal, listening } = countedSignal();
  const open = new Set<Scope>();
  const scope = new Scope(open, signal, 60_000);
  const inner = scope.signal;
  const raced = rejection(scope.race(never));
  assertEquals([open.size, listening(), inner.aborted], [1, 1, false]);
  const reason = new Error("enough");
  controller.abort(reason);
  const end: ScopeEnd = { by: "signal", reason };
  assertEquals(await raced, end);
  assertEquals(scope.end, end);
  assert(inner.aborted);
  // Nothing is left: no place among the open ones, no listener.
  assertEquals([open.size, listening()], [0, 0]);
});

Deno.test("Scope ends at its deadline, in time", async () => {
  const scope = new Scope(new Set(), undefined, 30);
  const start = performance.now();
  assertEquals(await rejection(scope.race(never)), { by: "deadline", ms: 30 });
  const took = performance.now() - start;
  assert(took >= 28 && took < 80, `${took}`);
  assert(scope.remaining <= 0);
});

Deno.test("Scope.remaining counts down to the deadline, or is Infinity", async () => {
  const scope = new Scope(new Set(), undefined, 1_000);
  await pause(20);
  assert(scope.remaining < 985 && scope.remaining > 800, `${scope.remaining}`);
  scope.close();
  assertEquals(new Scope(new Set()).remaining, Infinity);
});

Deno.test("Scope.stop ends it as close() and leaving do; only the first end counts", async () => {
  for (const by of ["close", "leave"] as const) {
    const scope = new Scope(new Set());
    const raced = [rejection(scope.race(never)), rejection(scope.sleep(60_000))];
    scope.stop({ by });
    scope.stop({ by: "deadline", ms: 1 });
    assertEquals(await Promise.all(raced), [{ by }, { by }]);
    assertEquals(scope.end, { by });
  }
});

Deno.test("Scope with a signal that has aborted has ended from the start", async () => {
  const open = new Set<Scope>();
  const reason = new Error("before");
  const scope = new Scope(open, AbortSignal.abort(reason), 60_000);
  assertEquals(scope.end, { by: "signal", reason });
  assertEquals(open.size, 0);
  assert(scope.signal.aborted);
  assertEquals(await rejection(scope.race(never)), { by: "signal", reason });
  assertEquals(await rejection(scope.race(Promise.resolve(1))), { by: "signal", reason });
  assertEquals(await rejection(scope.sleep(60_000)), { by: "signal", reason });
});

Deno.test("Scope that was closed ends no more", async () => {
  const { controller, signal, listening } = countedSignal();
  const scope = new Scope(new Set(), signal, 10);
  const inner = scope.signal;
  scope.close();
  assertEquals(listening(), 0);
  controller.abort();
  scope.stop({ by: "close" });
  await pause(20);
  assertEquals(scope.end, undefined);
  assert(!inner.aborted);
});

Deno.test("Scope.race hands on the result and the failure of its work", async () => {
  const scope = new Scope(new Set());
  assertEquals(await scope.race(pause(5).then(() => "done")), "done");
  const failure = new Error("work");
  assertEquals(await rejection(scope.race(Promise.reject(failure))), failure);
  assertEquals(scope.end, undefined);
  scope.close();
});

Deno.test("Scope.race decides a race by who came first", async () => {
  const first = new Scope(new Set());
  const work = Promise.withResolvers<string>();
  const raced = rejection(first.race(work.promise));
  first.stop({ by: "close" });
  work.resolve("too late");
  assertEquals(await raced, { by: "close" });

  const second = new Scope(new Set());
  const early = Promise.withResolvers<string>();
  const won = second.race(early.promise);
  early.resolve("in time");
  await won;
  second.stop({ by: "close" });
  assertEquals(await won, "in time");
});

Deno.test("Scope.race leaves no unhandled rejection of work that fails after the end", async () => {
  const scope = new Scope(new Set());
  const work = Promise.withResolvers<string>();
  const raced = rejection(scope.race(work.promise));
  scope.stop({ by: "close" });
  work.reject(new Error("late"));
  assertEquals(await raced, { by: "close" });
  await pause();
});

Deno.test("Scope.race ends the scope when its work is idle for too long", async () => {
  const scope = new Scope(new Set());
  assertEquals(await scope.race(Promise.resolve("quick"), 20), "quick");
  await pause(30);
  assertEquals(scope.end, undefined);
  assertEquals(await rejection(scope.race(never, 20)), { by: "idle", ms: 20 });
});

// A timer that is left keeps Node alive for as long as it runs. Deno looks for one only when it is told to.
Deno.test({
  name: "Scope.race leaves no idle timer behind when the scope ends and the work never does",
  sanitizeOps: true,
  async fn() {
    for (const ended of [false, true]) {
      const scope = new Scope(new Set());
      if (ended) scope.stop({ by: "close" });
      const raced = rejection(scope.race(never, 60_000));
      scope.stop({ by: "close" });
      assertEquals(await raced, { by: "close" });
    }
  },
});

Deno.test({
  name: "Scope leaves no timer behind when it is stopped or closed",
  sanitizeOps: true,
  async fn() {
    const [stopped, closed] = [1, 2].map(() => new Scope(new Set(), undefined, 60_000));
    const asleep = rejection(stopped!.sleep(60_000));
    stopped!.stop({ by: "close" });
    await asleep;
    closed!.close();
  },
});

Deno.test("Scope.sleep resolves in its time and leaves no timer", async () => {
  const scope = new Scope(new Set());
  const start = performance.now();
  await scope.sleep(20);
  const took = performance.now() - start;
  assert(took >= 18 && took < 70, `${took}`);
  scope.close();
});

Deno.test("Scope adds one listener to a signal that 100 scopes share", async () => {
  const { controller, signal, added, listening } = countedSignal();
  const open = new Set<Scope>();
  const scopes = Array.from({ length: 100 }, () => new Scope(open, signal));
  assertEquals([added(), listening(), open.size], [1, 1, 100]);
  for (const scope of scopes.slice(0, 99)) scope.close();
  assertEquals(listening(), 1);
  const last = rejection(scopes[99]!.race(never));
  controller.abort("r");
  assertEquals(await last, { by: "signal", reason: "r" });
  assertEquals([added(), listening(), open.size], [1, 0, 0]);
  assertEquals(scopes.filter(({ end }) => end !== undefined).length, 1);
});
