import { assertEquals, assertRejects } from "@std/assert";
import { ManualClock } from "../../src/emulator/mod.ts";

Deno.test("ManualClock.advance wakes the sleepers in order, those that sleep again included", async () => {
  const clock = new ManualClock(100);
  const woken: [string, number][] = [];
  const sleep = async (name: string, ...times: number[]) => {
    for (const ms of times) {
      await clock.sleep(ms);
      woken.push([name, clock.now()]);
    }
  };
  const all = [sleep("a", 10, 10), sleep("b", 15), sleep("c", 50)];
  await clock.advance(30);
  assertEquals(woken, [["a", 110], ["b", 115], ["a", 120]]);
  assertEquals([clock.now(), clock.sleepers], [130, 1]);
  await clock.advance(20);
  await Promise.all(all);
  await assertRejects(() => clock.advance(-1), RangeError);
});

Deno.test("ManualClock.advance moves the clock by the sum of calls at the same time, and never back", async () => {
  const clock = new ManualClock();
  const woken: number[] = [];
  const sleeps = [5, 15, 25].map((ms) => clock.sleep(ms).then(() => void woken.push(clock.now())));
  const moves = [clock.advance(20), clock.advance(1), clock.advance(4)];
  const seen: number[] = [];
  for (const move of moves) {
    await move;
    seen.push(clock.now());
  }
  await Promise.all(sleeps);
  assertEquals([woken, seen], [[5, 15, 25], [20, 21, 25]]);
});

Deno.test("ManualClock.sleep rejects with its signal's reason and forgets the sleeper", async () => {
  const clock = new ManualClock();
  const leave = new AbortController();
  const sleeping = clock.sleep(10, leave.signal);
  leave.abort("enough");
  assertEquals(await sleeping.catch((reason) => reason), "enough");
  assertEquals(clock.sleepers, 0);
  assertEquals(await clock.sleep(0), undefined);
});
