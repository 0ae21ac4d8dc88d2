/**
 * Plays PCM as it comes: each piece is scheduled to begin at the very sample where the one before ends.
 *
 * @module
 */

import { SAMPLE_RATE } from "@tsetsen/sdk/lean";

/** A piece of audio that is on its way to the loudspeaker. */
interface Scheduled {
  /** When it begins, in seconds of the context's clock. */
  readonly start: number;
  /** How many samples it has. */
  readonly samples: number;
  /** How many samples of the audio come before it. */
  readonly offset: number;
}

/** How far ahead the first piece is scheduled, in seconds: a piece that comes late by less is not heard as a gap. */
const LEAD = 0.15;

/** Audio that grows while it is played, and can be played again. */
export class Player {
  readonly #pieces: Float32Array<ArrayBuffer>[] = [];
  readonly #scheduled: Scheduled[] = [];
  readonly #sources = new Set<AudioBufferSourceNode>();
  #context: AudioContext | undefined;
  /** The sample of the context's clock where the next piece begins. */
  #next = 0;

  /**
   * The context, which browsers let sound only once the visitor has pressed something. It runs at the rate of the audio:
   * pieces then join sample by sample, and the browser resamples the sum. (Contexts of another rate resample each piece
   * for itself, which clicks at every seam.)
   */
  get context(): AudioContext {
    this.#context ??= new AudioContext({ sampleRate: SAMPLE_RATE });
    return this.#context;
  }

  /** Lets it sound. To be called while a key press or a click is being handled. */
  async unlock(): Promise<void> {
    await this.context.resume();
  }

  /** The length of the audio so far, in seconds. */
  get duration(): number {
    return this.#pieces.reduce((sum, { length }) => sum + length, 0) / SAMPLE_RATE;
  }

  /** Whether anything is playing, or about to. */
  get playing(): boolean {
    return this.#sources.size > 0;
  }

  /** How much of the audio has been heard, in seconds. */
  get position(): number {
    const now = this.context.currentTime;
    const piece = this.#scheduled.findLast(({ start }) => start <= now);
    if (piece === undefined) return 0;
    const heard = Math.min((now - piece.start) * SAMPLE_RATE, piece.samples);
    return (piece.offset + heard) / SAMPLE_RATE;
  }

  /** Adds a piece to the end and schedules it. */
  push(samples: Float32Array<ArrayBuffer>): void {
    this.#pieces.push(samples);
    this.#schedule(samples);
  }

  /** Plays all of it again, from the start. */
  replay(): void {
    this.stop();
    this.#scheduled.length = 0;
    for (const samples of this.#pieces) this.#schedule(samples);
  }

  /** Falls silent at once. What has come stays, for `replay()`. */
  stop(): void {
    for (const source of this.#sources) source.stop();
    this.#sources.clear();
    this.#next = 0;
  }

  /** Forgets the audio. */
  clear(): void {
    this.stop();
    this.#pieces.length = 0;
    this.#scheduled.length = 0;
  }

  #schedule(samples: Float32Array<ArrayBuffer>): void {
    const { context } = this;
    const now = context.currentTime * SAMPLE_RATE;
    // At the beginning, or when the audio came too late: an honest pause is better than pieces on top of each other.
    if (this.#next < now) this.#next = Math.ceil(now + LEAD * SAMPLE_RATE);
    const buffer = context.createBuffer(1, samples.length, SAMPLE_RATE);
    buffer.copyToChannel(samples, 0);
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(context.destination);
    source.onended = () => this.#sources.delete(source);
    this.#sources.add(source);
    const last = this.#scheduled.at(-1);
    const offset = last === undefined ? 0 : last.offset + last.samples;
    // Counted in whole samples: sums of seconds would drift.
    const start = this.#next / SAMPLE_RATE;
    source.start(start);
    this.#scheduled.push({ start, samples: samples.length, offset });
    this.#next += samples.length;
  }
}

/** PCM, 16-bit little-endian, as the floats that Web Audio takes. Exact: 16 bits fit into a float. */
export function toFloats(pcm: Uint8Array): Float32Array<ArrayBuffer> {
  const view = new DataView(pcm.buffer, pcm.byteOffset, pcm.byteLength);
  return Float32Array.from(
    { length: pcm.length / 2 },
    (_, i) => view.getInt16(2 * i, true) / 32768,
  );
}
