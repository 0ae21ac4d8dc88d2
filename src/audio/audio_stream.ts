/**
 * What streamed and downloaded audio have in common.
 *
 * @module
 */

import { encodeWav, wavHeader } from "./wav_writer.ts";
import { concatBytes, pushChunk } from "../lib/bytes.ts";
import { ServerError } from "../contract/errors.ts";
import { type AudioFacts, type AudioProgressHook, NOTHING } from "./audio_facts.ts";
import type { AudioFormat } from "./format.ts";
import { notify } from "../contract/log.ts";
import { cutShort, mendHeader, readWav } from "./wav_reader.ts";

type Chunk = Uint8Array<ArrayBuffer>;

/**
 * Audio as an async iterator of bytes. It can be read once. Nothing is asked of the service before the first chunk is
 * asked for, and leaving the loop, `cancel()`, or cancelling one of its streams ends the transfer at once.
 *
 * @example What came, and how long it is
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
  readonly #items: AsyncIterator<Uint8Array, void, void>;
  readonly #facts: () => AudioFacts | undefined;
  readonly #onProgress: AudioProgressHook | undefined;
  #bytes = 0;
  #complete = false;
  /** Left or failed before its end. */
  #left = false;

  /** @internal */
  constructor(
    items: AsyncIterator<Uint8Array, void, void>,
    facts: () => AudioFacts | undefined,
    onProgress?: AudioProgressHook,
  ) {
    this.#items = items;
    this.#facts = facts;
    this.#onProgress = onProgress;
  }

  /** What the bytes are: `"pcm"` for a stream; for a download `undefined` until its first chunk has come. */
  get format(): AudioFormat | undefined {
    return this.#facts()?.format;
  }

  /**
   * Samples a second: 24,000 for a stream. For a download `undefined` until its first chunk has come, and for what is
   * neither PCM nor WAV; what looks like bare PCM is taken for that of the service.
   */
  get sampleRate(): number | undefined {
    return this.#facts()?.samples?.rate;
  }

  /**
   * How long the audio is, in milliseconds. For a stream `undefined` until its end has been read; for a download until its
   * first chunk has come if its length is announced, else until its end. Always `undefined` for what is neither PCM nor
   * WAV: `metrics.audioLength` of the job tells it, in seconds.
   */
  get duration(): number | undefined {
    return this.#time(this.#facts()?.contentLength ?? (this.#complete ? this.#bytes : Infinity));
  }

  /**
   * The next chunk, at least one byte. The first call starts the transfer.
   *
   * @throws {TsetsenError} of the class that fits when the transfer fails.
   */
  async next(): Promise<IteratorResult<Uint8Array, void>> {
    let result: IteratorResult<Uint8Array, void>;
    try {
      result = await this.#items.next();
    } catch (error) {
      this.#left = true;
      throw error;
    }
    if (result.done) this.#complete = !this.#left;
    else {
      const bytes = this.#bytes += result.value.length;
      if (this.#onProgress) {
        const totalBytes = this.#facts()?.contentLength;
        notify(this.#onProgress, { bytes, totalBytes, duration: this.#time(bytes) });
      }
    }
    return result;
  }

  /** Ends the transfer. A pending `next()` is done at once. */
  async return(): Promise<IteratorResult<Uint8Array, void>> {
    this.#left = !this.#complete;
    await this.#items.return?.();
    return { done: true, value: undefined };
  }

  /** Ends the transfer. The same as `return()`. */
  async cancel(): Promise<void> {
    await this.return();
  }

  /** The audio itself. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Ends the transfer, at the end of an `await using` declaration's block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /**
   * The same bytes as a `ReadableStream`, with backpressure: a chunk is asked for when one is read.
   *
   * @throws {TypeError} when the audio has been read or left already.
   */
  toReadableStream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    this.#mustBeUnread();
    return this.#readable([]);
  }

  /**
   * The audio as the `Response` of a server, with its content type, and its length if that is known; a stream's PCM gets
   * a WAV header. It resolves when the first chunk has come, so that a failure can still become another response. When
   * the client goes away, the transfer ends.
   *
   * @param init Status and headers; given headers win.
   * @throws {TsetsenError} of the class that fits when the transfer fails before its first chunk.
   * @throws {TypeError} when the audio has been read or left already.
   */
  async toResponse(init: ResponseInit = {}): Promise<Response> {
    this.#mustBeUnread();
    const first = await this.next();
    const { contentType, contentLength, bare } = this.#facts() ?? NOTHING;
    const headers = new Headers({ "content-type": contentType, "cache-control": "no-store" });
    if (contentLength !== undefined) headers.set("content-length", `${contentLength}`);
    new Headers(init.headers).forEach((value, name) => headers.set(name, value));
    const ready = [bare ? wavHeader() : undefined, first.value as Chunk | undefined];
    return new Response(this.#readable(ready), { ...init, headers });
  }

  /**
   * All of the bytes.
   *
   * @throws {TsetsenError} of the class that fits when the transfer fails.
   * @throws {TypeError} when the audio has been read or left already.
   */
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    this.#mustBeUnread();
    return concatBytes(await this.#rest());
  }

  /**
   * All of the audio as a `Blob` of its content type; a stream's PCM becomes a WAV with true lengths.
   *
   * @throws {TsetsenError} of the class that fits when the transfer fails.
   * @throws {TypeError} when the audio has been read or left already.
   */
  async blob(): Promise<Blob> {
    const bytes = await this.bytes();
    const { contentType: type, bare } = this.#facts() ?? NOTHING;
    return new Blob(bare ? [wavHeader(bytes.length), bytes] : [bytes], { type });
  }

  /**
   * All of the audio as a WAV file with true lengths in its header: 5 minutes of a stream are 14.4 MB. A WAV stays the one
   * that it is, whatever its sample rate; bare PCM is taken for that of the service.
   *
   * @throws {ServerError} when a download is neither WAV nor PCM (it is then left after its first chunk), or is shorter
   * than its WAV header says.
   * @throws {TsetsenError} of the class that fits when the transfer fails.
   * @throws {TypeError} when the audio has been read or left already.
   */
  async wav(): Promise<Uint8Array<ArrayBuffer>> {
    this.#mustBeUnread();
    const first = await this.next();
    const { format, requestId } = this.#facts() ?? NOTHING;
    const context = { requestId, charged: requestId === undefined ? undefined : "yes" } as const;
    if (format !== "wav" && format !== "pcm") {
      await this.cancel();
      throw new ServerError(
        `The audio is ${format}: expected WAV or PCM. A new download's bytes() gives it as it is, streamSpeech gives PCM.`,
        context,
      );
    }
    const chunks = await this.#rest(first.done ? [] : [first.value]);
    if (format === "pcm") return encodeWav(chunks);
    const bytes = concatBytes(chunks);
    const samples = readWav(bytes);
    if (samples?.from) {
      const end = samples.from + samples.bytes;
      if (end < Infinity && end > bytes.length) throw cutShort(context);
      mendHeader(bytes, bytes.length);
    }
    return bytes;
  }

  // A second WAV would be one of no sound, and look like a success.
  #mustBeUnread(): void {
    if (!this.#complete && !this.#left) return;
    throw new TypeError(
      "The audio has been read or left already, and can be read once: keep its bytes, or ask for it again.",
    );
  }

  async #rest(chunks: Uint8Array[] = []): Promise<Uint8Array[]> {
    for await (const chunk of this) pushChunk(chunks, chunk);
    return chunks;
  }

  /** How long the samples before byte `end` are, in milliseconds. */
  #time(end: number): number | undefined {
    const { from, bytes, byteRate } = this.#facts()?.samples ?? { from: 0, bytes: 0, byteRate: 0 };
    const ms = Math.max(0, Math.min(bytes, end - from)) * 1e3 / byteRate;
    return ms < Infinity ? ms : undefined;
  }

  #readable(ready: (Chunk | undefined)[]): ReadableStream<Chunk> {
    return new ReadableStream<Chunk>({
      start: (controller) => {
        for (const chunk of ready) if (chunk !== undefined) controller.enqueue(chunk);
      },
      pull: async (controller) => {
        const { done, value } = await this.next();
        if (done) controller.close();
        else controller.enqueue(value as Chunk);
      },
      cancel: () => this.cancel(),
    }, { highWaterMark: 0 });
  }
}
