import { atLeast, checkOptions, type Rules, SIGNAL } from "../lib/rules.ts";
import type { SoundTarget } from "./web_audio.ts";

/** Options of {@linkcode play}. */
export interface PlayOptions {
  /** The volume: what the audio is multiplied by, a finite number, 0 or more. Default 1. */
  readonly volume?: number | undefined;
  /**
   * How far to read ahead of the sound, in milliseconds, above 0. A narration buys only what is read. Default
   * `Infinity`, because a server on the way may cut off a stream that is not read.
   */
  readonly ahead?: number | undefined;
  /**
   * The node that the sound goes to. Its `AudioContext` may have any rate, and you close it. Default: the loudspeaker,
   * by a context of the player's own at 24,000 Hz.
   */
  readonly destination?: SoundTarget | undefined;
  /** Stops the sound and ends the audio; `ended` rejects with its reason. Default: none. */
  readonly signal?: AbortSignal | undefined;
}

/** The options, checked and complete. */
export interface ResolvedPlayOptions {
  readonly volume: number;
  readonly ahead: number;
  readonly destination: SoundTarget | undefined;
  readonly signal: AbortSignal | undefined;
}

const RULES: Rules = {
  volume: atLeast(0),
  ahead: ["number", "milliseconds above 0", (ms: number) => ms > 0],
  destination: [
    "object",
    "a node of Web Audio",
    ({ context }: SoundTarget) => typeof context?.sampleRate === "number",
    TypeError,
  ],
  signal: SIGNAL,
};

/**
 * Checks the options.
 *
 * @throws {TypeError} when an option is not known or has the wrong type.
 * @throws {RangeError} when an option is out of its range.
 */
export function resolveOptions(options: PlayOptions): ResolvedPlayOptions {
  checkOptions(options, RULES);
  const { volume = 1, ahead = Infinity, destination, signal } = options;
  return { volume, ahead, destination, signal };
}
