/**
 * What is known about audio besides its bytes.
 *
 * @module
 */

import { ServerError } from "../contract/errors.ts";
import type { AudioFormat } from "./format/format.ts";
import type { Samples } from "./wav/wav_reader.ts";

/** How much of the audio has come. */
export interface AudioProgress {
  /** The bytes so far. */
  readonly bytes: number;
  /** The bytes of the whole; `undefined` when that is not known beforehand, as with a stream. */
  readonly totalBytes: number | undefined;
  /** How long the audio so far is, in milliseconds; `undefined` for what is neither PCM nor WAV. */
  readonly duration: number | undefined;
}

/** Receives the progress after each chunk. What it throws or rejects with is ignored. */
export type AudioProgressHook = (progress: AudioProgress) => void;

/** What the audio is. */
export interface AudioFacts {
  /** The format, by the first bytes. */
  readonly format: AudioFormat;
  /** The name of the format in messages. */
  readonly name: string;
  /** The media type of the whole file, for example `"audio/wav"`. */
  readonly contentType: string;
  /** The length in bytes; `undefined` when it is not known beforehand. */
  readonly contentLength?: number | undefined;
  /** Whether the bytes are bare samples, which get a WAV header where a whole file is wanted. */
  readonly isRaw: boolean;
  /** Whether the audio is finished, so that it can be fetched again for nothing. */
  readonly isFinished: boolean;
  /** The strong ETag of the file. */
  readonly etag?: string | undefined;
  /** Where the samples are; `undefined` for what is neither PCM nor WAV. */
  readonly samples?: Samples | undefined;
  /** The id of the job. */
  readonly requestId?: string | undefined;
}

/** The error for audio that a WAV cannot be made of. */
export function notWav(
  { format, name, requestId }: Pick<AudioFacts, "format" | "name" | "requestId">,
): ServerError {
  const came = format === "unknown" ? name : format;
  return new ServerError(
    `The audio is ${came}: expected WAV or PCM. A stream is PCM; a new download gives the file.`,
    { ...paidFor(requestId), reason: "not_pcm" },
  );
}

/** What the errors about the audio of a job say of the money. A job that has audio is paid for. */
export function paidFor(
  requestId: string | undefined,
): { readonly requestId: string | undefined; readonly charged: "yes" | undefined } {
  return { requestId, charged: requestId === undefined ? undefined : "yes" };
}
