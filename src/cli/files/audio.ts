import { type AudioStream, BYTES_PER_SAMPLE, SAMPLE_RATE, wavHeader } from "../sdk.ts";
import { write } from "../terminal/terminal.ts";

/** The duration of the service's PCM, in seconds. */
export function secondsOf(pcmBytes: number): number {
  return pcmBytes / BYTES_PER_SAMPLE / SAMPLE_RATE;
}

/**
 * Writes PCM to standard output as WAV while it comes.
 *
 * @param onProgress Receives the number of bytes of PCM that are written.
 * @returns The bytes of PCM.
 */
export async function pipeWav(
  pcm: AsyncIterable<Uint8Array>,
  onProgress: (bytes: number) => void = () => {},
): Promise<number> {
  let bytes = 0;
  for await (const chunk of pcm) {
    // The header waits for the first sample: a failure before it leaves the output empty.
    if (bytes === 0) await write("stdout", wavHeader());
    await write("stdout", chunk);
    bytes += chunk.length;
    onProgress(bytes);
  }
  return bytes;
}

/** Writes finished audio to standard output: bare samples become a WAV. @returns Its bytes. */
export async function pipe(audio: AudioStream): Promise<number> {
  let bytes = 0;
  const { body } = await audio.toResponse();
  for await (const chunk of body ?? []) {
    await write("stdout", chunk);
    bytes += chunk.length;
  }
  return bytes;
}
