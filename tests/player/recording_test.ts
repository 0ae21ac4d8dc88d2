import { assertEquals } from "@std/assert";
import { Recording } from "../../src/player/recording.ts";

Deno.test("Recording.slice gives samples that have come only, wherever it begins and ends", () => {
  const recording = new Recording();
  recording.push(new Uint8Array(new Int16Array([1, 2, 3]).buffer));
  for (
    const [from, to, samples] of [
      [0, 3, [1, 2, 3]],
      [1, 2, [2]],
      [-1, 3, [1, 2, 3]],
      [0, -1, []],
      [0, Infinity, [1, 2, 3]],
      [0, NaN, []],
      [2, 1, []],
    ] as const
  ) {
    assertEquals([...recording.slice(from, to)], [...samples], `${from} to ${to}`);
  }
});
