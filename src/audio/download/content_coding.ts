/**
 * Undoes a content coding that was not asked for.
 *
 * @module
 */

import { ServerError } from "../../contract/errors.ts";
import type { BodyReader } from "../../transport/body_reader.ts";

/** The size of the pieces that are decompressed. A compressed byte can become a thousand. */
const PIECE_BYTES = 1_024;

type Format = "gzip" | "deflate";

/**
 * The reader of a body whose `content-encoding` may or may not have been undone by the runtime: Deno leaves one that was
 * not asked for, Node, Bun and browsers undo it. The first bytes tell.
 *
 * @param coding The header of the answer; `null` when there is none.
 * @throws {ServerError} when the coding is neither gzip nor deflate, which every runtime can undo.
 */
export function decodedReader(reader: BodyReader, coding: string | null): BodyReader {
  const name = coding?.trim().toLowerCase().replace(/^x-/, "") ?? "";
  if (name === "" || name === "identity") return reader;
  if (name !== "gzip" && name !== "deflate") {
    throw new ServerError(
      `The audio must come without a content-encoding, or with gzip or deflate: got ${
        /^[\w, .-]{1,40}$/.test(name) ? name : "another one"
      }. Store it without.`,
    );
  }
  let decoded: BodyReader | undefined;
  return {
    read: async () => {
      if (decoded !== undefined) return await decoded.read();
      const first = await reader.read();
      if (!first.value || !isCoded(first.value, name)) {
        if (first.value) decoded = reader;
        return first;
      }
      decoded = decodingReader(reader, first.value, name);
      return await decoded.read();
    },
    cancel: () => (decoded ?? reader).cancel(),
  };
}

/** Whether bytes begin as their coding does (RFC 1952, 2.3.1; RFC 1950, 2.2). */
function isCoded([first = 0, second = 0]: Uint8Array, format: Format): boolean {
  if (format === "gzip") return first === 0x1f && second === 0x8b;
  return (first & 0x8f) === 8 && (first << 8 | second) % 31 === 0;
}

function decodingReader(source: BodyReader, first: Uint8Array, format: Format): BodyReader {
  const { readable, writable } = new DecompressionStream(format);
  const output = readable.getReader();
  const input = writable.getWriter();
  const pump = async () => {
    for (let bytes: Uint8Array | undefined = first; bytes; bytes = (await source.read()).value) {
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
        await input.write(bytes.slice(at, at + PIECE_BYTES));
      }
    }
    await input.close();
  };
  // The reader gets the error through the readable side.
  pump().catch((error) => input.abort(error).catch(() => {}));
  return {
    read: () => output.read(),
    cancel: async () => {
      await Promise.allSettled([output.cancel(), source.cancel()]);
    },
  };
}
