// The bound on how many calls are in flight.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Limiter } from "../../src/call/limiter.ts";
import { Lifetime } from "../../src/lib/lifetime.ts";
import { cannedClient, cannedFetch, grpcWeb } from "../support/canned_fetch.ts";
import { hex } from "../support/hex.ts";

const tick = () => new Promise<void>((resolve) => setTimeout(resolve));

/** One that wants a place: in the queue, holding it, or gone. */
function enter(limiter: Limiter) {
  const lifetime = new Lifetime(new Set());
  const self = {
    state: "waiting" as "waiting" | "in" | "gone",
    abort: () => lifetime.stop({ by: "signal", reason: "r" }),
    done: Promise.resolve(),
  };
  if (limiter.tryAcquire()) self.state = "in";
  else {
    self.done = limiter.acquire(lifetime).then(
      () => void (self.state = "in"),
      () => void (self.state = "gone"),
    );
  }
  return self;
}

/** How many places are free now. */
function free(limiter: Limiter): number {
  let count = 0;
  while (limiter.tryAcquire()) count++;
  for (let i = 0; i < count; i++) limiter.release();
  return count;
}

Deno.test("Limiter lets so many in at once, and the others in the order they came", async () => {
  const limiter = new Limiter(2);
  const all = Array.from({ length: 6 }, () => enter(limiter));
  for (let served = 2; served <= 6; served++) {
    await tick();
    const states = all.map(({ state }) => state === "in");
    assertEquals(states, all.map((_, i) => i < served));
    limiter.release();
  }
  limiter.release();
  assertEquals(free(limiter), 2);
});

Deno.test("Limiter lets nobody pass who came after those in the queue", async () => {
  const limiter = new Limiter(1);
  const first = enter(limiter);
  const second = enter(limiter);
  limiter.release();
  // The place is already the second one's, before it has noticed.
  assert(!limiter.tryAcquire());
  await tick();
  assertEquals([first.state, second.state], ["in", "in"]);
});

Deno.test("Limiter passes over those who left the queue, and frees nothing twice", async () => {
  const limiter = new Limiter(1);
  const [holder, left, next] = [enter(limiter), enter(limiter), enter(limiter)];
  left.abort();
  await tick();
  assertEquals([holder.state, left.state, next.state], ["in", "gone", "waiting"]);
  limiter.release();
  await tick();
  assertEquals(next.state, "in");
  assertEquals(free(limiter), 0);
  limiter.release();
  assertEquals(free(limiter), 1);
});

Deno.test("Limiter gives the place on when its taker ends in the same moment", async () => {
  for (const order of ["start, end", "end, start"]) {
    const limiter = new Limiter(1);
    const [, taker, next] = [enter(limiter), enter(limiter), enter(limiter)];
    if (order === "start, end") {
      limiter.release();
      taker.abort();
    } else {
      taker.abort();
      limiter.release();
    }
    await tick();
    assertEquals([taker.state, next.state], ["gone", "in"], order);
    limiter.release();
    assertEquals(free(limiter), 1, order);
  }
});

Deno.test("Limiter neither loses nor makes places, and is fair, in any order of events", async () => {
  const events = fc.array(
    fc.tuple(fc.constantFrom("enter", "release", "abort", "wait"), fc.nat()),
    {
      maxLength: 80,
    },
  );
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), events, async (limit, script) => {
      const limiter = new Limiter(limit);
      const all: ReturnType<typeof enter>[] = [];
      let released = 0;
      const inside = () => all.filter(({ state }) => state === "in").length - released;
      for (const [event, n] of script) {
        if (event === "enter") all.push(enter(limiter));
        else if (event === "wait") await tick();
        else if (event === "abort") all.filter(({ state }) => state === "waiting")[n % 5]?.abort();
        else if (inside() > 0) {
          released++;
          limiter.release();
        }
        assert(inside() <= limit);
      }
      await tick();
      // Whoever waits, waits because the places are taken, and came after all who are in.
      const waiting = all.findIndex(({ state }) => state === "waiting");
      if (waiting >= 0) {
        assertEquals(inside(), limit);
        assert(all.findLastIndex(({ state }) => state === "in") < waiting);
      }
      while (inside() > 0) {
        released++;
        limiter.release();
        await tick();
      }
      assertEquals(free(limiter), limit);
    }),
    { numRuns: 60 },
  );
});

Deno.test("Limiter serves a queue of many thousands, in order", async () => {
  const limiter = new Limiter(1);
  limiter.tryAcquire();
  const order: number[] = [];
  const all = Array.from({ length: 5_000 }, async (_, i) => {
    await limiter.acquire(new Lifetime(new Set()));
    order.push(i);
    limiter.release();
  });
  limiter.release();
  await Promise.all(all);
  assertEquals(order, [...order.keys()]);
  assertEquals([order.length, free(limiter)], [5_000, 1]);
});

Deno.test("Client has at most maxConcurrentCalls in flight, and the others wait in order", async () => {
  const gates: (() => void)[] = [];
  const canned = cannedFetch(() =>
    new Promise((resolve) => gates.push(() => resolve(grpcWeb([hex("10 02")]))))
  );
  using client = cannedClient(canned, { maxConcurrentCalls: 3 });
  const done: string[] = [];
  const ids = ["r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7"];
  const leave = new AbortController();
  const calls = ids.map((id, i) =>
    client.checkStatus(id, i === 4 ? { signal: leave.signal } : {})
      .then(() => done.push(id), () => done.push(`${id} left`))
  );
  await tick();
  assertEquals(canned.sent.length, 3);
  leave.abort();
  for (let i = 0; i < 7; i++) {
    gates[i]!();
    await tick();
    await tick();
    assertEquals(canned.sent.length, Math.min(7, 4 + i));
  }
  await Promise.all(calls);
  assertEquals(done, ["r4 left", "r0", "r1", "r2", "r3", "r5", "r6", "r7"]);
});

Deno.test("Limiter takes a place back when its lease is over, for who comes and for who waits", async () => {
  const limiter = new Limiter(1);
  assert(limiter.tryAcquire());
  const dropped = limiter.lease(-1);
  // workerd has dropped the code that would have released it.
  assert(limiter.tryAcquire());
  // Released after all, it is no longer its own to give.
  limiter.release(dropped);
  assertEquals(limiter.tryAcquire(), false);
  const second = limiter.lease(-1);
  const lifetime = new Lifetime(new Set(), undefined, 10_000);
  await limiter.acquire(lifetime);
  lifetime.close();
  limiter.release(second);
  assertEquals(limiter.tryAcquire(), false);
});
