import { notWav } from "../audio/audio_facts.ts";
import type { AudioFormat } from "../audio/format/format.ts";
import { type OpenAudio, openAudio } from "../audio/open_audio.ts";
import { checkUnread } from "../audio/unread.ts";
import { PcmReader } from "../audio/wav/pcm.ts";
import { BYTES_PER_SAMPLE, SAMPLE_RATE } from "../audio/wav/wav_writer.ts";
import { TsetsenError, type TsetsenErrorOptions, withContext } from "../contract/errors.ts";
import { concatBytes } from "../lib/bytes.ts";
import { isError } from "../lib/is_error.ts";
import { BYTES, check } from "../lib/rules.ts";
import { EncodedAudio, type EncodedWork } from "./encoded_audio.ts";
import { EncodeRun } from "./encode_run.ts";
import { Encoder, proveEncoder } from "./encoder.ts";
import { FLAC_HEAD_BYTES, flacHead } from "./flac_head.ts";
import { id3Tag } from "./id3.ts";
import { infoFrame, MP3_DELAY } from "./mp3_head.ts";
import {
  type EncodeFormat,
  type EncodeOptions,
  type ResolvedEncodeOptions,
  resolveOptions,
} from "./options.ts";
import type { PackedFormat } from "./packages.ts";
import { checkWavLength, wavHead } from "./wav_head.ts";

/**
 * Audio to encode: a stream, a download or a narration of this package, or bytes. It is bare PCM or WAV of the
 * service's format.
 */
export type EncodeSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array> | Uint8Array;

/** The facts of audio of this package. They are read by name, because a program may hold two copies of the package. */
interface OwnAudio {
  readonly isRaw?: boolean | undefined;
  readonly format?: AudioFormat | undefined;
  readonly contentLength?: number | undefined;
  readonly requestId?: string | undefined;
  readonly locked?: boolean;
  readonly bodyUsed?: boolean;
  readonly sampleRate?: number | undefined;
}

/** The samples that a decoder adds before the audio. AAC adds one frame. */
const DELAYS: Readonly<Record<EncodeFormat, number>> = {
  mp3: MP3_DELAY,
  flac: 0,
  aac: 1_024,
  wav: 0,
};

/**
 * Encodes audio while it comes, with flat memory: MP3, FLAC, AAC, or WAV.
 *
 * MP3, FLAC and AAC are encoded by the package `mediabunny` and one of its encoders, which you install. Before anything
 * is asked of the audio, {@linkcode checkEncoder} proves that encoding works on this runtime, so nothing is bought in
 * vain.
 *
 * **Money.** A paid stream cannot be read again. When an encoder fails in the middle, you have what was encoded before the
 * failure, and the error says `charged` and `requestId`. `saveAudio` keeps the audio itself until the encoded file is complete.
 *
 * @param audio The audio: bare PCM of the service's format (24,000 Hz, 16 bits, mono), or WAV of it.
 * @param options The format, and the title and chapters of the file.
 * @returns The encoded audio. Nothing happens before it is read. Reading it throws what `audio` fails with, and an
 * error of the name `"AbortError"` when somebody cancels `audio` before its end.
 * @throws {TypeError} when an option is not known, has the wrong type, or does not go with the format; when the audio has been
 * read.
 * @throws {RangeError} when an option is out of its range; when the audio is known to be too long for a WAV.
 *
 * @example An MP3 from a stream
 * ```ts
 * import type { Client } from "@tsetsen/sdk";
 * import { encode } from "@tsetsen/sdk/encode";
 *
 * function handler(client: Client, voiceId: string): Promise<Response> {
 *   const speech = client.streamSpeech({ text: "Сайн байна уу?", voiceId });
 *   return encode(speech, { format: "mp3" }).toResponse();
 * }
 * ```
 */
export function encode(audio: EncodeSource, options: EncodeOptions): EncodedAudio {
  const resolved = resolveOptions(options);
  checkUnread(audio);
  const { format, large } = resolved;
  if (format === "wav") checkWavLength(pcmLength(audio), large);
  const work: EncodedWork = { format, delay: DELAYS[format], samples: undefined, head: undefined };
  const open = openAudio(audio);
  return new EncodedAudio(
    new EncodeRun(open, (checkUse) => run(audio, open, resolved, work, checkUse)),
    work,
  );
}

/**
 * Proves that this runtime can encode a format, by encoding a moment of silence. `encode`, `saveAudio` and the command
 * line call it by themselves before they buy anything. It takes about a second, once in a process.
 *
 * @param format The format.
 * @throws {TypeError} when the format is not a string.
 * @throws {RangeError} when the format is not known.
 * @throws {TsetsenError} with the `code` `"encoder_missing"` when the packages are not installed (the message names
 * them), or `"encoder_failed"` when they do not work on this runtime.
 *
 * @example
 * ```ts
 * import { checkEncoder } from "@tsetsen/sdk/encode";
 *
 * async function formats(): Promise<string[]> {
 *   const works = (format: "mp3" | "flac") => checkEncoder(format).then(() => true, () => false);
 *   return (await works("flac")) ? ["flac", "wav"] : ["wav"];
 * }
 * ```
 */
export async function checkEncoder(format: EncodeFormat): Promise<void> {
  resolveOptions({ format });
  if (format === "wav") return;
  try {
    await proveEncoder(format);
  } catch (error) {
    throw error instanceof TsetsenError ? error : failed(format, error, { charged: "no" });
  }
}

async function* run(
  audio: EncodeSource,
  open: OpenAudio,
  options: ResolvedEncodeOptions,
  work: EncodedWork,
  checkUse: () => void,
): AsyncGenerator<Uint8Array, void, void> {
  const { format } = options;
  await checkEncoder(format);
  const pcm = samplesOf(audio, open, checkUse);
  yield* format === "wav"
    ? toWav(audio, pcm, options, work)
    : toPacked(audio, pcm, { ...options, format }, work);
}

async function* toWav(
  audio: EncodeSource,
  pcm: AsyncGenerator<Uint8Array, void, void>,
  { large }: ResolvedEncodeOptions,
  work: EncodedWork,
): AsyncGenerator<Uint8Array, void, void> {
  let bytes = 0;
  for await (const chunk of pcm) {
    if (bytes === 0) {
      // Some lengths are known only with the first chunk.
      checkWavLength(pcmLength(audio), large);
      yield wavHead(pcmLength(audio), large);
    }
    yield chunk;
    bytes += chunk.length;
  }
  work.samples = bytes / BYTES_PER_SAMPLE;
  work.head = wavHead(bytes, large);
}

async function* toPacked(
  audio: EncodeSource,
  pcm: AsyncGenerator<Uint8Array, void, void>,
  options: ResolvedEncodeOptions & { readonly format: PackedFormat },
  work: EncodedWork,
): AsyncGenerator<Uint8Array, void, void> {
  const { format, bitrate, title, chapters } = options;
  const fail = (error: unknown) => failed(format, error, moneyOf(audio));
  const encoder = await Encoder.start(options).catch((error) => {
    throw fail(error);
  });
  try {
    let samples = 0;
    let bytes = 0;
    /** The start of a FLAC file. */
    let start: Uint8Array = new Uint8Array();
    const count = (chunk: Uint8Array) => {
      if (format === "flac" && start.length < FLAC_HEAD_BYTES) {
        start = Uint8Array.of(...start, ...chunk.subarray(0, FLAC_HEAD_BYTES - start.length));
      }
      bytes += chunk.length;
      return chunk;
    };
    const tag = format === "flac" ? new Uint8Array() : id3Tag({ title, chapters });
    for await (const chunk of pcm) {
      if (samples === 0) {
        if (tag.length > 0) yield tag;
        if (format === "mp3") yield infoFrame(undefined, bitrate);
      }
      samples += chunk.length / BYTES_PER_SAMPLE;
      for await (const encoded of orFail(encoder.push(chunk), fail)) yield count(encoded);
    }
    for await (const encoded of orFail(encoder.end(), fail)) yield count(encoded);
    work.samples = samples;
    const duration = samples * 1_000 / SAMPLE_RATE;
    const heads: Uint8Array[] = [id3Tag({ title, chapters, duration })];
    if (format === "mp3") {
      heads.push(infoFrame({ frames: encoder.frames, bytes, samples }, bitrate));
    }
    work.head = format === "flac" ? flacHead(start, samples) : concatBytes(heads);
  } finally {
    await encoder.close();
  }
}

/** Passes the chunks on, and converts errors to those of the encoder. */
async function* orFail(
  chunks: AsyncIterable<Uint8Array>,
  fail: (error: unknown) => Error,
): AsyncGenerator<Uint8Array, void, void> {
  const iterator = chunks[Symbol.asyncIterator]();
  for (;;) {
    const { done, value } = await iterator.next().catch((error) => {
      throw fail(error);
    });
    if (done) return;
    yield value;
  }
}

/** The samples, without a header, in whole samples. */
async function* samplesOf(
  audio: EncodeSource,
  { items }: OpenAudio,
  checkUse: () => void,
): AsyncGenerator<Uint8Array, void, void> {
  checkUse();
  const reader = new PcmReader();
  let isEmpty = true;
  const read = (step: () => Uint8Array) => {
    try {
      const pcm = step();
      if (pcm.length > 0) isEmpty = false;
      return pcm;
    } catch (error) {
      const context = moneyOf(audio);
      throw error instanceof TsetsenError && context.charged ? withContext(error, context) : error;
    }
  };
  for await (const chunk of items) {
    check("each chunk of audio", chunk, BYTES);
    const pcm = read(() => {
      const pcm = reader.push(chunk);
      checkFormat(audio);
      return pcm;
    });
    if (pcm.length > 0) yield pcm;
  }
  // Cancelled audio ends like complete audio.
  checkUse();
  const rest = read(() => reader.end());
  if (rest.length > 0) yield rest;
  if (isEmpty) throw new TypeError("audio must hold samples: got none.");
}

/** Refuses bytes that look like samples if the content type of the download names another format. */
function checkFormat(audio: EncodeSource): void {
  const { isRaw, format, requestId } = audio as OwnAudio;
  if (isRaw !== false || format === "wav" || format === undefined) return;
  throw notWav({ format, name: format, requestId });
}

/** The length of bare samples in bytes, when it is known. */
function pcmLength(audio: EncodeSource): number | undefined {
  const { isRaw, contentLength } = audio as OwnAudio;
  return isRaw ? contentLength : undefined;
}

/** What an error about the audio says of the money. Audio of this package that has begun is paid for. */
function moneyOf(
  audio: EncodeSource,
): Pick<TsetsenErrorOptions, "requestId" | "charged" | "billable"> {
  const { isRaw, requestId, bodyUsed } = audio as OwnAudio;
  if (isRaw === undefined) return {};
  return { requestId, charged: bodyUsed ? "yes" : "no", billable: requestId === undefined };
}

function failed(
  format: EncodeFormat,
  cause: unknown,
  context: Pick<TsetsenErrorOptions, "requestId" | "charged" | "billable">,
): TsetsenError {
  if (cause instanceof TsetsenError) return withContext(cause, context);
  const reason = isError(cause) ? cause.message.replace(/\.$/, "") : "it gave no reason";
  return new TsetsenError(
    `The ${format} encoder must work on this runtime, and it failed: ${reason}. Try another format; wav needs no encoder.`,
    { code: "encoder_failed", ...context, cause },
  );
}
