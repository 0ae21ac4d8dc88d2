/**
 * The audio of a part: complete, or while it comes.
 *
 * @module
 */

import type { Job } from "../../job.ts";
import type { AudioFormat } from "../../audio/format/format.ts";
import { BYTES_PER_SAMPLE } from "../../audio/wav/wav_writer.ts";
import { withContext } from "../../contract/errors.ts";
import { pushChunk } from "../../lib/bytes.ts";
import { measureSilence } from "../join.ts";
import { lengthOf, toPcm } from "../part_audio.ts";
import type { Purchase } from "../state.ts";
import { asTsetsenError } from "./errors.ts";

/** The chunks of a part: a writer adds them, and one reader takes them. */
export class LiveAudio implements AsyncIterable<Uint8Array> {
  /** The chunks so far. */
  readonly chunks: Uint8Array[] = [];
  #end: { readonly error?: unknown } | undefined;
  #wake: (() => void) | undefined;
  /** How many chunks the reader has taken. */
  #read = 0;

  /** Adds a chunk. Small chunks that the reader has not seen become one. */
  push(chunk: Uint8Array): void {
    if (this.#read < this.chunks.length) pushChunk(this.chunks, chunk);
    else this.chunks.push(chunk);
    this.#wake?.();
  }

  /** Ends the audio. */
  close(): void {
    this.#end ??= {};
    this.#wake?.();
  }

  /** Ends the audio with an error, which the reader gets behind the chunks. */
  fail(error: unknown): void {
    this.#end ??= { error };
    this.#wake?.();
  }

  /** The chunks that are there, and those that come. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    for (;;) {
      while (this.#read >= this.chunks.length) {
        if (this.#end !== undefined) {
          if ("error" in this.#end) throw this.#end.error;
          return;
        }
        await new Promise<void>((resolve) => this.#wake = resolve);
      }
      yield this.chunks[this.#read++] as Uint8Array;
    }
  }
}

/** A part's audio. */
export interface Obtained {
  /** Its chunks. Those of a stream may still come. */
  readonly audio: LiveAudio;
  readonly job: Job | undefined;
  /** What its download says that it is; `undefined` for what the store has kept. */
  readonly format?: AudioFormat | undefined;
  /** Resolves when all of it has come and is kept. */
  readonly complete: Promise<void>;
}

/** What the journal keeps of samples. */
export function factsOf(pcm: readonly Uint8Array[]): Pick<Purchase, "samples" | "lead" | "tail"> {
  return { samples: lengthOf(pcm) / BYTES_PER_SAMPLE, ...measureSilence(pcm) };
}

/** Makes complete audio. */
export function obtained(chunks: readonly Uint8Array[], job: Job | undefined): Obtained {
  const audio = new LiveAudio();
  for (const chunk of chunks) audio.push(chunk);
  audio.close();
  return { audio, job, complete: Promise.resolve() };
}

/** All chunks of a download. */
export async function collect(audio: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of audio) pushChunk(chunks, chunk);
  return chunks;
}

/** The samples of a file that the store has. An error names the job. */
export function keptPcm(kept: Uint8Array, job: Job | undefined): Uint8Array[] {
  try {
    return toPcm([kept]);
  } catch (error) {
    const known = asTsetsenError(error);
    throw known === undefined ? error : withContext(known, { requestId: job?.requestId });
  }
}
