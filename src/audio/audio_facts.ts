/**
 * What is known about audio beside its bytes.
 *
 * @module
 */

import type { AudioFormat } from "./format.ts";
import type { Samples } from "./wav_reader.ts";

/** How much of the audio has come. */
export interface AudioProgress {
  /** The bytes so far. */
  readonly bytes: number;
  /** The bytes of the whole; `undefined` when that is not known beforehand, as with a stream. */
  readonly totalBytes: number | undefined;
  /** How long the audio so far is, in milliseconds; `undefined` for what is neither PCM nor WAV. */
  readonly duration: number | undefined;
}

/** Is told after each chunk. What it throws or rejects with is ignored. */
export type AudioProgressHook = (progress: AudioProgress) => void;

/** What the audio is. */
export interface AudioFacts {
  /** By its first bytes. */
  readonly format: AudioFormat;
  /** The media type, for example `"audio/wav"`. */
  readonly contentType: string;
  /** The length in bytes; `undefined` when it is not known beforehand. */
  readonly contentLength?: number | undefined;
  /** Whether it is to become a WAV where a whole file is wanted. */
  readonly bare?: boolean;
  /** Where its samples are; `undefined` for what is neither PCM nor WAV. */
  readonly samples?: Samples | undefined;
  /** The job that it is of. */
  readonly requestId?: string | undefined;
}

/** A download that was left before it began is nothing. */
export const NOTHING: AudioFacts = { format: "pcm", contentType: "application/octet-stream" };
