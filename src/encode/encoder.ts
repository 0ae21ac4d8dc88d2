/**
 * Encodes samples to frames of a format, by mediabunny.
 *
 * @module
 */

import { BYTES_PER_SAMPLE, SAMPLE_RATE } from "../audio/wav/wav_writer.ts";
import type { Chapter } from "./options.ts";
import {
  loadEncoder,
  type Mediabunny,
  type Output,
  type PackedFormat,
  type SampleSource,
} from "./packages.ts";

/** On Bun 1.4 a worker of `node:worker_threads` gets no messages by `self`, and these encoders (1.58, 1.59) wait for them. */
const SILENT_ON_BUN: readonly PackedFormat[] = ["flac", "aac"];

/** What is encoded, and how. */
export interface EncoderOptions {
  readonly format: PackedFormat;
  readonly bitrate: number;
  readonly title: string | undefined;
  readonly chapters: readonly Chapter[];
}

/**
 * The longest time that the encoder may take for one step, in milliseconds. On some runtimes its worker ends silently.
 */
const STEP_TIMEOUT_MS = 20_000;

/** The longest piece that is encoded at once. */
const PIECE_BYTES = SAMPLE_RATE * BYTES_PER_SAMPLE;

/** An encoder that is at work. Its bytes come in the order of the file. */
export class Encoder {
  readonly #mediabunny: Mediabunny;
  readonly #output: Output;
  readonly #source: SampleSource;
  #encoded: Uint8Array[] = [];
  #frames = 0;
  #samples = 0;
  #isFinished = false;

  private constructor(mediabunny: Mediabunny, options: EncoderOptions) {
    const { Output, AppendOnlyStreamTarget, AudioSampleSource } = this.#mediabunny = mediabunny;
    const { format, bitrate } = options;
    const writable = new WritableStream<Uint8Array>({
      write: (bytes) => void this.#encoded.push(bytes.slice()),
    });
    this.#output = new Output({
      format: fileFormat(mediabunny, format),
      target: new AppendOnlyStreamTarget(writable),
    });
    this.#source = new AudioSampleSource({
      codec: format,
      ...(format === "flac" ? {} : { bitrate }),
      onEncodedPacket: () => void this.#frames++,
    });
    this.#output.addAudioTrack(this.#source);
    // For MP3 and AAC we write the tag ourselves, because mediabunny writes no chapters.
    if (format === "flac") this.#output.setMetadataTags(vorbisTags(options));
  }

  /**
   * Starts an encoder.
   *
   * @throws {TsetsenError} when its package is not installed.
   */
  static async start(options: EncoderOptions): Promise<Encoder> {
    const encoder = new Encoder(await loadEncoder(options.format), options);
    await inTime(encoder.#output.start());
    return encoder;
  }

  /** The frames so far. */
  get frames(): number {
    return this.#frames;
  }

  /** Encodes whole samples. @returns What can be written now; perhaps nothing. */
  async *push(pcm: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
    for (let at = 0; at < pcm.length; at += PIECE_BYTES) {
      const data = pcm.slice(at, at + PIECE_BYTES);
      const sample = new this.#mediabunny.AudioSample({
        data,
        format: "s16",
        numberOfChannels: 1,
        sampleRate: SAMPLE_RATE,
        timestamp: this.#samples / SAMPLE_RATE,
      });
      this.#samples += data.length / BYTES_PER_SAMPLE;
      try {
        await inTime(this.#source.add(sample));
      } finally {
        sample.close();
      }
      yield* this.#take();
    }
  }

  /** Encodes the rest. */
  async *end(): AsyncGenerator<Uint8Array, void, void> {
    await inTime(this.#output.finalize());
    this.#isFinished = true;
    yield* this.#take();
  }

  /** Ends the worker, even if the encoder does not answer. It never throws. */
  async close(): Promise<void> {
    if (!this.#isFinished) await inTime(this.#output.cancel()).catch(() => {});
  }

  #take(): Uint8Array[] {
    const encoded = this.#encoded;
    this.#encoded = [];
    return encoded;
  }
}

const proofs = new Map<PackedFormat, Promise<void>>();

/**
 * Encodes a moment of silence, once in a process, because a runtime may claim a format that it cannot encode.
 *
 * @throws {unknown} What the encoder fails with.
 */
export async function proveEncoder(format: PackedFormat): Promise<void> {
  const proof = proofs.get(format) ?? encodeSilence(format);
  proofs.set(format, proof);
  try {
    await proof;
  } catch (error) {
    // The package may be installed later.
    proofs.delete(format);
    throw error;
  }
}

async function encodeSilence(format: PackedFormat): Promise<void> {
  // A missing package is reported first.
  await loadEncoder(format);
  // The worker would also keep the process alive.
  if ("Bun" in globalThis && SILENT_ON_BUN.includes(format)) {
    throw new Error("on Bun it never answers, only that of mp3 does.");
  }
  const options = { format, bitrate: 64_000, title: undefined, chapters: [] };
  const encoder = await Encoder.start(options);
  let bytes = 0;
  try {
    for await (const chunk of encoder.push(new Uint8Array(PIECE_BYTES / 10))) bytes += chunk.length;
    for await (const chunk of encoder.end()) bytes += chunk.length;
  } finally {
    await encoder.close();
  }
  if (bytes === 0) throw new Error("The encoder gave no bytes.");
}

function fileFormat(mediabunny: Mediabunny, format: PackedFormat): object {
  const { Mp3OutputFormat, FlacOutputFormat, AdtsOutputFormat } = mediabunny;
  if (format === "mp3") return new Mp3OutputFormat({ xingHeader: false });
  return format === "flac" ? new FlacOutputFormat({ appendOnly: true }) : new AdtsOutputFormat();
}

/** Chapters as fields of a Vorbis comment: https://wiki.xiph.org/Chapter_Extension. */
function vorbisTags({ title, chapters }: EncoderOptions): {
  title?: string;
  raw?: Record<string, string>;
} {
  const raw: Record<string, string> = {};
  chapters.forEach(({ start, title }, i) => {
    const name = `CHAPTER${`${i + 1}`.padStart(3, "0")}`;
    raw[name] = time(start);
    raw[`${name}NAME`] = title;
  });
  return { ...(title !== undefined && { title }), ...(chapters.length > 0 && { raw }) };
}

/** "01:02:03.004". */
function time(ms: number): string {
  const whole = Math.round(ms);
  const pad = (value: number, length = 2) => `${Math.floor(value)}`.padStart(length, "0");
  const seconds = `${pad(whole / 1_000 % 60)}.${pad(whole % 1_000, 3)}`;
  return `${pad(whole / 3_600_000)}:${pad(whole / 60_000 % 60)}:${seconds}`;
}

/** The result of a step of the encoder, if it comes in time. */
async function inTime<T>(step: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`The encoder did not answer within ${STEP_TIMEOUT_MS / 1_000} s.`);
    timer = setTimeout(() => reject(error), STEP_TIMEOUT_MS);
  });
  try {
    return await Promise.race([step, late]);
  } finally {
    clearTimeout(timer);
  }
}
