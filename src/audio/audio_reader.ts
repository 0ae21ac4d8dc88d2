/**
 * Reading audio once, by one reader.
 *
 * @module
 */

import { domException } from "../lib/abort.ts";
import { pushChunk } from "../lib/bytes.ts";
import { ServerError } from "../contract/errors.ts";
import { notify } from "../contract/log.ts";
import { recordInterruptedAudio } from "./interrupted_audio.ts";
import { type AudioFacts, type AudioProgressHook, paidFor } from "./audio_facts.ts";
import { notUnread } from "./unread.ts";

type Chunk = Uint8Array<ArrayBuffer>;

/** How audio is read: by calls of `next()`, by a loop, or by a method that takes all. */
export type ReaderKind = "calls" | "loop" | "whole";

/** The state of audio that is read: who reads it, how much has come, and whether that is all. */
export class AudioReader {
  readonly #items: AsyncIterator<Uint8Array, void, void>;
  readonly #facts: () => AudioFacts | undefined;
  readonly #onProgress: AudioProgressHook | undefined;
  readonly #requestId: string | undefined;
  #kind: ReaderKind | undefined;
  #isUsed = false;
  #isComplete = false;
  /** Whether the audio was cancelled or failed before its end. */
  #isBroken = false;
  #bytes = 0;

  constructor(
    items: AsyncIterator<Uint8Array, void, void>,
    facts: () => AudioFacts | undefined,
    onProgress: AudioProgressHook | undefined,
    requestId: string | undefined,
  ) {
    this.#items = items;
    this.#facts = facts;
    this.#onProgress = onProgress;
    this.#requestId = requestId;
  }

  /** Whether a reader has the audio, or had it. */
  get isLocked(): boolean {
    return this.#kind !== undefined;
  }

  /** Whether reading has begun, or the audio was cancelled. */
  get isUsed(): boolean {
    return this.#isUsed;
  }

  /** How long the audio is, in milliseconds; `undefined` while that is not known. */
  get duration(): number | undefined {
    const end = this.#facts()?.contentLength ?? (this.#isComplete ? this.#bytes : Infinity);
    return this.#durationTo(end);
  }

  /**
   * Locks the audio. Calls of `next()` may follow each other, and a loop may follow them, because they are the same
   * reader.
   *
   * @throws {TypeError} when another reader has it. Otherwise the second reader would get a part of the audio, or none,
   * as a success.
   */
  lockFor(kind: ReaderKind): void {
    const hasEnded = this.#isComplete || this.#isBroken;
    const isAllowed = kind === "calls"
      ? this.#kind !== "whole" || hasEnded
      : kind === "loop"
      ? (this.#kind === undefined || this.#kind === "calls") && !hasEnded
      : this.#kind === undefined && !this.#isUsed;
    if (!isAllowed) throw notUnread(this.#isUsed, this.#requestId);
    if (kind !== "calls") this.#kind = kind;
    else this.#kind ??= kind;
  }

  /** The next chunk. */
  async next(): Promise<IteratorResult<Uint8Array, void>> {
    this.#isUsed = true;
    let result: IteratorResult<Uint8Array, void>;
    try {
      result = await this.#items.next();
      if (result.done && this.#bytes === 0 && !this.#isBroken) {
        throw new ServerError(
          "The stream must hold audio: it ended without any.",
          paidFor(this.#facts()?.requestId),
        );
      }
    } catch (error) {
      this.#isBroken = true;
      throw error;
    }
    if (result.done) this.#isComplete = !this.#isBroken;
    else {
      const bytes = this.#bytes += result.value.length;
      if (this.#onProgress) {
        const totalBytes = this.#facts()?.contentLength;
        notify(this.#onProgress, { bytes, totalBytes, duration: this.#durationTo(bytes) });
      }
    }
    return result;
  }

  /** The next chunk for a reader that needs all; `undefined` at the end. */
  async part(): Promise<Chunk | undefined> {
    const { value } = await this.next();
    // After a cancel, the chunks are not the whole.
    if (!value && this.#isBroken) {
      const error = domException("The audio was cancelled before its end.", "AbortError");
      recordInterruptedAudio(error, this.#requestId);
      throw error;
    }
    return value as Chunk | undefined;
  }

  /** The chunks up to the end, behind those that have been read. */
  async rest(chunks: Uint8Array[]): Promise<Uint8Array[]> {
    for (let chunk = await this.part(); chunk; chunk = await this.part()) pushChunk(chunks, chunk);
    return chunks;
  }

  /** Ends the transfer. */
  async cancel(): Promise<void> {
    this.#isUsed = true;
    this.#isBroken = !this.#isComplete;
    await this.#items.return?.();
  }

  /**
   * The bytes as a stream, with backpressure.
   *
   * @param ready Chunks to give before those that are still to be read.
   * @param from The first byte to give, counted from the start of `ready`.
   * @param to The byte to stop before. `Infinity` reads on to the end.
   */
  readable(ready: Chunk[], from: number = 0, to: number = Infinity): ReadableStream<Chunk> {
    let at = 0;
    return new ReadableStream<Chunk>({
      pull: async (controller) => {
        while (at < to) {
          const chunk = ready.shift() ?? await this.part();
          if (chunk === undefined) return controller.close();
          const start = Math.max(0, from - at);
          const wanted = chunk.subarray(start, Math.max(start, to - at));
          at += chunk.length;
          if (wanted.length === 0) continue;
          controller.enqueue(wanted);
          if (at < to) return;
        }
        controller.close();
        await this.cancel();
      },
      cancel: (reason) => {
        // A pipe rejects with this reason.
        if (this.#isUsed) recordInterruptedAudio(reason, this.#requestId);
        return this.cancel();
      },
    }, { highWaterMark: 0 });
  }

  /** How long the samples before byte `end` are, in milliseconds. */
  #durationTo(end: number): number | undefined {
    const { from, bytes, byteRate } = this.#facts()?.samples ?? { from: 0, bytes: 0, byteRate: 0 };
    const ms = Math.max(0, Math.min(bytes, end - from)) * 1e3 / byteRate;
    return ms < Infinity ? ms : undefined;
  }
}
