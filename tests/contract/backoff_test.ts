// How long to wait between two attempts.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { backoffDelay, resolveBackoff } from "../../src/contract/backoff.ts";

Deno.test("resolveBackoff has the reference's defaults", () => {
  const defaults = { baseDelay: 500, maxDelay: 10_000, backoffFactor: 2, jitter: true };
  assertEquals(resolveBackoff(), defaults);
  assertEquals(resolveBackoff({ baseDelay: undefined, jitter: undefined }), defaults);
  const given = { baseDelay: 1, maxDelay: 2, backoffFactor: 1, jitter: false };
  assertEquals(resolveBackoff(given), given);
});

Deno.test("backoffDelay doubles from 500 ms to 10 s", () => {
  const backoff = resolveBackoff({ jitter: false });
  const delays = [0, 1, 2, 3, 4, 5, 6, 2_000].map((retry) => backoffDelay(backoff, retry));
  assertEquals(delays, [500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000]);
});

Deno.test("backoffDelay varies by up to 20 % either way, and uses all of it", () => {
  const backoff = resolveBackoff();
  const plain = resolveBackoff({ jitter: false });
  for (const retry of [0, 3, 9]) {
    const expected = backoffDelay(plain, retry);
    const shares = Array.from({ length: 2_000 }, () => backoffDelay(backoff, retry) / expected);
    const [least, most] = [Math.min(...shares), Math.max(...shares)];
    assert(least >= 0.8 && least < 0.82, `${least}`);
    assert(most <= 1.2 && most > 1.18, `${most}`);
  }
});

Deno.test("backoffDelay is a delay that setTimeout takes, whatever the options", () => {
  const options = fc.record({
    baseDelay: fc.double({ min: 1e-3, max: 2 ** 31 - 1, noNaN: true }),
    maxDelay: fc.double({ min: 1e-3, max: 2 ** 31 - 1, noNaN: true }),
    backoffFactor: fc.double({ min: 1, max: 1e300, noNaN: true }),
    jitter: fc.boolean(),
  });
  fc.assert(fc.property(options, fc.nat({ max: 1_000 }), (given, retry) => {
    const delay = backoffDelay(resolveBackoff(given), retry);
    assert(delay > 0 && delay <= 2 ** 31 - 1, `${delay} fires at once`);
  }));
});
