/**
 * Reading the body of an answer.
 *
 * @module
 */

import { hostOf } from "../lib/runtime.ts";

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
  const host = hostOf();
  const reader = host === "deno" ? ofDeno(body, long) : body.getReader();
  return long && host !== "other" ? collecting(reader) : reader;
}

function ofDeno(body: ReadableStream<Uint8Array>, long: boolean): BodyReader {
  try {
    return reusing(body.getReader({ mode: "byob" }), long ? 64 * 1024 : 4 * 1024);
  } catch {
    // Not a stream of bytes: one that was made by hand.
    return body.getReader();
  }
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

/** Just below 128 KiB, from where V8 keeps an array apart, which costs more. */
const MAX_BALLAST = 16_000;

/**
 * V8 collects what is young when its own heap is full, of which a buffer takes next to nothing, or when 32 MB of buffers
 * have gathered (on Node 24 far more). An array of its heap beside each chunk, twice as large and at once forgotten, makes it
 * collect after a few: 200 MB of a stream or a download take a third to a half of the resident set, in the same time.
 */
function collecting(reader: BodyReader): BodyReader {
  let bytes = 0;
  return {
    read: async () => {
      // Used on both sides of a call that could see it, or the compiler would leave it out.
      const ballast = new Array<never>(Math.min(bytes / 4 | 0, MAX_BALLAST));
      const pending = reader.read();
      ballast.length = 0;
      const result = await pending;
      bytes = result.value?.length ?? 0;
      return result;
    },
    cancel: () => reader.cancel(),
  };
}
