import { assertEquals } from "@std/assert";
import { Recording } from "../../src/player/recording.ts";
import { Resampler } from "../../src/player/resampler.ts";

Deno.test("Resampler takes a rate with a fraction for the whole one beside it", () => {
  const recording = new Recording();
  recording.push(new Uint8Array(Int16Array.from({ length: 24_000 }, (_, i) => i % 100).buffer));
  const whole = new Resampler(recording, 44_100);
  const odd = new Resampler(recording, 44_100.1);
  assertEquals(odd.outputAt(24_000), 44_100);
  assertEquals(odd.render(1_000, 1_100), whole.render(1_000, 1_100));
});
