/**
 * Schedules buffers on the clock of a context, each at the sample where the one before ends.
 *
 * @module
 */

import type { Resampler } from "./resampler.ts";
import type { BufferSource, Gain, OpenContext } from "./web_audio.ts";

/** How far ahead the first buffer is scheduled, in seconds: audio that comes late by less is not heard as a gap. */
const LEAD_S = 0.1;

/** The longest buffer, in seconds. */
const BUFFER_S = 1;

/**
 * How far ahead buffers are scheduled, in seconds. More would cost memory, and less would fail in a page in the
 * background, which wakes seldom.
 */
const HORIZON_S = 5;

/** How long the sound fades out and in at a cut, in seconds. Without a fade a cut would click. */
const FADE_S = 0.008;

/** A stretch of output without a gap. */
interface Stretch {
  /** The sample of the context's clock where it begins. */
  readonly frame: number;
  /** Its first output sample. */
  readonly from: number;
  /** The output sample behind its last. */
  to: number;
}

/** The sound that is on its way to the loudspeaker. */
export class Schedule {
  readonly #context: OpenContext;
  readonly #resampler: Resampler;
  readonly #output: Gain;
  readonly #onPlayed: () => void;
  readonly #sources = new Set<BufferSource>();
  #stretches: Stretch[] = [];
  #from = 0;
  #fade: Gain | undefined;

  /** @param onPlayed Called when a buffer has been played. */
  constructor(context: OpenContext, resampler: Resampler, output: Gain, onPlayed: () => void) {
    this.#context = context;
    this.#resampler = resampler;
    this.#output = output;
    this.#onPlayed = onPlayed;
  }

  /** The output sample that is heard now. */
  get position(): number {
    const now = Math.floor(this.#context.currentTime * this.#context.sampleRate + 0.5);
    const stretch = this.#stretches.findLast(({ frame }) => frame <= now);
    if (stretch === undefined) return this.#from;
    return Math.min(stretch.to, stretch.from + now - stretch.frame);
  }

  /** Whether buffers are on their way. */
  get isBusy(): boolean {
    return this.#sources.size > 0;
  }

  /** The output sample behind the last that is on its way. */
  get end(): number {
    return this.#stretches.at(-1)?.to ?? this.#from;
  }

  /** Schedules what is there, up to the horizon. @param available The output samples that are there. */
  fill(available: number): void {
    const { sampleRate, currentTime } = this.#context;
    const now = currentTime * sampleRate;
    while (this.end < available) {
      const last = this.#stretches.at(-1);
      const next = last === undefined ? -1 : last.frame + last.to - last.from;
      if (next > now + HORIZON_S * sampleRate) return;
      // At the beginning, or when the audio came too late. A pause is better than overlapping pieces.
      if (last === undefined || next < now) {
        this.#stretches = this.#stretches.slice(-1);
        const frame = Math.ceil(now + LEAD_S * sampleRate);
        this.#stretches.push({ frame, from: this.end, to: this.end });
      }
      this.#add(Math.min(available, this.end + Math.ceil(BUFFER_S * sampleRate)));
    }
  }

  /** Falls silent. @param from The output sample to begin with next. */
  cut(from: number): void {
    const end = this.#context.currentTime + FADE_S;
    if (this.#fade !== undefined && this.isBusy) {
      this.#fade.gain.setValueAtTime(1, this.#context.currentTime);
      this.#fade.gain.linearRampToValueAtTime(0, end);
    }
    for (const source of this.#sources) {
      source.onended = null;
      source.stop(end);
    }
    this.#sources.clear();
    this.#stretches = [];
    this.#fade = undefined;
    this.#from = from;
  }

  #add(to: number): void {
    const { sampleRate } = this.#context;
    const stretch = this.#stretches.at(-1) as Stretch;
    const samples = this.#resampler.render(stretch.to, to);
    const buffer = this.#context.createBuffer(1, samples.length, sampleRate);
    buffer.copyToChannel(samples, 0);
    // Counted in whole samples: sums of seconds would drift.
    const when = (stretch.frame + stretch.to - stretch.from) / sampleRate;
    const source = this.#context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.#fadeFrom(when));
    source.onended = () => {
      this.#sources.delete(source);
      this.#onPlayed();
    };
    this.#sources.add(source);
    source.start(when);
    stretch.to = to;
  }

  /** The node that fades. The audio's own beginning does not fade in. */
  #fadeFrom(when: number): Gain {
    if (this.#fade !== undefined) return this.#fade;
    const fade = this.#fade = this.#context.createGain();
    if (this.#from > 0) {
      fade.gain.setValueAtTime(0, when);
      fade.gain.linearRampToValueAtTime(1, when + FADE_S);
    }
    fade.connect(this.#output);
    return fade;
  }
}
