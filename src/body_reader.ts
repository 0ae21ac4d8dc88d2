/**
 * Reading the body of an answer.
 *
 * @module
 */

import { hostOf } from "./env.ts";

/** The part of a stream's reader that reading a body needs. */
export interface BodyReader {
  /** The next bytes; the reader's to keep. */
  read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
  /** Gives the body up. */
  cancel(): Promise<void>;
}

/**
 * A reader of a body.
 *
 * Deno allocates 64 KiB for every read, however little comes: into memory that is used again, streams are read faster, and
 * 10,000 waits take half the resident set (measured by `bench/`). On Node the same would cost more than it saves.
 *
 * @param long Whether much is to come.
 */
export function bodyReader(body: ReadableStream<Uint8Array>, long: boolean): BodyReader {
  if (hostOf() === "deno") {
    try {
      return reusing(body.getReader({ mode: "byob" }), long ? 64 * 1024 : 4 * 1024);
    } catch {
      // Not a stream of bytes: one that was made by hand.
    }
  }
  return body.getReader();
}

function reusing(reader: ReadableStreamBYOBReader, bytes: number): BodyReader {
  let memory = new ArrayBuffer(bytes);
  return {
    read: async () => {
      const { done, value } = await reader.read(new Uint8Array(memory));
      if (value === undefined || done) return { done: true };
      memory = value.buffer;
      return { done, value: value.slice() };
    },
    cancel: () => reader.cancel(),
  };
}
