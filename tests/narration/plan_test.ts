import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { plan } from "../../src/narration/mod.ts";
import { UDHR } from "./setup.ts";

Deno.test("plan counts what would be sent, without the white space between parts", () => {
  const { parts, requests, characters, pauses, estimatedSeconds } = plan("Нэг. \n\n***\n\nХоёр.");
  assertEquals(parts.map((part) => [part.text, part.characters]), [
    ["Нэг.", 4],
    ["***", 0],
    ["Хоёр.", 5],
  ]);
  assertEquals([requests, characters, pauses, estimatedSeconds], [2, 9, 1_600, undefined]);
});

Deno.test("plan estimates the length from the pace that it is told, and the speed", () => {
  const options = { charactersPerSecond: 15, speed: 2 };
  const { characters, pauses, estimatedSeconds } = plan(UDHR, options);
  assertEquals(estimatedSeconds, characters / 30 + pauses / 1_000);
  assertEquals(pauses, Math.round(plan(UDHR).pauses / 2));
  assertThrows(() => plan(UDHR, { charactersPerSecond: 0 }), RangeError);
  assertThrows(() => plan(UDHR, { speed: -1 }), Error, "speed");
});

Deno.test("plan keeps to the maximum, and its parts cover the text", () => {
  fc.assert(fc.property(
    fc.stringMatching(/^[А-Яа-я,.!? \n]{1,300}$/).filter((text) => text.trim() !== ""),
    fc.integer({ min: 1, max: 60 }),
    (text, maxCharacters) => {
      const { parts } = plan(text, { maxCharacters });
      let at = 0;
      for (const part of parts) {
        assertEquals(part.start, at);
        assertEquals(part.text, text.slice(part.start, part.end).trim());
        assertEquals(part.characters <= maxCharacters, true);
        at = part.end;
      }
      assertEquals(at, text.length);
    },
  ));
});
