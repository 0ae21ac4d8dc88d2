/**
 * A waveform that grows while the audio comes.
 *
 * @module
 */

import { SAMPLE_RATE } from "@tsetsen/sdk/lean";
import WaveSurfer from "wavesurfer.js";

/** Samples behind each peak: 10 ms. */
const SAMPLES = SAMPLE_RATE / 100;

/** The peaks of audio, drawn by wavesurfer.js. It plays nothing: the sound is the player's. */
export class Waveform {
  readonly #element: HTMLElement;
  readonly #surfer: WaveSurfer;
  #peaks: number[] = [];
  #samples = 0;
  #complete = false;
  #due: number | undefined;

  constructor(element: HTMLElement) {
    this.#element = element;
    this.#surfer = WaveSurfer.create({
      container: element,
      height: "auto",
      interact: false,
      barWidth: 2,
      barGap: 1,
      barRadius: 2,
      barMinHeight: 1,
      normalize: true,
      maxPeak: 0.75,
      cursorWidth: 2,
      ...colors(),
    });
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", () => this.#surfer.setOptions(colors()));
    this.#draw();
  }

  /** Adds audio to the end. */
  push(samples: Int16Array): void {
    for (const sample of samples) {
      const at = Math.floor(this.#samples++ / SAMPLES);
      this.#peaks[at] = Math.max(this.#peaks[at] ?? 0, Math.abs(sample) / 32_768);
    }
    this.#drawSoon();
  }

  /** How many samples are drawn, or will be in the next frame. */
  get samples(): number {
    return this.#samples;
  }

  /** Says that the audio is complete: from now on it takes the whole width. */
  end(): void {
    this.#complete = true;
    this.#drawSoon();
  }

  /** Forgets the audio. */
  clear(): void {
    this.#peaks = [];
    this.#samples = 0;
    this.#complete = false;
    this.#drawSoon();
  }

  /** Shows how much has been heard, in seconds. */
  showPosition(seconds: number): void {
    this.#surfer.setTime(seconds);
  }

  // At most once a frame, however small the pieces are.
  #drawSoon(): void {
    this.#due ??= requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#due = undefined;
    const seconds = this.#samples / SAMPLE_RATE;
    const all = this.#complete && this.#samples > 0;
    // While it grows there is room for it to grow into; when that is full, it doubles.
    const shown = all ? seconds : 4 * 2 ** Math.max(0, Math.ceil(Math.log2(seconds / 4)));
    const peaks = new Float32Array(Math.ceil(shown * SAMPLE_RATE / SAMPLES));
    peaks.set(this.#peaks);
    // Rejects when a newer one comes first, which is fine.
    this.#surfer.load("", [peaks], shown).catch(() => {});
    const what = this.#samples === 0 ? "no audio yet" : `${seconds.toFixed(1)} seconds of audio`;
    this.#element.setAttribute("aria-label", `Waveform: ${what}`);
  }
}

function colors(): { waveColor: string; progressColor: string; cursorColor: string } {
  const style = getComputedStyle(document.documentElement);
  const accent = style.getPropertyValue("--accent");
  return {
    waveColor: style.getPropertyValue("--wave"),
    progressColor: accent,
    cursorColor: accent,
  };
}
