/**
 * The audio of a part: its format and its samples.
 *
 * @module
 */

import { type AudioFormat, HEAD_BYTES, recognize } from "../audio/format/format.ts";
import { PcmReader } from "../audio/wav/pcm.ts";
import { readWav } from "../audio/wav/wav_reader.ts";
import { BYTES_PER_SAMPLE, SAMPLE_RATE } from "../audio/wav/wav_writer.ts";
import { ServerError } from "../contract/errors.ts";
import { concatBytes } from "../lib/bytes.ts";
import { ARRAY, BYTES, check, checkOptions, type Rules } from "../lib/rules.ts";

// The service may say any number.
const RULES: Rules<keyof ToPcmOptions> = { audioLength: ["number"] };

/** Options of {@linkcode toPcm}. */
export interface ToPcmOptions {
  /**
   * The length that the service gives in `metrics.audioLength`, in seconds, above 0. Audio without a header is refused
   * when it is longer or shorter by more than 0.25 seconds plus a tenth. Default: none, and no check.
   */
  readonly audioLength?: number | undefined;
}

/**
 * Takes the samples out of a job's audio, to join parts. It checks a WAV header and leaves it out. `narrate` does this
 * by itself. Use it when you buy the parts of a {@linkcode plan} by an engine of your own.
 *
 * @param chunks The audio as it was downloaded, in one piece or in several.
 * @param options What the service says of the audio.
 * @returns PCM, 24,000 Hz, 16-bit little-endian, mono, in whole samples: at least one piece, none of them empty.
 * @throws {TypeError} when `chunks` is not an array of bytes, or an option has the wrong type or is not known.
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
  check("chunks", chunks, ARRAY);
  for (const chunk of chunks) check("each of chunks", chunk, BYTES);
  checkOptions(options, RULES);
  return pcmOf(chunks, undefined, options.audioLength);
}

/**
 * The samples of a download that was read to its end.
 *
 * @param given The format that the download reports, which also considers the content type.
 * @param audioLength As in `toPcm`.
 * @throws {ServerError} as `toPcm`, and when the content type names another format for bytes that look like samples.
 */
export function pcmOf(
  chunks: readonly Uint8Array[],
  given: AudioFormat = "pcm",
  audioLength?: number,
): Uint8Array[] {
  const head = headOf(chunks);
  const { format, name } = recognize(head);
  if (format !== "pcm" && format !== "wav") throw notPcm(name);
  const reader = new PcmReader();
  const pcm: Uint8Array[] = [];
  try {
    for (const chunk of chunks) pcm.push(reader.push(chunk));
  } catch (error) {
    throw notPcm("WAV of another kind than 24,000 Hz, 16 bits, mono", error);
  }
  pcm.push(reader.end());
  const samples = pcm.filter(({ length }) => length > 0);
  if (samples.length === 0) throw notPcm("empty");
  if (given !== "pcm" && given !== "wav") throw notPcm(`${given}, as its content type says`);
  // A header that announces the length was checked already.
  const isAnnounced = format === "wav" && readWav(head)?.bytes !== Infinity;
  if (audioLength && !isAnnounced) checkLength(lengthOf(samples), audioLength);
  return samples;
}

/**
 * Checks that the bytes of an item are audio.
 *
 * @param format What the download says that they are.
 * @throws {ServerError} when they are a page, a message, nothing, or not as long as the service says.
 */
export function checkAudio(
  chunks: readonly Uint8Array[],
  audioLength: number | undefined,
  format: AudioFormat = formatOf(chunks),
): void {
  const { name } = recognize(headOf(chunks));
  if (lengthOf(chunks) === 0) throw notAudio("empty");
  if (format === "text" || format === "unknown") throw notAudio(name);
  if (format === "pcm" || format === "wav" && isOurWav(chunks)) toPcm(chunks, { audioLength });
}

/** What the chunks together are. */
export function formatOf(chunks: readonly Uint8Array[]): AudioFormat {
  return recognize(headOf(chunks)).format;
}

/** Whether a WAV is one of the service's PCM: other kinds are audio, too, but their samples are not read here. */
function isOurWav(chunks: readonly Uint8Array[]): boolean {
  try {
    new PcmReader().push(headOf(chunks));
    return true;
  } catch {
    return false;
  }
}

/** The length of chunks together, in bytes. */
export function lengthOf(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}

function headOf(chunks: readonly Uint8Array[]): Uint8Array {
  const head: Uint8Array[] = [];
  let length = 0;
  for (const chunk of chunks) {
    if (length >= HEAD_BYTES) break;
    head.push(chunk);
    length += chunk.length;
  }
  return concatBytes(head);
}

/** Compares with the length that the service says. */
function checkLength(bytes: number, expected: number): void {
  const seconds = bytes / BYTES_PER_SAMPLE / SAMPLE_RATE;
  if (Math.abs(seconds - expected) <= 0.25 + expected / 10) return;
  throw new ServerError(
    `The audio must be about ${
      expected.toFixed(2)
    } seconds long, as the service says: as PCM it is ${
      seconds.toFixed(2)
    } seconds. It is cut short, or it is no PCM. ${ADVICE}`,
    { charged: "yes" },
  );
}

const ADVICE = 'The method "stream" gives PCM; a new download of the job gives the file.';

function notPcm(name: string, cause?: unknown): ServerError {
  return new ServerError(
    `The audio is ${name}: parts can be joined only as PCM or as WAV of the service's PCM. ${ADVICE}`,
    { charged: "yes", reason: "not_pcm", cause },
  );
}

function notAudio(name: string): ServerError {
  return new ServerError(
    `The audio is ${name}: expected a file of audio. client.job() with the request id downloads it again.`,
    { charged: "yes" },
  );
}
