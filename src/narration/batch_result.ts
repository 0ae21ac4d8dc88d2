/**
 * The items of a batch, its options, and its results.
 *
 * @module
 */

import type { Job } from "../job.ts";
import type { AudioFormat } from "../audio/format/format.ts";
import type { BuyOptions, NarrationRequest } from "./options.ts";
import type { BatchState } from "./state.ts";

/** One text of a batch, and how to speak it. */
export type BatchItem = NarrationRequest;

/** What to get of each item: its audio as bytes, or only a job that has COMPLETED, to be downloaded later. */
export type BatchAudio = "bytes" | "job";

/** Options of {@linkcode batch}. All durations are milliseconds. */
export interface BatchOptions extends BuyOptions<BatchState> {
  /** What to get of each item. With `method: "stream"` only `"bytes"`. Default `"bytes"`. */
  readonly audio?: BatchAudio | undefined;
}

/** An item that is done. */
export interface FulfilledItem {
  /** That it is done. */
  readonly status: "fulfilled";
  /** Its place in the list, from 0. */
  readonly index: number;
  /** The item. */
  readonly item: BatchItem;
  /** Its job, COMPLETED; `undefined` for a stream, also one that an earlier run with the same store has bought. */
  readonly job: Job | undefined;
  /**
   * Its audio: as the service made it, or a WAV file of a stream; `undefined` with `audio: "job"`, unless an earlier run has
   * streamed the item, which then has no job.
   */
  readonly audio: Uint8Array<ArrayBuffer> | undefined;
  /** What the audio is, by its bytes; `undefined` without audio. */
  readonly format: AudioFormat | undefined;
}

/** An item that has failed, or was not submitted. */
export interface RejectedItem {
  /** That it has failed. */
  readonly status: "rejected";
  /** Its place in the list, from 0. */
  readonly index: number;
  /** The item. */
  readonly item: BatchItem;
  /** The error. A {@linkcode TsetsenError} says in `charged` what is known about the money. */
  readonly reason: unknown;
}

/** The result of an item. */
export type BatchResult = FulfilledItem | RejectedItem;
