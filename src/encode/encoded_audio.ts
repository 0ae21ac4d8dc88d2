import type { AudioFacts } from "../audio/audio_facts.ts";
import { AudioStream } from "../audio/audio_stream.ts";
import { showAs } from "../audio/inspect.ts";
import { SAMPLE_RATE } from "../audio/wav/wav_writer.ts";
import type { EncodeFormat } from "./options.ts";

/** What encoded audio shows of its work. */
export interface EncodedWork {
  readonly format: EncodeFormat;
  readonly delay: number;
  /** The samples that were encoded; `undefined` until all are. */
  samples: number | undefined;
  /** The start of the file with what is known at its end. */
  head: Uint8Array<ArrayBuffer> | undefined;
}

const CONTENT_TYPES: Readonly<Record<EncodeFormat, string>> = {
  mp3: "audio/mpeg",
  flac: "audio/flac",
  aac: "audio/aac",
  wav: "audio/wav",
};

/**
 * Audio that is encoded while it comes: an async iterator of the bytes of a file.
 *
 * It can be read once. Nothing is asked of the source audio before the first chunk is asked for. Leaving the loop and
 * `cancel()` end the source, too. `bytes()`, `blob()` and `saveAudio` give a file whose start has true lengths. A
 * stream cannot go back to its start: see {@linkcode EncodedAudio.head}.
 */
export class EncodedAudio extends AudioStream {
  readonly #work: EncodedWork;

  static {
    showAs(this.prototype, "EncodedAudio");
  }

  /** @internal */
  constructor(items: AsyncIterator<Uint8Array, void, void>, work: EncodedWork) {
    const { format } = work;
    const facts: AudioFacts = {
      format,
      name: format,
      contentType: CONTENT_TYPES[format],
      isRaw: false,
      isFinished: false,
    };
    super(items, () => facts);
    this.#work = work;
  }

  /**
   * How many samples a decoder adds before the audio: 1,105 for MP3 and 1,024 for AAC (46 and 43 milliseconds), 0 for
   * the others. An MP3 file states it, and most players skip these samples. AAC has no field for it: show captions
   * later by `delay / 24` milliseconds.
   */
  get delay(): number {
    return this.#work.delay;
  }

  /** Samples a second: 24,000, like the source. */
  override get sampleRate(): number {
    return SAMPLE_RATE;
  }

  /** How long the audio is, in milliseconds and without the delay. `undefined` until its end has been read. */
  override get duration(): number | undefined {
    const { samples } = this.#work;
    return samples === undefined ? undefined : samples * 1_000 / SAMPLE_RATE;
  }

  /**
   * The start of the file with true lengths, once the end has been read; `undefined` until then, and for AAC, which has
   * none. It is as long as the start that was read: overwrite that one with it.
   */
  get head(): Uint8Array<ArrayBuffer> | undefined {
    return this.#work.head;
  }

  /**
   * Reads the whole file, with true lengths at its start.
   *
   * @returns The bytes, in an array of their own.
   * @throws {TsetsenError} when an encoder fails, or of the class that fits when the audio fails.
   * @throws {TypeError} when the audio has been read, is being read, or was cancelled.
   * @throws {unknown} the signal's own reason when it aborts.
   */
  override async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = await super.bytes();
    bytes.set(this.head ?? []);
    return bytes;
  }

  /**
   * Reads the whole file as a `Blob` of its media type, with true lengths at its start.
   *
   * @returns The Blob.
   * @throws {TsetsenError} when an encoder fails, or of the class that fits when the audio fails.
   * @throws {TypeError} when the audio has been read, is being read, or was cancelled.
   * @throws {unknown} the signal's own reason when it aborts.
   */
  override async blob(): Promise<Blob> {
    // On a runtime that makes no Blob of bytes this fails before anything is bought.
    void new Blob([new Uint8Array()]);
    const bytes = await this.bytes();
    return new Blob([bytes], { type: CONTENT_TYPES[this.#work.format] });
  }
}
