/**
 * Audio that is read once: what a stream and a download have in common.
 *
 * @module
 */

import { concatBytes } from "../lib/bytes.ts";
import { type AudioFacts, type AudioProgressHook, notWav } from "./audio_facts.ts";
import { audioResponse, type AudioResponseInit, fileOf, responseInit } from "./audio_response.ts";
import { AudioReader } from "./audio_reader.ts";
import type { AudioFormat } from "./format/format.ts";
import { showAs } from "./inspect.ts";
import { encodeWav } from "./wav/wav_writer.ts";
import { wholeWav } from "./wav/whole_wav.ts";

type Chunk = Uint8Array<ArrayBuffer>;

/**
 * Audio as an async iterator of bytes.
 *
 * It can be read once, like the body of a `Response`: the first reader locks it (`locked`), and each later one gets a
 * `TypeError`. `bodyUsed` says whether reading has begun. Nothing is requested before the first chunk is asked for.
 * Leaving the loop, `cancel()`, or cancelling one of its streams ends the transfer at once.
 *
 * @example The format and the length of audio
 * ```ts
 * import type { AudioStream } from "@tsetsen/sdk";
 *
 * async function measure(audio: AudioStream) {
 *   const blob = await audio.blob();
 *   console.log(audio.format, audio.sampleRate, "Hz,", audio.duration, "ms,", blob.size, blob.type);
 * }
 * ```
 */
export class AudioStream implements AsyncIterableIterator<Uint8Array, void, void>, AsyncDisposable {
  readonly #facts: () => AudioFacts | undefined;
  readonly #reader: AudioReader;
  /** The id of the job whose audio it is; `undefined` for a stream, and for a download that was not given it. */
  readonly requestId: string | undefined;

  static {
    showAs(this.prototype, "AudioStream");
  }

  /** @internal */
  constructor(
    items: AsyncIterator<Uint8Array, void, void>,
    facts: () => AudioFacts | undefined,
    onProgress?: AudioProgressHook,
    requestId?: string,
  ) {
    this.#facts = facts;
    this.requestId = requestId;
    this.#reader = new AudioReader(items, facts, onProgress, requestId);
  }

  /** The format of the bytes: `"pcm"` for a stream; for a download `undefined` until its first chunk has come. */
  get format(): AudioFormat | undefined {
    return this.#facts()?.format;
  }

  /**
   * Whether the bytes are bare samples without a header. `wav()`, `blob()`, `toResponse()` and `saveAudio` make a WAV of
   * them. For a download `undefined` until its first chunk has come.
   */
  get isRaw(): boolean | undefined {
    return this.#facts()?.isRaw;
  }

  /** The length in bytes, if it is announced: for a download from its first chunk on. Otherwise `undefined`. */
  get contentLength(): number | undefined {
    return this.#facts()?.contentLength;
  }

  /** Whether a reader has the audio, or had it. */
  get locked(): boolean {
    return this.#reader.isLocked;
  }

  /** Whether reading has begun, or the audio was cancelled. */
  get bodyUsed(): boolean {
    return this.#reader.isUsed;
  }

  /**
   * Samples a second: 24,000 for a stream. For a download it is `undefined` until its first chunk has come, and for
   * what is neither PCM nor WAV. Bare PCM counts as PCM of the service.
   */
  get sampleRate(): number | undefined {
    return this.#facts()?.samples?.rate;
  }

  /**
   * How long the audio is, in milliseconds. `undefined` until its end has been read; for a download whose length is announced,
   * until its first chunk. Always `undefined` for what is neither PCM nor WAV; `metrics.audioLength` of the job has it,
   * in seconds.
   */
  get duration(): number | undefined {
    return this.#reader.duration;
  }

  /**
   * The next chunk, at least one byte. The first call starts the transfer.
   *
   * @returns The chunk, or `done` at the end.
   * @throws {TsetsenError} of the class that fits when the transfer fails, brings no audio, or brings something else.
   * @throws {TypeError} when another reader has the audio.
   * @throws {unknown} the signal's own reason when it aborts.
   */
  async next(): Promise<IteratorResult<Uint8Array, void>> {
    this.#reader.lockFor("calls");
    return await this.#reader.next();
  }

  /**
   * Ends the transfer. A pending `next()` is done at once. It never throws.
   *
   * @returns The end of the iteration.
   */
  async return(): Promise<IteratorResult<Uint8Array, void>> {
    await this.#reader.cancel();
    return { done: true, value: undefined };
  }

  /** Ends the transfer, like `return()`. Another reader that is under way fails with an `AbortError`. */
  async cancel(): Promise<void> {
    await this.return();
  }

  /**
   * The audio itself, locked to this loop.
   *
   * @returns The audio.
   * @throws {TypeError} when another reader has the audio, or it has been read or cancelled.
   */
  [Symbol.asyncIterator](): this {
    this.#reader.lockFor("loop");
    return this;
  }

  /** Ends the transfer, at the end of an `await using` declaration's block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.cancel();
  }

  /**
   * The same bytes as a `ReadableStream`, with backpressure: a chunk is asked for when one is read.
   *
   * @returns The stream. It fails as `next()` does.
   * @throws {TypeError} when the audio has been read, is being read, or was cancelled.
   */
  toReadableStream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    this.#reader.lockFor("whole");
    return this.#reader.readable([]);
  }

  /**
   * The audio as the `Response` of a server: its media type, its length if that is known, and headers that keep proxies,
   * caches and browsers from changing it. Bare PCM gets a WAV header. It resolves when the first chunk has come, so a
   * failure can still become another response. When the visitor goes away, the transfer ends.
   *
   * With the request, finished audio of a known length answers a range, which players ask for, with 206 or 416. Nothing
   * is bought for a HEAD.
   *
   * @param given The request to answer, or the status, the headers and the request. Your headers win over those of the
   * audio.
   * @returns The response.
   * @throws {TsetsenError} of the class that fits when the transfer fails before its first chunk.
   * @throws {TypeError} when the audio has been read, is being read, or was cancelled.
   * @throws {unknown} the signal's own reason when it aborts before the first chunk.
   *
   * @example A finished job in a player that seeks
   * ```ts
   * import type { Client } from "@tsetsen/sdk";
   *
   * async function handler(client: Client, requestId: string, request: Request): Promise<Response> {
   *   const audio = await client.job(requestId).audio();
   *   return await audio.toResponse({ request });
   * }
   * ```
   */
  async toResponse(given: Request | AudioResponseInit = {}): Promise<Response> {
    // On a runtime without `Response` this fails before anything is bought.
    void new Response();
    this.#reader.lockFor("whole");
    const init = responseInit(given);
    const isHead = init.request?.method === "HEAD";
    const known = this.#facts();
    if (isHead && known !== undefined) {
      await this.return();
      return audioResponse(known, init, () => null);
    }
    const first = await this.#reader.part() as Chunk;
    const facts = this.#facts() as AudioFacts;
    const { header } = fileOf(facts);
    const body = (from: number, to: number) =>
      this.#reader.readable(header ? [header, first] : [first], from, to);
    let response: Response | undefined;
    try {
      return response = audioResponse(facts, init, body);
    } finally {
      // The transfer ends when the response has no body, or when making the response failed.
      if (!response?.body) await this.return();
    }
  }

  /**
   * Reads all of the bytes.
   *
   * @returns The bytes, in an array of their own.
   * @throws {TsetsenError} of the class that fits when the transfer fails, brings no audio, or brings something else.
   * @throws {TypeError} when the audio has been read, is being read, or was cancelled.
   * @throws {unknown} the signal's own reason when it aborts.
   */
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    this.#reader.lockFor("whole");
    return concatBytes(await this.#reader.rest([]));
  }

  /**
   * Reads all of the audio as a `Blob` of its media type. Bare PCM becomes a WAV with true lengths.
   *
   * @returns The Blob.
   * @throws {TsetsenError} of the class that fits when the transfer fails, brings no audio, or brings something else.
   * @throws {TypeError} when the audio has been read, is being read, or was cancelled.
   * @throws {unknown} the signal's own reason when it aborts.
   */
  async blob(): Promise<Blob> {
    // On a runtime that makes no Blob of bytes this fails before anything is bought.
    void new Blob([new Uint8Array()]);
    this.#reader.lockFor("whole");
    const chunks = await this.#reader.rest([]);
    const { contentType: type, isRaw } = this.#facts() as AudioFacts;
    return new Blob([isRaw ? encodeWav(chunks) : concatBytes(chunks)], { type });
  }

  /**
   * Reads all of the audio as a WAV file with true lengths in its header. 5 minutes of a stream are 14.4 MB. A WAV
   * keeps its sample rate; bare PCM counts as PCM of the service.
   *
   * @returns The file.
   * @throws {ServerError} when a download is neither WAV nor PCM (it ends after its first chunk then), or is shorter than
   * its WAV header says.
   * @throws {TsetsenError} of the class that fits when the transfer fails, brings no audio, or brings something else.
   * @throws {TypeError} when the audio has been read, is being read, or was cancelled.
   * @throws {unknown} the signal's own reason when it aborts.
   */
  async wav(): Promise<Uint8Array<ArrayBuffer>> {
    this.#reader.lockFor("whole");
    const first = await this.#reader.part() as Chunk;
    const facts = this.#facts() as AudioFacts;
    if (facts.format !== "wav" && !facts.isRaw) {
      await this.return();
      throw notWav(facts);
    }
    return wholeWav(await this.#reader.rest([first]), facts);
  }
}
