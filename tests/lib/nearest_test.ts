import { assertEquals } from "@std/assert";
import { nearest } from "../../src/lib/nearest.ts";

const KNOWN = ["apiKey", "endpoint", "timeout", "voiceId", "authorize", "rateLimit", "ca"];

const CASES: readonly (readonly [name: string, expected: string | undefined])[] = [
  ["authorise", "authorize"],
  ["ratelimit", "rateLimit"],
  ["timeOut", "timeout"],
  ["voice", "voiceId"],
  ["apikey", "apiKey"],
  ["key", undefined],
  ["format", undefined],
  ["", undefined],
  ["xy", undefined],
  ["authorize".repeat(20), undefined],
];

for (const [name, expected] of CASES) {
  Deno.test(`nearest finds ${expected ?? "nothing"} for "${name.slice(0, 20)}"`, () => {
    assertEquals(nearest(name, KNOWN), expected);
  });
}
