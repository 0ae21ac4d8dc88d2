// A server of raw HTTP/2 (RFC 9113): it reads requests as far as a test must know them, and writes whatever frames a test
// wants.

import * as http2 from "./http2_frames.ts";
import { Windows } from "./http2_windows.ts";
import { concat } from "./wire.ts";

export { frames } from "./http2_frames.ts";

export interface RawStream {
  /** The number of the connection, from 1. */
  readonly connection: number;
  /** The number of the stream on it: 1, 3, 5… */
  readonly id: number;
  /** Writes bytes as they are. Rejects when the client has left. */
  write(bytes: Uint8Array): Promise<void>;
  /** Sends DATA as fast as flow control lets it. Rejects when the client has reset the stream or left. */
  send(bytes: Uint8Array): Promise<void>;
  /** Closes the connection. What was written may be lost. */
  close(): void;
  /** Writes no more; what was written arrives. */
  end(): Promise<void>;
}

export interface RawHttp2 extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** The requests that came to their end, oldest first. */
  readonly streams: readonly RawStream[];
  /** The streams that the client has reset, and the codes. */
  readonly resets: readonly { readonly id: number; readonly code: number }[];
  /** The codes of the GOAWAYs that came. */
  readonly goaways: readonly number[];
  /** How many PINGs came. */
  readonly pings: number;
  /** How many connections are open now. */
  readonly open: number;
}

/** How a server is unlike others. */
export interface RawOptions {
  /** PINGs are not answered. */
  readonly deaf?: boolean;
  readonly port?: number;
  /** What is written first, instead of an empty SETTINGS frame. */
  readonly greeting?: Uint8Array;
}

/** Serves each request by `answer`, once it has come in full. */
export function rawHttp2(
  answer: (stream: RawStream) => void | Promise<void>,
  options: RawOptions = {},
): RawHttp2 {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: options.port ?? 0 });
  const open = new Set<Deno.Conn>();
  const streams: RawStream[] = [];
  const resets: { id: number; code: number }[] = [];
  const goaways: number[] = [];
  const work: Promise<void>[] = [];
  let connections = 0;
  let pings = 0;

  async function serve(conn: Deno.Conn): Promise<void> {
    const connection = ++connections;
    const windows = new Windows();
    const close = () => {
      windows.close();
      if (open.delete(conn)) conn.close();
    };
    // One after the other, or parts of two frames could mix.
    let written = Promise.resolve();
    const write = (bytes: Uint8Array) => {
      const writing = written.then(() => writeAll(conn, bytes));
      written = writing.catch(() => {});
      return writing;
    };
    try {
      await write(options.greeting ?? http2.frame(http2.SETTINGS, 0, 0));
      for await (const { type, flags, id, data } of read(conn)) {
        const view = new DataView(data.buffer);
        if (type === http2.SETTINGS && flags !== http2.ACK) {
          windows.settings(view);
          await write(http2.frame(http2.SETTINGS, http2.ACK, 0));
        } else if (type === http2.PING && flags !== http2.ACK) {
          pings++;
          if (!options.deaf) await write(http2.frame(http2.PING, http2.ACK, 0, data));
        } else if (type === http2.WINDOW_UPDATE) windows.open(id, view.getUint32(0));
        else if (type === http2.GOAWAY) goaways.push(view.getUint32(4));
        else if (type === http2.RST_STREAM) {
          resets.push({ id, code: view.getUint32(0) });
          windows.reset(id);
        } else if (
          (type === http2.DATA || type === http2.HEADERS) && flags & http2.END_STREAM
        ) {
          const send = async (bytes: Uint8Array) => {
            for (let at = 0; at < bytes.length;) {
              const size = await windows.take(id, Math.min(16_384, bytes.length - at));
              await write(http2.frames.data(id, bytes.subarray(at, at += size)));
            }
          };
          const end = () => written.then(() => conn.closeWrite());
          const stream = { connection, id, write, send, close, end };
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
        conn.setNoDelay();
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
    goaways,
    get pings() {
      return pings;
    },
    get open() {
      return open.size;
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

async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

async function* read(conn: Deno.Conn) {
  let buffer: Uint8Array<ArrayBuffer> = new Uint8Array();
  const piece = new Uint8Array(65_536);
  let start = http2.PREFACE_BYTES;
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
