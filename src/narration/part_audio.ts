import { concatBytes } from "../lib/bytes.ts";
import { ServerError } from "../contract/errors.ts";
import { type AudioFormat, audioFormat, HEAD_BYTES, recognize } from "../audio/format.ts";
import { PcmReader } from "../audio/pcm.ts";

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
  const { format, name } = recognize(headOf(chunks));
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
  if (samples.length === 0) throw notPcm("nothing");
  return samples;
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
  return concatBytes(head);
}

function notPcm(name: string, cause?: unknown): ServerError {
  return new ServerError(
    `The audio is ${name}: parts can be joined only as PCM or as WAV of the service's PCM. ` +
      'method: "stream" gives PCM; client.job() with the request id gives the audio as it is.',
    { charged: "yes", reason: "not_pcm", cause },
  );
}
