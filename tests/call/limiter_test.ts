// The bound on how many calls are in flight.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Lease, Limiter } from "../../src/call/limiter.ts";
import { Lifetime } from "../../src/lib/lifetime.ts";
import { cannedClient, cannedFetch, grpcWeb } from "../support/canned_fetch.ts";
import { hex } from "../support/hex.ts";

const tick = () => new Promise<void>((resolve) => setTimeout(resolve));

/** A call without a deadline. */
const FOREVER = new Lifetime(new Set());

/** One that wants a place: in the queue, holding it, or gone. */
function enter(limiter: Limiter) {
  const lifetime = new Lifetime(new Set());
  const self = {
    state: "waiting" as "waiting" | "in" | "gone",
    lease: limiter.tryAcquire(lifetime),
    leave: () => self.lease && limiter.release(self.lease),
    abort: () => lifetime.stop({ by: "signal", reason: "r" }),
    done: Promise.resolve(),
  };
  if (self.lease !== undefined) self.state = "in";
  else {
    self.done = limiter.acquire(lifetime).then(
      (lease) => void Object.assign(self, { lease, state: "in" }),
      () => void (self.state = "gone"),
    );
  }
  return self;
}

/** How many places are free now. */
function free(limiter: Limiter): number {
  const leases: Lease[] = [];
  for (let lease; (lease = limiter.tryAcquire(FOREVER)) !== undefined;) leases.push(lease);
  for (const lease of leases) limiter.release(lease);
  return leases.length;
}

Deno.test("Limiter lets so many in at once, and the others in the order they came", async () => {
  const limiter = new Limiter(2);
  const all = Array.from({ length: 6 }, () => enter(limiter));
  for (let served = 2; served <= 6; served++) {
    await tick();
    const states = all.map(({ state }) => state === "in");
    assertEquals(states, all.map((_, i) => i < served));
    all[served - 2]?.leave();
  }
  all.at(-1)?.leave();
  assertEquals(free(limiter), 2);
});

Deno.test("Limiter lets no newcomer overtake the queue", async () => {
  const limiter = new Limiter(1);
  const first = enter(limiter);
  const second = enter(limiter);
  first.leave();
  // The place is already the second one's, before it has noticed.
  assert(!limiter.tryAcquire(FOREVER));
  await tick();
  assertEquals([first.state, second.state], ["in", "in"]);
});

Deno.test("Limiter skips calls that left the queue, and frees no place twice", async () => {
  const limiter = new Limiter(1);
  const [holder, left, next] = [enter(limiter), enter(limiter), enter(limiter)];
  left.abort();
  await tick();
  assertEquals([holder.state, left.state, next.state], ["in", "gone", "waiting"]);
  holder.leave();
  await tick();
  assertEquals(next.state, "in");
  assertEquals(free(limiter), 0);
  next.leave();
  assertEquals(free(limiter), 1);
});

Deno.test("Limiter gives the place on when its taker ends in the same moment", async () => {
  for (const order of ["start, end", "end, start"]) {
    const limiter = new Limiter(1);
    const [holder, taker, next] = [enter(limiter), enter(limiter), enter(limiter)];
    if (order === "start, end") {
      holder.leave();
      taker.abort();
    } else {
      taker.abort();
      holder.leave();
    }
    await tick();
    assertEquals([taker.state, next.state], ["gone", "in"], order);
    next.leave();
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
      const left = new Set<unknown>();
      const insiders = () => all.filter((one) => one.state === "in" && !left.has(one));
      const inside = () => insiders().length;
      const leave = (n: number) => {
        const one = insiders()[n % inside()]!;
        left.add(one);
        one.leave();
      };
      for (const [event, n] of script) {
        if (event === "enter") all.push(enter(limiter));
        else if (event === "wait") await tick();
        else if (event === "abort") all.filter(({ state }) => state === "waiting")[n % 5]?.abort();
        else if (inside() > 0) leave(n);
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
        leave(0);
        await tick();
      }
      assertEquals(free(limiter), limit);
    }),
    { numRuns: 60 },
  );
});

Deno.test("Limiter serves a queue of many thousands, in order", async () => {
  const limiter = new Limiter(1);
  const first = enter(limiter);
  const order: number[] = [];
  const all = Array.from({ length: 5_000 }, async (_, i) => {
    const lease = await limiter.acquire(new Lifetime(new Set()));
    order.push(i);
    limiter.release(lease);
  });
  first.leave();
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

Deno.test("Limiter takes a place back when its lease is over, for a new call and for one that waits", async () => {
  const limiter = new Limiter(1);
  // workerd has dropped the code that would have released them.
  const first = limiter.tryAcquire(FOREVER, -2_000) as Lease;
  const second = limiter.tryAcquire(FOREVER, -2_000) as Lease;
  // Released after all, it is no longer its own to give.
  limiter.release(first);
  const lifetime = new Lifetime(new Set(), undefined, 10_000);
  const third = await limiter.acquire(lifetime);
  lifetime.close();
  limiter.release(second);
  assertEquals(limiter.tryAcquire(FOREVER), undefined);
  limiter.release(third);
  assertEquals(free(limiter), 1);
});

Deno.test("Limiter takes a place back that the queue was given and never released", async () => {
  const limiter = new Limiter(1);
  const holder = enter(limiter);
  void limiter.acquire(FOREVER, -2_000, 60_000);
  const next = enter(limiter);
  holder.leave();
  await next.done;
  next.leave();
  assertEquals(free(limiter), 1);
});
