/**
 * A WAV file of all the audio.
 *
 * @module
 */

import { concatBytes } from "../../lib/bytes.ts";
import { type AudioFacts, notWav, paidFor } from "../audio_facts.ts";
import { cutShort, readWav } from "./wav_reader.ts";
import { repairWav } from "./wav_repair.ts";
import { encodeWav } from "./wav_writer.ts";

/**
 * The file, with true lengths in its header.
 *
 * @throws {ServerError} when the audio is neither bare samples nor a WAV with samples, or is cut short.
 */
export function wholeWav(
  chunks: readonly Uint8Array[],
  facts: AudioFacts,
): Uint8Array<ArrayBuffer> {
  if (facts.isRaw) return encodeWav(chunks);
  const bytes = concatBytes(chunks);
  const samples = readWav(bytes);
  if (!samples?.from) throw notWav(facts);
  const end = samples.from + samples.bytes;
  if (end < Infinity && end > bytes.length) throw cutShort(paidFor(facts.requestId));
  return repairWav(bytes);
}
