import { type AudioStream, BYTES_PER_SAMPLE, SAMPLE_RATE, wavHeader } from "../sdk.ts";
import { write } from "../terminal/terminal.ts";
import { untilAbort } from "../terminal/until_abort.ts";

/** The duration of the service's PCM, in seconds. */
export function secondsOf(pcmBytes: number): number {
  return pcmBytes / BYTES_PER_SAMPLE / SAMPLE_RATE;
}

/**
 * Writes PCM to standard output as WAV while it comes.
 *
 * @param signal Ends it at once, also while the reader of standard output takes nothing.
 * @param onProgress Receives the number of bytes of PCM that are written.
 * @returns The bytes of PCM.
 */
export async function pipeWav(
  pcm: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  onProgress: (bytes: number) => void = () => {},
): Promise<number> {
  let bytes = 0;
  for await (const chunk of pcm) {
    // The header waits for the first sample: a failure before it leaves the output empty.
    if (bytes === 0) await untilAbort(write("stdout", wavHeader()), signal);
    await untilAbort(write("stdout", chunk), signal);
    bytes += chunk.length;
    onProgress(bytes);
  }
  return bytes;
}

/**
 * Writes finished audio to standard output: bare samples become a WAV.
 *
 * @param signal As in `pipeWav`.
 * @returns Its bytes.
 */
export async function pipe(audio: AudioStream, signal: AbortSignal): Promise<number> {
  let bytes = 0;
  const { body } = await audio.toResponse();
  for await (const chunk of body ?? []) {
    await untilAbort(write("stdout", chunk), signal);
    bytes += chunk.length;
  }
  return bytes;
}
