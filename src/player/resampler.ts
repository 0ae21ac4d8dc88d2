/**
 * Converts the audio to the rate of a context, as one stream: a sample depends only on the audio around it, and not on
 * where a buffer begins.
 *
 * @module
 */

import { SAMPLE_RATE } from "../audio/wav/wav_writer.ts";

/** The number of samples on each side that make an output sample. Lowering the rate takes more. */
const REACH = 24;

/** The share of the band that is kept whole. The rest is where the filter falls off. */
const KEPT_BAND = 0.94;

/** 16-bit samples, by their place. */
export interface Samples {
  /** The samples that have come. */
  readonly length: number;
  /** The sample at a place; 0 before the first and behind the last. */
  at(index: number): number;
}

/** Makes samples of another rate. */
export class Resampler {
  readonly #samples: Samples;
  /** This many samples of the audio are as long as `#up` samples of the output. */
  readonly #down: number;
  readonly #up: number;
  readonly #reach: number;
  /** The filter for each place of an output sample between two of the audio. */
  readonly #phases: readonly Float64Array[];

  /**
   * @param samples The audio, 24,000 samples a second.
   * @param contextRate The samples a second of the output.
   */
  constructor(samples: Samples, contextRate: number) {
    // A rate with a fraction hardly has a common divisor with that of the audio, and would take an endless filter.
    const rate = Math.round(contextRate);
    const common = greatestCommonDivisor(SAMPLE_RATE, rate);
    this.#samples = samples;
    this.#down = SAMPLE_RATE / common;
    this.#up = rate / common;
    const isSame = rate === SAMPLE_RATE;
    const band = KEPT_BAND * Math.min(1, rate / SAMPLE_RATE);
    this.#reach = isSame ? 0 : Math.ceil(REACH * Math.max(1, SAMPLE_RATE / rate));
    this.#phases = isSame
      ? []
      : Array.from({ length: this.#up }, (_, i) => filter(i / this.#up, this.#reach, band));
  }

  /** The output samples that will not change any more. @param isComplete Whether all of the audio has come. */
  available(isComplete: boolean): number {
    const { length } = this.#samples;
    return this.outputAt(isComplete ? length : Math.max(0, length - this.#reach));
  }

  /** The output sample at a place of the audio. */
  outputAt(sample: number): number {
    return Math.ceil(sample * this.#up / this.#down);
  }

  /** The place of the audio that an output sample stands for. */
  sampleAt(output: number): number {
    return Math.floor(output * this.#down / this.#up);
  }

  /** The output from one sample up to another, from -1 to 1. */
  render(from: number, to: number): Float32Array<ArrayBuffer> {
    const output = new Float32Array(to - from);
    for (let i = 0; i < output.length; i++) output[i] = this.#sample(from + i) / 32_768;
    return output;
  }

  #sample(output: number): number {
    if (this.#phases.length === 0) return this.#samples.at(output);
    const steps = output * this.#down;
    const first = Math.floor(steps / this.#up) - this.#reach + 1;
    const phase = this.#phases[steps % this.#up] as Float64Array;
    let sum = 0;
    for (let i = 0; i < phase.length; i++) {
      sum += (phase[i] as number) * this.#samples.at(first + i);
    }
    return sum;
  }
}

/** A sinc under a Blackman window, whose sum is 1. */
function filter(offset: number, reach: number, band: number): Float64Array {
  const taps = Float64Array.from({ length: 2 * reach }, (_, i) => {
    const distance = i - reach + 1 - offset;
    const x = Math.PI * distance * band;
    const turn = Math.PI * distance / reach;
    const window = 0.42 + 0.5 * Math.cos(turn) + 0.08 * Math.cos(2 * turn);
    return (x === 0 ? 1 : Math.sin(x) / x) * window;
  });
  const sum = taps.reduce((sum, tap) => sum + tap, 0);
  return taps.map((tap) => tap / sum);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
