/**
 * Reading the body of an answer.
 *
 * @module
 */

import { BYTES, check } from "../lib/rules.ts";
import { hostOf } from "../lib/runtime.ts";

/** The part of a stream's reader that reading a body needs. */
export interface BodyReader {
  /** Reads the next bytes. The caller may keep them. */
  read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
  /** Cancels the body. */
  cancel(): Promise<void>;
}

/** The body of node-fetch: a stream of Node. */
interface NodeBody extends AsyncIterable<Uint8Array> {
  destroy?(): void;
}

/**
 * Gives the answer of any `fetch` a body that is a web stream. The body of node-fetch is a stream of Node. Without a
 * stream, as in React Native, the body comes in one piece.
 */
export function withWebBody(response: Response): Response {
  const body = response.body as ReadableStream | NodeBody | null | undefined;
  if (body === null || (body && "getReader" in body)) return response;
  async function* read(): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of body as NodeBody ?? [new Uint8Array(await response.arrayBuffer())]) {
      check("body", chunk, BYTES);
      // The `slice()` of a `Buffer` copies nothing.
      yield new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
    }
  }
  const chunks = read();
  // It is its own reader, because it is read once.
  const web = {
    getReader: () => web,
    read: () => chunks.next(),
    async cancel() {
      await body?.destroy?.();
    },
  };
  return Object.create(response, { body: { value: web } });
}

/**
 * Makes a reader of a body.
 *
 * Deno allocates 64 KiB for each read, however little comes. Reading into memory that is used again makes a call cheaper by a
 * third, and 10,000 waits take half of the memory (measured by `bench/`). On Node and Bun the same would cost more than it
 * saves.
 *
 * @param long Whether much is to come.
 */
export function bodyReader(body: ReadableStream<Uint8Array>, long: boolean): BodyReader {
  const host = hostOf();
  const reader = host === "deno" ? ofDeno(body, long) : body.getReader();
  return long && host !== "other" ? withGarbage(reader) : reader;
}

function ofDeno(body: ReadableStream<Uint8Array>, long: boolean): BodyReader {
  try {
    return reusing(body.getReader({ mode: "byob" }), long ? 64 * 1024 : 4 * 1024);
  } catch {
    // It is not a stream of bytes: a custom `fetch` made it.
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
const MAX_GARBAGE_LENGTH = 16_000;

/**
 * Makes garbage on V8's heap for each chunk of a stream or a download.
 *
 * V8 collects young objects when its own heap is full. A chunk takes hardly any of that heap, because its bytes are
 * elsewhere. Dead chunks therefore gather until there are 32 MB of them, on Node 24 far more. An array twice as large
 * as the chunk, in the heap and dead at once, makes V8 collect after a few chunks.
 *
 * Measured in November 2026, growth of the resident set with and without, in the same time: three streams of 14.4 MB (five
 * minutes of audio, the longest of the service) 29 and 59 MB on Node 20, 28 and 60 on Node 22, 59 and 85 on Node 24; one of
 * 200 MB 32 and 61, 30 and 74, 67 and 124. Remove it when `bench/` shows no difference any more.
 */
function withGarbage(reader: BodyReader): BodyReader {
  let bytes = 0;
  return {
    read: async () => {
      // The array is used on both sides of a call. Otherwise the compiler would leave it out.
      const garbage = new Array<never>(Math.min(bytes / 4 | 0, MAX_GARBAGE_LENGTH));
      const pending = reader.read();
      garbage.length = 0;
      const result = await pending;
      bytes = result.value?.length ?? 0;
      return result;
    },
    cancel: () => reader.cancel(),
  };
}
