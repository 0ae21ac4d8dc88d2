/**
 * The packages that encode. Only users of these formats install them.
 *
 * @module
 */

import { TsetsenError } from "../contract/errors.ts";

/** A format that needs an encoder. */
export type PackedFormat = "mp3" | "flac" | "aac";

/** The part of `mediabunny` that is used. It is declared here because this package must compile without `mediabunny`. */
export interface Mediabunny {
  readonly Output: new (options: { readonly format: object; readonly target: object }) => Output;
  readonly AppendOnlyStreamTarget: new (writable: WritableStream<Uint8Array>) => object;
  readonly AudioSampleSource: new (config: {
    readonly codec: PackedFormat;
    readonly bitrate?: number;
    readonly onEncodedPacket?: () => void;
  }) => SampleSource;
  readonly AudioSample: new (init: {
    readonly data: Uint8Array;
    readonly format: "s16";
    readonly numberOfChannels: number;
    readonly sampleRate: number;
    readonly timestamp: number;
  }) => Sample;
  readonly Mp3OutputFormat: new (options: { readonly xingHeader: boolean }) => object;
  readonly FlacOutputFormat: new (options: { readonly appendOnly: boolean }) => object;
  readonly AdtsOutputFormat: new () => object;
}

/** A file that is being written. */
export interface Output {
  addAudioTrack(source: SampleSource): unknown;
  setMetadataTags(tags: { readonly title?: string; readonly raw?: Record<string, string> }): void;
  start(): Promise<void>;
  finalize(): Promise<void>;
  cancel(): Promise<void>;
}

/** What takes samples. */
export interface SampleSource {
  add(sample: Sample): Promise<void>;
}

/** Samples of one moment. */
export interface Sample {
  close(): void;
}

/** The versions that the tests run with. */
const VERSIONS: Readonly<Record<PackedFormat, string>> = { mp3: "1.61", flac: "1.58", aac: "1.59" };

/**
 * Loads `mediabunny` and the encoder of a format.
 *
 * @throws {TsetsenError} when they are not installed.
 */
export async function loadEncoder(format: PackedFormat): Promise<Mediabunny> {
  try {
    const mediabunny: unknown = await import("mediabunny");
    // The names are literal because bundlers look for them.
    if (format === "mp3") (await import("@mediabunny/mp3-encoder")).registerMp3Encoder();
    else if (format === "flac") (await import("@mediabunny/flac-encoder")).registerFlacEncoder();
    else (await import("@mediabunny/aac-encoder")).registerAacEncoder();
    return mediabunny as Mediabunny;
  } catch (cause) {
    const packages = `mediabunny@1.61 @mediabunny/${format}-encoder@${VERSIONS[format]}`;
    throw new TsetsenError(
      `Encoding ${format} needs the packages mediabunny and @mediabunny/${format}-encoder, which cannot be loaded: npm install ${packages}`,
      { code: "encoder_missing", charged: "no", cause },
    );
  }
}
