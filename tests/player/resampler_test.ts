import { assertEquals } from "@std/assert";
import { Recording } from "../../src/player/recording.ts";
import { play } from "../../src/player/mod.ts";
import { Resampler } from "../../src/player/resampler.ts";

Deno.test("Resampler takes a rate with a fraction for the whole one beside it", () => {
  const recording = new Recording();
  recording.push(new Uint8Array(Int16Array.from({ length: 24_000 }, (_, i) => i % 100).buffer));
  const whole = new Resampler(recording, 44_100);
  const odd = new Resampler(recording, 44_100.1);
  assertEquals(odd.outputAt(24_000), 44_100);
  assertEquals(odd.render(1_000, 1_100), whole.render(1_000, 1_100));
});

Deno.test("play schedules whole samples on a context whose rate has a fraction", async () => {
  const context = new SilentContext(44_100.1);
  const playback = play(new Uint8Array(2 * 24_000 * 3), {
    destination: context.destination as never,
    ahead: 60_000,
  });
  await playback.ended;
  await context.released;
  assertEquals(playback.length, 72_000);
  assertEquals(context.lengths.reduce((sum, length) => sum + length, 0), 132_300);
});

/** What the player uses of an `AudioContext`, without sound: each buffer ends at once, and moves the clock to its end. */
class SilentContext {
  readonly state = "running";
  readonly destination = { context: this };
  /** The lengths of the buffers that were played, in samples. */
  readonly lengths: number[] = [];
  currentTime = 0;
  #release = () => {};
  /** Resolves when the player has released its volume. */
  readonly released = new Promise<void>((resolve) => this.#release = resolve);

  constructor(readonly sampleRate: number) {}

  createBuffer(_channels: number, length: number) {
    this.lengths.push(length);
    return { length, copyToChannel: () => {} };
  }

  createBufferSource() {
    const source = {
      buffer: undefined as { readonly length: number } | undefined,
      onended: () => {},
      connect: () => {},
      stop: () => {},
      start: (when: number) =>
        queueMicrotask(() => {
          this.currentTime = when + source.buffer!.length / this.sampleRate;
          source.onended?.();
        }),
    };
    return source;
  }

  createGain() {
    const gain = { value: 1, setValueAtTime: () => {}, linearRampToValueAtTime: () => {} };
    return { context: this, gain, connect: () => {}, disconnect: () => this.#release() };
  }
}
