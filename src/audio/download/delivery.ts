/**
 * Decides whether an audio server delivered audio, and in which format.
 *
 * @module
 */

import { ServerError } from "../../contract/errors.ts";
import { type AudioFacts, paidFor } from "../audio_facts.ts";
import { HEAD_BYTES, recognize } from "../format/format.ts";
import { excludesAudio, formatByType, mediaType, typeName } from "../format/media_type.ts";
import { BARE_PCM, cutShort, readWav } from "../wav/wav_reader.ts";
import { BYTES_PER_SAMPLE } from "../wav/wav_writer.ts";

/** What an audio server said of its file, and what the service said of the audio. */
export interface Delivery {
  /** The server, for messages. */
  readonly place: string;
  /** The content type of the answer. */
  readonly type: string | null;
  /** The strong ETag of the file. */
  readonly etag?: string | undefined;
  /** The length in bytes, if it is announced. */
  readonly totalBytes?: number | undefined;
  /** The length of the audio in seconds, from the metrics of the job. */
  readonly audioLength: number | undefined;
  /** The id of the job. */
  readonly requestId: string | undefined;
}

/**
 * What the file is, by its first bytes. When these have no mark, the content type decides.
 *
 * @throws {ServerError} when it cannot be audio.
 */
export function factsOf(head: Uint8Array, delivery: Delivery): AudioFacts {
  const { type, totalBytes, etag, requestId } = delivery;
  if (head.length === 0) throw noAudio("0 bytes", delivery);
  let { format, name, isAudio } = recognize(head);
  if (format === "pcm") {
    format = formatByType(type);
    if (format !== "pcm") {
      isAudio = !excludesAudio(type);
      name = `content of type ${typeName(type)}`;
    }
  }
  if (!isAudio) throw noAudio(name, delivery);
  const isRaw = format === "pcm";
  const wav = format === "wav" ? readWav(head) : undefined;
  const facts: AudioFacts = {
    format,
    name,
    contentType: mediaType(format, type),
    // Half a sample at the end of bare PCM is dropped.
    contentLength: isRaw && totalBytes !== undefined
      ? totalBytes - totalBytes % BYTES_PER_SAMPLE
      : totalBytes,
    isRaw,
    isFinished: true,
    etag,
    samples: isRaw ? BARE_PCM : wav?.from ? wav : undefined,
    requestId,
  };
  if (totalBytes !== undefined) checkLength(facts, totalBytes, delivery);
  return facts;
}

/**
 * How far the length of bare PCM may be from that in the metrics: a quarter. Coded audio is shorter by half at least, and
 * PCM of another rate or width by a third.
 */
const MAX_DEVIATION = 4 / 3;

/** @throws {ServerError} when bytes that look like bare PCM would be far longer or shorter than the job's audio. */
export function checkLength({ isRaw }: AudioFacts, bytes: number, delivery: Delivery): void {
  const { audioLength, place, requestId } = delivery;
  if (!isRaw || audioLength === undefined || !(audioLength > 0)) return;
  const seconds = bytes / BARE_PCM.byteRate;
  const deviation = Math.max(seconds / audioLength, audioLength / seconds);
  if (deviation <= MAX_DEVIATION) return;
  throw new ServerError(
    `The audio must be of a known format, or PCM as long as metrics.audioLength says (${audioLength} s): ` +
      `${place} sent ${bytes} bytes of something else (${
        seconds.toFixed(2)
      } s as PCM). Check the job again.`,
    paidFor(requestId),
  );
}

/**
 * @throws {ServerError} when a complete file holds a header and no samples, or ends before its header says. An announced length
 * that has come is complete, whatever the header says.
 */
export function checkSamples(
  { format, samples }: AudioFacts,
  bytes: number,
  delivery: Delivery,
): void {
  // A whole file that is shorter than the head and has no data chunk has no samples either.
  const from = samples?.from ?? HEAD_BYTES - 1;
  const isEmpty = format === "wav" ? bytes <= from : format === "pcm" && bytes < BYTES_PER_SAMPLE;
  if (isEmpty) throw noAudio(`${bytes} bytes without a sample`, delivery);
  if (format !== "wav" || delivery.totalBytes !== undefined || samples === undefined) return;
  const end = samples.from + samples.bytes;
  if (end < Infinity && end > bytes) throw cutShort(paidFor(delivery.requestId));
}

function noAudio(came: string, { place, type, requestId }: Delivery): ServerError {
  const named = type === null || came.includes(typeName(type)) ? "" : ` (${typeName(type)})`;
  return new ServerError(
    `The download must be audio: ${place} sent ${came}${named}. Check the job again.`,
    paidFor(requestId),
  );
}
