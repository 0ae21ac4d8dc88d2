/**
 * The audio of a part: what it is, and its samples.
 *
 * @module
 */

import { type AudioFormat, audioFormat } from "../audio/format.ts";
import { PcmReader } from "../audio/pcm.ts";
import { BYTES_PER_SAMPLE, SAMPLE_RATE } from "../audio/wav_writer.ts";
import { ServerError } from "../contract/errors.ts";
import { concatBytes } from "../lib/bytes.ts";

/** The names of formats in messages, where they are not the format in capitals. */
const NAMES: Readonly<Record<string, string>> = {
  wav: "WAV of another kind than 24,000 Hz, 16 bits, mono",
  ogg: "Ogg",
  webm: "WebM",
  text: "text",
  pcm: "empty",
  unknown: "of no known format",
};

/** Options of {@linkcode toPcm}. */
export interface ToPcmOptions {
  /**
   * The length that the service gives in `metrics.audioLength`, in seconds. Audio without a header that is longer or shorter by more
   * than 0.25 seconds and a tenth is refused. Default: none, and no check.
   */
  readonly audioLength?: number | undefined;
}

/**
 * The samples of a job's audio, to join parts: a WAV header is checked and left out. `narrate` does this by itself. Use it when
 * you buy the parts of a {@linkcode plan} by an engine of your own.
 *
 * @param chunks The audio as it was downloaded, in one piece or in several.
 * @param options What the service says of the audio.
 * @returns PCM, 24,000 Hz, 16-bit little-endian, mono, in whole samples: at least one piece, none of them empty.
 * @throws {ServerError} when it is neither WAV of the service's PCM nor bare PCM, holds no sample, or is not as long as the service
 * says; its `charged` is `"yes"`.
 *
 * @example
 * ```ts
 * import { encodeWav } from "@tsetsen/sdk";
 * import { toPcm } from "@tsetsen/sdk/narration";
 *
 * const [pcm] = toPcm([encodeWav(new Uint8Array(4_800))]);
 * console.assert(pcm?.length === 4_800);
 * ```
 */
export function toPcm(chunks: readonly Uint8Array[], options: ToPcmOptions = {}): Uint8Array[] {
  const format = formatOf(chunks);
  // RIFX and RF64 are WAVE, too.
  const isRiff = chunks[0]?.[3] === 0x46;
  if (format !== "pcm" && !(format === "wav" && isRiff)) throw notPcm(format);
  const reader = new PcmReader();
  const pcm: Uint8Array[] = [];
  try {
    for (const chunk of chunks) pcm.push(reader.push(chunk));
  } catch (error) {
    throw notPcm(format, error);
  }
  pcm.push(reader.end());
  const samples = pcm.filter(({ length }) => length > 0);
  if (samples.length === 0) throw notPcm("pcm");
  checkLength(chunks, samples, format, options.audioLength);
  return samples;
}

/**
 * Checks that the bytes of an item are audio.
 *
 * @throws {ServerError} when they are a page, a message, nothing, or not as long as the service says.
 */
export function checkAudio(chunks: readonly Uint8Array[], audioLength: number | undefined): void {
  const format = formatOf(chunks);
  const isEmpty = chunks.every(({ length }) => length === 0);
  if (isEmpty || format === "text" || format as string === "unknown") throw notAudio(format);
  if (format === "pcm" || format === "wav" && isOurWav(chunks)) toPcm(chunks, { audioLength });
}

/** What the chunks together are. */
export function formatOf(chunks: readonly Uint8Array[]): AudioFormat {
  return audioFormat(headOf(chunks));
}

function headOf(chunks: readonly Uint8Array[]): Uint8Array {
  const head: Uint8Array[] = [];
  for (let i = 0, length = 0; i < chunks.length && length < HEAD_BYTES; i++) {
    const chunk = chunks[i] as Uint8Array;
    head.push(chunk);
    length += chunk.length;
  }
  return concatBytes(head).subarray(0, HEAD_BYTES);
}

/** How many bytes are enough to find the format. */
const HEAD_BYTES = 4_096;

/** Whether a WAV is one of the service's PCM: other kinds are audio, too, but their samples are not read here. */
function isOurWav(chunks: readonly Uint8Array[]): boolean {
  try {
    for (const chunk of [headOf(chunks)]) new PcmReader().push(chunk);
    return chunks[0]?.[3] === 0x46;
  } catch {
    return false;
  }
}

/** Compares with the length that the service gives, where no header has confirmed it. */
function checkLength(
  chunks: readonly Uint8Array[],
  samples: readonly Uint8Array[],
  format: AudioFormat,
  audioLength: number | undefined,
): void {
  if (!audioLength || (format === "wav" && announcesLength(chunks))) return;
  const seconds = lengthOf(samples) / BYTES_PER_SAMPLE / SAMPLE_RATE;
  if (Math.abs(seconds - audioLength) <= 0.25 + audioLength / 10) return;
  throw new ServerError(
    `The audio must be about ${
      audioLength.toFixed(2)
    } seconds long, because the service says so: as PCM it is ${
      seconds.toFixed(2)
    } seconds, so it is cut short, or no PCM. ${ADVICE}`,
    { charged: "yes" },
  );
}

/** Whether the header of a WAV says how long it is. A stream's header says 0, or a size that no file has. */
function announcesLength(chunks: readonly Uint8Array[]): boolean {
  const head = headOf(chunks);
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  for (let at = 12; at + 8 <= head.length;) {
    const size = view.getUint32(at + 4, true);
    // "data"
    if (view.getUint32(at) === 0x64617461) return size > 0 && size < 0x7fff_0000;
    at += 8 + size + size % 2;
  }
  return false;
}

/** The length of chunks together, in bytes. */
export function lengthOf(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}

const ADVICE =
  'method: "stream" gives PCM; client.job() with the request id gives the audio as it is.';

function nameOf(format: AudioFormat): string {
  return NAMES[format] ?? format.toUpperCase();
}

function notPcm(format: AudioFormat, cause?: unknown): ServerError {
  return new ServerError(
    `The audio is ${
      nameOf(format)
    }: parts can be joined only as PCM or as WAV of the service's PCM. ${ADVICE}`,
    { charged: "yes", cause },
  );
}

function notAudio(format: AudioFormat): ServerError {
  return new ServerError(
    `The audio is ${
      nameOf(format)
    }: expected a file of audio. client.job() with the request id downloads it again.`,
    { charged: "yes" },
  );
}
