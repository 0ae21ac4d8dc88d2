/**
 * Reads audio of any format into samples.
 *
 * @module
 */

import { type AudioFormat, HEAD_BYTES, recognize } from "../audio/format/format.ts";
import type { OpenAudio } from "../audio/open_audio.ts";
import { PcmReader } from "../audio/wav/pcm.ts";
import { readWav } from "../audio/wav/wav_reader.ts";
import { SAMPLE_RATE } from "../audio/wav/wav_writer.ts";
import { ServerError } from "../contract/errors.ts";
import { concatBytes } from "../lib/bytes.ts";
import { BYTES, check } from "../lib/rules.ts";
import type { Recording } from "./recording.ts";
import { decodeFile } from "./web_audio.ts";

/** Audio to play: a stream, a download, a narration or live speech of this package, or bytes. */
export type PlaySource = AsyncIterable<Uint8Array> | Iterable<Uint8Array> | Uint8Array;

/**
 * Reads audio into a recording. PCM and WAV of the service's format are recorded while they come. Another format is
 * recorded once all of it has come, because the browser decodes whole files.
 *
 * @param onSamples Called when samples have come, or a piece of a file. It resolves with whether more are wanted, once they are.
 * @throws {unknown} What the audio fails with, or what the browser says of a format that it does not know.
 */
export async function record(
  audio: PlaySource,
  { items }: OpenAudio,
  recording: Recording,
  onSamples: () => Promise<boolean>,
): Promise<void> {
  const pcm = new PcmReader();
  /** The bytes whose format is not known yet, or that must be decoded as a whole. */
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let kind = "unknown" as "unknown" | "samples" | "file";
  let isWanted = true;
  const push = async (chunk: Uint8Array) => {
    const samples = pcm.push(chunk);
    if (samples.length === 0) return;
    recording.push(samples);
    isWanted = await onSamples();
  };
  const decide = async () => {
    const head = concatBytes(held);
    kind = kindOf(audio, head);
    if (kind === "file") return;
    held = [];
    await push(head);
  };
  for await (const chunk of items) {
    check("each chunk of audio", chunk, BYTES);
    if (kind === "samples") await push(chunk);
    else {
      held.push(chunk);
      heldBytes += chunk.length;
      const isOwnRaw = (audio as OwnAudio).isRaw === true;
      if (kind === "unknown" && (heldBytes >= HEAD_BYTES || isOwnRaw)) await decide();
      else isWanted = await onSamples();
    }
    if (!isWanted) return;
  }
  if (kind === "unknown" && heldBytes > 0) await decide();
  if (kind === "file") recording.pushFloats(await decodeFile(concatBytes(held), SAMPLE_RATE));
  else recording.push(pcm.end());
  if (recording.length === 0) throw new TypeError("audio must hold samples: got none.");
}

/** The facts of audio of this package. They are read by name, because a program may hold two copies of the package. */
interface OwnAudio {
  readonly isRaw?: boolean | undefined;
  readonly format?: AudioFormat | undefined;
}

/** Whether the bytes are samples of the service's format, or a file that the browser decodes. */
function kindOf(audio: PlaySource, head: Uint8Array): "samples" | "file" {
  const { isRaw, format: said } = audio as OwnAudio;
  if (isRaw === true) return "samples";
  const { format, name, isAudio } = recognize(head);
  if (!isAudio) throw new ServerError(`The audio is ${name}: expected a file of audio, or PCM.`);
  // The content type of a download may name another format for bytes that look like samples.
  if (format === "pcm") return isRaw === undefined || said === "pcm" ? "samples" : "file";
  return format === "wav" && readWav(head)?.other === undefined ? "samples" : "file";
}
