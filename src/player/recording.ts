import { BYTES_PER_SAMPLE, SAMPLE_RATE } from "../audio/wav/wav_writer.ts";
import type { Samples } from "./resampler.ts";

/** The audio that has come. */
export class Recording implements Samples {
  #samples = new Int16Array(SAMPLE_RATE);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  at(index: number): number {
    return index >= 0 && index < this.#length ? this.#samples[index] as number : 0;
  }

  /** The samples from one place up to another. */
  slice(from: number, to: number): Int16Array<ArrayBuffer> {
    // A negative index would count from the end of the buffer, not of the audio.
    return this.#samples.slice(Math.max(0, from), Math.max(0, Math.min(to, this.#length)));
  }

  /** Adds whole samples of 16 bits, little-endian. */
  push(pcm: Uint8Array): void {
    const count = pcm.length / BYTES_PER_SAMPLE;
    const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength);
    const at = this.#grow(count);
    for (let i = 0; i < count; i++) {
      this.#samples[at + i] = view.getInt16(BYTES_PER_SAMPLE * i, true);
    }
  }

  /** Adds samples from -1 to 1. */
  pushFloats(samples: Float32Array): void {
    const at = this.#grow(samples.length);
    samples.forEach((sample, i) => {
      this.#samples[at + i] = Math.max(-32_768, Math.min(32_767, Math.round(sample * 32_768)));
    });
  }

  /** Makes room. @returns Where the new samples begin. */
  #grow(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#samples.length) {
      const grown = new Int16Array(Math.max(this.#length, 2 * this.#samples.length));
      grown.set(this.#samples);
      this.#samples = grown;
    }
    return at;
  }
}
