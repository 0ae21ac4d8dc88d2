// What a hostile or broken server of native gRPC can answer, in bytes of HTTP/2, and what must come of it.

import { frames } from "../../support/http2_frames.ts";
import type { RawStream } from "../../support/raw_http2.ts";
import { concat } from "../../support/wire.ts";

export const MEGABYTE = 2 ** 20;

/** Writes the same bytes until the client leaves, and tells how many it took. */
export async function pump(
  write: (bytes: Uint8Array) => Promise<void>,
  bytes: Uint8Array,
  pause = 0,
): Promise<number> {
  let taken = 0;
  try {
    while (taken < 256 * MEGABYTE) {
      await write(bytes);
      taken += bytes.length;
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    }
  } catch {
    // The client has left.
  }
  return taken;
}

/** How a call ends: the code of its error, or those that runtimes may make of the same bytes, and what the message says. */
interface End {
  readonly code: string | undefined | readonly string[];
  readonly says?: RegExp;
}

export interface Attack extends End {
  /** Answers a call. `body` is the message that it asks for. @returns How many bytes the client took, if they are many. */
  readonly answer: (stream: RawStream, body: Uint8Array) => Promise<number | void>;
  /** What a unary call makes of it, if it is of interest there. */
  readonly unary?: End | true;
}

export const zeros = new Uint8Array(65_536);
export const many = (count: number, bytes: Uint8Array) =>
  concat(...Array.from({ length: count }, () => bytes));

/** An answer that is as it should be, but for its head. */
export const withHead = (entries: Record<string, string>): Attack["answer"] => (stream, body) =>
  stream.write(
    concat(
      frames.headers(stream.id, entries),
      frames.data(stream.id, body),
      frames.trailers(stream.id),
    ),
  );

/** An answer that is as it should be, but for its end. */
export const withEnd =
  (end: (id: number) => Uint8Array): Attack["answer"] => ({ id, write }, body) =>
    write(concat(frames.headers(id), frames.data(id, body), end(id)));

/** After its head an answer of these bytes, over and over. */
export const endless =
  (bytes: Uint8Array, pause = 0): Attack["answer"] => async ({ id, write, send }) => {
    await write(frames.headers(id));
    return await pump(send, bytes, pause);
  };

/** Bytes that are no part of an answer, over and over. */
export const flood =
  (bytes: (id: number) => Uint8Array, pause = 0): Attack["answer"] => ({ id, write }) =>
    pump(write, bytes(id), pause);

export const LOST = { code: "connection_error", says: /No answer from/ } as const;
export const BROKEN_OFF = { code: "connection_error", says: /broke off/ } as const;
/** Node stops reading without a word, and Bun reads on: there the deadline ends the call. */
export const LOST_OR_LATE = { code: ["connection_error", "timeout"] } as const;
export const LATE = { code: "timeout", says: /took longer than its timeout of 400 ms/ } as const;
export const FINE = { code: undefined } as const;
export const bad = (says: RegExp) => ({ code: "server_error", says }) as const;
