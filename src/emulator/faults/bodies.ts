import type { Call } from "../http/call.ts";
import { frame, FRAME_HEAD_BYTES, splitFrames, TRAILER } from "../http/frames.ts";

type Body = AsyncIterable<Uint8Array>;

/** A body of these pieces. */
export async function* bodyOf(...pieces: Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) {
    if (piece.length > 0) yield piece;
  }
}

/** Never answers. Rejects when the client closes the connection, or the emulator is closed. */
export function silence(call: Call): Promise<never> {
  return call.race(new Promise<never>(() => {}));
}

/** The error of a lost connection: `fetch` rejects with a TypeError. */
export function dropped(): TypeError {
  return new TypeError("The emulator dropped the connection (injected fault)");
}

/** The first bytes of a body, and then whatever `after` does. */
export async function* cut(
  body: Body,
  bytes: number,
  after: () => Promise<void>,
): AsyncGenerator<Uint8Array> {
  let left = bytes;
  const iterator = body[Symbol.asyncIterator]();
  try {
    while (left > 0) {
      const next = await iterator.next();
      if (next.done) break;
      const part = next.value.subarray(0, left);
      left -= part.length;
      yield part;
    }
  } finally {
    // Also when nothing was read, because the service is in the middle of its answer and must stop.
    await iterator.return?.();
  }
  await after();
}

/** A body that ends in the middle of its first frame. */
export async function* cutFrame(body: Body): AsyncGenerator<Uint8Array> {
  for await (const bytes of splitFrames(body)) {
    yield bytes.subarray(0, FRAME_HEAD_BYTES + Math.floor((bytes.length - FRAME_HEAD_BYTES) / 2));
    return;
  }
}

/** A body without its trailer frame. */
export async function* withoutTrailers(body: Body): AsyncGenerator<Uint8Array> {
  for await (const bytes of splitFrames(body)) {
    if ((flagsOf(bytes) & TRAILER) === 0) yield bytes;
  }
}

/** A body with more trailers. */
export async function* withTrailers(body: Body, more: Uint8Array): AsyncGenerator<Uint8Array> {
  for await (const bytes of splitFrames(body)) {
    if ((flagsOf(bytes) & TRAILER) === 0) yield bytes;
    else {yield frame(
        flagsOf(bytes),
        new Uint8Array([...bytes.subarray(FRAME_HEAD_BYTES), ...more]),
      );}
  }
}

/** A body whose first frame has these flags. */
export async function* withFlags(body: Body, flags: number): AsyncGenerator<Uint8Array> {
  let first = true;
  for await (const bytes of splitFrames(body)) {
    yield first ? frame(flags, bytes.subarray(FRAME_HEAD_BYTES)) : bytes;
    first = false;
  }
}

/** A body in pieces of one size. */
export async function* inPieces(body: Body, size: number): AsyncGenerator<Uint8Array> {
  for await (const piece of body) {
    for (let at = 0; at < piece.length; at += size) yield piece.subarray(at, at + size);
  }
}

/** Zero bytes, from one buffer. */
export async function* zeros(bytes: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(Math.min(bytes, 65_536));
  for (let left = bytes; left > 0; left -= buffer.length) yield buffer.subarray(0, left);
}

/** The flags of a frame. */
function flagsOf(bytes: Uint8Array): number {
  return bytes[0] ?? 0;
}

/** Meaningless bytes, the same for the same number. */
export function garbage(bytes: number): Uint8Array<ArrayBuffer> {
  let state = 0x9e3779b9 ^ bytes;
  return new Uint8Array(bytes).map(() => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 0xff;
  });
}
