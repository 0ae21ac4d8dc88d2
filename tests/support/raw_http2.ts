// A server of raw HTTP/2 (RFC 9113): it reads requests as far as a test must know them, and writes whatever frames a test
// wants.

import { bytesOf, concat } from "./wire.ts";

const DATA = 0, HEADERS = 1, RST_STREAM = 3, SETTINGS = 4, PING = 6, GOAWAY = 7;
const END_STREAM = 1, ACK = 1, END_HEADERS = 4;
const PREFACE_BYTES = 24;

function frame(type: number, flags: number, stream: number, data = new Uint8Array()): Uint8Array {
  const bytes = new Uint8Array(9 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length << 8 | type);
  view.setUint8(4, flags);
  view.setUint32(5, stream);
  bytes.set(data, 9);
  return bytes;
}

/** HPACK without its table and without Huffman: each name and value as it is. */
function fields(entries: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
  const text = (value: string) => {
    const bytes = bytesOf(value);
    const { length } = bytes;
    return concat(
      new Uint8Array(
        length < 127 ? [length] : [127, (length - 127) & 127 | 128, length - 127 >> 7],
      ),
      bytes,
    );
  };
  const lines = Object.entries(entries).flatMap(([name, value]) => [
    new Uint8Array([0]),
    text(name),
    text(value),
  ]);
  return concat(...lines);
}

const uint32 = (...values: number[]) => {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, index) => view.setUint32(4 * index, value));
  return new Uint8Array(view.buffer);
};

/** Frames to write. */
export const frames = {
  headers: (stream: number, entries: Record<string, string> = {}): Uint8Array =>
    frame(
      HEADERS,
      END_HEADERS,
      stream,
      fields({ ":status": "200", "content-type": "application/grpc+proto", ...entries }),
    ),
  data: (stream: number, bytes: Uint8Array): Uint8Array =>
    frame(DATA, 0, stream, new Uint8Array(bytes)),
  trailers: (
    stream: number,
    entries: Record<string, string> = { "grpc-status": "0" },
  ): Uint8Array => frame(HEADERS, END_HEADERS | END_STREAM, stream, fields(entries)),
  reset: (stream: number, code: number): Uint8Array => frame(RST_STREAM, 0, stream, uint32(code)),
  goaway: (last: number, code: number): Uint8Array => frame(GOAWAY, 0, 0, uint32(last, code)),
};

export interface RawStream {
  /** The number of the connection, from 1. */
  readonly connection: number;
  /** The number of the stream on it: 1, 3, 5… */
  readonly id: number;
  write(bytes: Uint8Array): Promise<void>;
  /** Closes the connection. */
  close(): void;
}

export interface RawHttp2 extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** The requests that came to their end, oldest first. */
  readonly streams: readonly RawStream[];
  /** The streams that the client has reset, and the codes. */
  readonly resets: readonly { readonly id: number; readonly code: number }[];
  /** How many PINGs came. */
  readonly pings: number;
}

/** Serves each request by `answer`, once it has come in full. With `deaf`, PINGs are not answered. */
export function rawHttp2(
  answer: (stream: RawStream) => void | Promise<void>,
  { deaf = false, port = 0 } = {},
): RawHttp2 {
  const listener = Deno.listen({ hostname: "127.0.0.1", port });
  const open = new Set<Deno.Conn>();
  const streams: RawStream[] = [];
  const resets: { id: number; code: number }[] = [];
  const work: Promise<void>[] = [];
  let connections = 0;
  let pings = 0;

  async function serve(conn: Deno.Conn): Promise<void> {
    const connection = ++connections;
    const close = () => {
      if (open.delete(conn)) conn.close();
    };
    const write = async (bytes: Uint8Array) => {
      for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
    };
    try {
      await write(frame(SETTINGS, 0, 0));
      for await (const { type, flags, id, data } of read(conn)) {
        if (type === SETTINGS && flags !== ACK) await write(frame(SETTINGS, ACK, 0));
        else if (type === PING && flags !== ACK) {
          pings++;
          if (!deaf) await write(frame(PING, ACK, 0, data));
        } else if (type === RST_STREAM) {
          resets.push({ id, code: new DataView(data.buffer).getUint32(0) });
        } else if ((type === DATA || type === HEADERS) && flags & END_STREAM) {
          const stream = { connection, id, write, close };
          streams.push(stream);
          work.push((async () => await answer(stream))().catch(() => {}));
        }
      }
    } catch {
      // The client has left, or we have: both are what tests are about.
    } finally {
      close();
    }
  }

  const accepting = (async () => {
    try {
      for await (const conn of listener) {
        open.add(conn);
        work.push(serve(conn));
      }
    } catch {
      // Closed.
    }
  })();
  const { port: own } = listener.addr as Deno.NetAddr;
  return {
    url: `http://127.0.0.1:${own}`,
    port: own,
    streams,
    resets,
    get pings() {
      return pings;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const conn of open) conn.close();
      open.clear();
      await accepting;
      await Promise.all(work);
    },
  };
}

async function* read(conn: Deno.Conn) {
  let buffer: Uint8Array<ArrayBuffer> = new Uint8Array();
  const piece = new Uint8Array(65_536);
  let start = PREFACE_BYTES;
  for (;;) {
    const count = await conn.read(piece);
    if (count === null) return;
    buffer = concat(buffer, piece.slice(0, count));
    if (buffer.length < start) continue;
    buffer = buffer.slice(start);
    start = 0;
    while (buffer.length >= 9) {
      const view = new DataView(buffer.buffer);
      const length = view.getUint32(0) >>> 8;
      if (buffer.length < 9 + length) break;
      const [type, flags, id] = [view.getUint8(3), view.getUint8(4), view.getUint32(5)];
      yield { type, flags, id, data: buffer.slice(9, 9 + length) };
      buffer = buffer.slice(9 + length);
    }
  }
}
