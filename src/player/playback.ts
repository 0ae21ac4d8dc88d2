import { recordInterruptedAudio } from "../audio/interrupted_audio.ts";
import { isOwn, type OpenAudio, openAudio } from "../audio/open_audio.ts";
import { SAMPLE_RATE } from "../audio/wav/wav_writer.ts";
import { atLeast, check, wholeNumber } from "../lib/rules.ts";
import { onAbort, reasonOf } from "../lib/abort.ts";
import type { ResolvedPlayOptions } from "./options.ts";
import { Recording } from "./recording.ts";
import { Resampler } from "./resampler.ts";
import { Schedule } from "./schedule.ts";
import { type PlaySource, record } from "./source.ts";
import { closed, type Gain, type OpenContext } from "./web_audio.ts";

/**
 * The state of a playback.
 *
 * - `"playing"`: it sounds, or it waits for audio or for the visitor (see {@linkcode Playback.blocked}).
 * - `"paused"`: `resume()` continues it.
 * - `"ended"`: all of it has been heard, or the audio failed.
 * - `"stopped"`: `stop()`, the signal or the end of its context ended it.
 */
export type PlaybackState = "playing" | "paused" | "ended" | "stopped";

/** Audio that is being played. All places are samples of the audio: 24,000 are a second. */
export class Playback {
  /**
   * Resolves when the last sample has been heard, or after `stop()`. When the audio fails, it rejects with that error
   * once the audio before it has been heard. It rejects at once with the signal's reason, and with a `DOMException` of
   * the name `"InvalidStateError"` when the context of the destination is closed.
   */
  readonly ended: Promise<void>;
  readonly #audio: PlaySource;
  readonly #open: OpenAudio;
  readonly #context: OpenContext;
  readonly #isOwnContext: boolean;
  readonly #ahead: number;
  readonly #recording: Recording = new Recording();
  readonly #resampler: Resampler;
  readonly #volume: Gain;
  readonly #schedule: Schedule;
  #state: PlaybackState = "playing";
  /** The sample at which it was paused, stopped or ended. */
  #at = 0;
  /** Whether nothing more comes. */
  #isRead = false;
  #isComplete = false;
  #failure: { readonly error: unknown } | undefined;
  #resolve: () => void = () => {};
  #reject: (error: unknown) => void = () => {};
  /** Lets the audio be read on. */
  #readOn: () => void = () => {};
  #unlisten: () => void = () => {};
  /** Ends the audio when its context is closed, because a closed one plays nothing and reports nothing. */
  readonly #onState = (): void => {
    if (this.#context.state === "closed") this.#finish("stopped", { error: closed() });
  };

  /** @internal */
  constructor(
    audio: PlaySource,
    context: OpenContext,
    { volume, ahead, signal, destination }: ResolvedPlayOptions,
  ) {
    this.#audio = audio;
    this.#open = openAudio(audio);
    this.#context = context;
    this.#isOwnContext = destination === undefined;
    this.#ahead = ahead;
    this.#resampler = new Resampler(this.#recording, context.sampleRate);
    this.#volume = context.createGain();
    this.#volume.gain.value = volume;
    this.#volume.connect(destination ?? context.destination);
    this.#schedule = new Schedule(context, this.#resampler, this.#volume, () => this.#go());
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (signal !== undefined) {
      this.#unlisten = onAbort(signal, () => this.#finish("stopped", { error: reasonOf(signal) }));
    }
    context.addEventListener?.("statechange", this.#onState);
    this.#unlock();
    this.#read();
  }

  /** What it is doing. */
  get state(): PlaybackState {
    return this.#state;
  }

  /**
   * Whether the browser allows no sound yet, because the visitor has not pressed anything. Call `resume()` while a
   * click or a key press is being handled.
   */
  get blocked(): boolean {
    return this.#state === "playing" && this.#context.state !== "running";
  }

  /** How much has been heard, in samples: a whole number, 0 or more. */
  get position(): number {
    if (this.#state !== "playing") return this.#at;
    return Math.min(this.length, this.#resampler.sampleAt(this.#schedule.position));
  }

  /** How much has come, in samples. */
  get length(): number {
    return this.#recording.length;
  }

  /**
   * Copies samples that have come, for example to draw them. It never throws.
   *
   * @param from The first sample, a whole number, 0 or more. Default 0.
   * @param to The sample to stop before. Default: all that have come.
   * @returns A copy, 16 bits each.
   */
  samples(from: number = 0, to: number = this.length): Int16Array<ArrayBuffer> {
    return this.#recording.slice(from, to);
  }

  /** Whether all of the audio has come. It stays false when the audio fails, or when it is stopped before. */
  get complete(): boolean {
    return this.#isComplete;
  }

  /** The volume, 0 or more. 1 is the volume of the audio itself. */
  get volume(): number {
    return this.#volume.gain.value;
  }

  /** Sets the volume. @throws {TypeError} when it is no number. @throws {RangeError} when it is below 0 or not finite. */
  set volume(volume: number) {
    check("volume", volume, atLeast(0));
    this.#volume.gain.value = volume;
  }

  /** Pauses the sound. The audio still comes. Does nothing unless it is playing. */
  pause(): void {
    if (this.#state !== "playing") return;
    this.#cut(this.position);
    this.#state = "paused";
  }

  /**
   * Continues where it was paused. Called while a click or a key press is being handled, it also unblocks the sound of
   * the page. Does nothing after the end.
   */
  resume(): void {
    if (this.#isOver) return;
    this.#state = "playing";
    this.#unlock();
    this.#go();
  }

  /**
   * Moves to another sample of the audio that has come. A paused playback stays paused.
   *
   * @param sample The place in samples, a whole number from 0 to `length`.
   * @throws {TypeError} when it is no number.
   * @throws {RangeError} when it is no whole number, or lies outside.
   * @throws {DOMException} of the name `"InvalidStateError"` after the end: play the audio again.
   */
  seek(sample: number): void {
    check("sample", sample, wholeNumber(0, this.length));
    if (this.#isOver) {
      throw new DOMException("The audio has ended: play it again.", "InvalidStateError");
    }
    this.#cut(sample);
    if (this.#state === "playing") this.#go();
  }

  /**
   * Ends the sound, and cancels the audio: a stream ends at the service.
   *
   * @returns How much was heard, in samples.
   */
  stop(): number {
    this.#finish("stopped", undefined);
    return this.#at;
  }

  get #isOver(): boolean {
    return this.#state === "ended" || this.#state === "stopped";
  }

  /** Starts the context. Nothing is awaited before, because browsers look for the click that led here. */
  #unlock(): void {
    if (this.#context.state === "running") return;
    // A context that must wait for the visitor resolves late or never.
    this.#context.resume?.().then(() => this.#go(), () => {});
  }

  async #read(): Promise<void> {
    try {
      await record(this.#audio, this.#open, this.#recording, async () => {
        this.#go();
        while (this.#isFarAhead()) await new Promise<void>((resolve) => this.#readOn = resolve);
        return !this.#isOver;
      });
      // Cancelled audio ends like complete audio.
      this.#isComplete = !this.#isOver;
    } catch (error) {
      this.#failure = { error };
    }
    this.#isRead = true;
    this.#go();
  }

  #isFarAhead(): boolean {
    return !this.#isOver && this.length - this.position > this.#ahead * SAMPLE_RATE / 1_000;
  }

  /** Schedules what has come, and notices the end. */
  #go(): void {
    if (!this.#isFarAhead()) this.#readOn();
    if (this.#state !== "playing") return;
    const available = this.#resampler.available(this.#isRead);
    this.#schedule.fill(available);
    const isHeard = this.#isRead && !this.#schedule.isBusy && this.#schedule.end >= available;
    if (isHeard) this.#finish("ended", this.#failure);
  }

  #cut(at: number): void {
    this.#at = at;
    this.#schedule.cut(this.#resampler.outputAt(at));
  }

  #finish(
    state: "ended" | "stopped",
    failure: { readonly error: unknown } | undefined,
  ): void {
    if (this.#isOver) return;
    const at = state === "ended" ? this.length : this.position;
    this.#state = state;
    this.#cut(at);
    this.#unlisten();
    this.#context.removeEventListener?.("statechange", this.#onState);
    this.#readOn();
    if (state === "stopped") {
      if (failure && isOwn(this.#audio)) {
        recordInterruptedAudio(failure.error, this.#audio.requestId);
      }
      void this.#open.cancel?.();
    }
    // What sounds fades out first.
    setTimeout(() => this.#release(), RELEASE_MS);
    if (failure === undefined) this.#resolve();
    else this.#reject(failure.error);
  }

  #release(): void {
    this.#volume.disconnect();
    if (this.#isOwnContext) this.#context.close?.().catch(() => {});
  }
}

/** How long the context stays open after the end, in milliseconds, because its last samples have not reached the loudspeaker. */
const RELEASE_MS = 500;
