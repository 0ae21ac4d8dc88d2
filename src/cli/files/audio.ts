import {
  type AudioFormat,
  audioFormat,
  BYTES_PER_SAMPLE,
  encodeWav,
  SAMPLE_RATE,
  ServerError,
  wavHeader,
} from "../sdk.ts";
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

/** Writes audio to standard output. @returns Its bytes. */
export async function pipe(audio: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0;
  for await (const chunk of audio) {
    await write("stdout", chunk);
    bytes += chunk.length;
  }
  return bytes;
}

/** How many bytes at the start tell the format. */
const HEAD_BYTES = 2_048;

/** The audio of a job and its format. */
export interface JobAudio {
  readonly audio: AsyncIterable<Uint8Array>;
  readonly format: Exclude<AudioFormat, "text" | "pcm">;
}

/**
 * Tells the format of a download. Bare samples become a WAV; any other audio stays unchanged.
 *
 * @throws {ServerError} when the download is empty, or is text.
 */
export async function identify(
  download: AsyncIterator<Uint8Array, void, void>,
  requestId: string,
): Promise<JobAudio> {
  const head: Uint8Array[] = [];
  for (let length = 0; length < HEAD_BYTES;) {
    const next = await download.next();
    if (next.done) break;
    head.push(next.value);
    length += next.value.length;
  }
  const start = new Uint8Array(await new Blob(head as Uint8Array<ArrayBuffer>[]).arrayBuffer());
  if (start.length === 0) throw noAudio("The audio of the job is empty", requestId);
  const format = audioFormat(start);
  if (format === "text") throw noAudio("The answer for the job's audio is a text", requestId);
  const audio = chain(head, download);
  return format === "pcm" ? { audio: toWav(audio), format: "wav" } : { audio, format };
}

function noAudio(what: string, requestId: string): ServerError {
  return new ServerError(`${what}. The job is paid for: try again later.`, {
    requestId,
    charged: "yes",
  });
}

async function* chain(
  head: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array, void, void>,
): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* head;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

/** A WAV needs the length of its samples first. */
async function* toWav(pcm: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of pcm) chunks.push(chunk);
  yield encodeWav(chunks);
}
