import { concatBytes } from "../lib/bytes.ts";
import { ServerError } from "../contract/errors.ts";
import { type AudioFormat, audioFormat } from "../audio/format.ts";
import { PcmReader } from "../audio/pcm.ts";

const NAMES: Readonly<Record<AudioFormat, string>> = {
  wav: "WAV of another kind than 24,000 Hz, 16 bits, mono",
  mp3: "MP3",
  ogg: "Ogg",
  flac: "FLAC",
  mp4: "MP4",
  webm: "WebM",
  text: "text",
  pcm: "nothing",
};

/**
 * The samples of a job's audio, so that parts can be joined: a WAV header is checked and left out. `narrate` does this by itself; it
 * is for those who buy the parts of a {@linkcode plan} by an engine of their own.
 *
 * @param chunks The audio as it was downloaded, in one piece or in several.
 * @returns PCM, 24,000 Hz, 16-bit little-endian, mono, in whole samples: at least one piece, none of them empty.
 * @throws {ServerError} when it is neither WAV of the service's PCM nor bare PCM, or holds no sample; its `charged` is `"yes"`.
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
export function toPcm(chunks: readonly Uint8Array[]): Uint8Array[] {
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
  return samples;
}

/** What the chunks together are. */
export function formatOf(chunks: readonly Uint8Array[]): AudioFormat {
  const head: Uint8Array[] = [];
  for (let i = 0, length = 0; i < chunks.length && length < 2_048; i++) {
    const chunk = chunks[i] as Uint8Array;
    head.push(chunk);
    length += chunk.length;
  }
  return audioFormat(concatBytes(head));
}

function notPcm(format: AudioFormat, cause?: unknown): ServerError {
  return new ServerError(
    `The audio is ${
      NAMES[format]
    }: parts can be joined only as PCM or as WAV of the service's PCM. ` +
      'method: "stream" gives PCM; client.job() with the request id gives the audio as it is.',
    { charged: "yes", reason: "not_pcm", cause },
  );
}
