/**
 * A `fetch` for connect-web's gRPC-Web transport. It sends a request once, checks the answer, and hands connect-web only what
 * is good, in the cheapest form that it accepts: a look-alike of a `Response` without a stream of its own.
 *
 * @module
 */

import type { TransportCall } from "../contract/transport.ts";
import { frame } from "../transport/frames.ts";
import type { ResponseReader } from "../transport/response_reader.ts";
import { sendOnce } from "../transport/send_once.ts";
import { toConnect } from "./errors.ts";

/** What one call of connect-web is guarded for. */
export interface GuardOptions {
  /** The attempt. */
  readonly call: TransportCall;
  /** Whether more than one message in the answer is an error. */
  readonly unary: boolean;
  /** Scheme, host and port of the endpoint, for the errors. */
  readonly origin: string;
  /** Sends the request. Default: the runtime's `fetch`. */
  readonly fetch: typeof globalThis.fetch | undefined;
  /** Reads the id of the job from the message of a paid call; an empty string when it holds none. */
  readonly requestIdIn?: ((message: Uint8Array) => string) | undefined;
}

type Fetch = typeof globalThis.fetch;

/** Makes a `fetch` for one call. It rejects with a `ConnectError` whose cause is an error of this package. */
export function guardedFetch(options: GuardOptions): Fetch {
  const guarded = async (url: string, init: RequestInit): Promise<unknown> => {
    const headers = init.headers as Headers;
    headers.set("accept", headers.get("content-type") as string);
    let reader: ResponseReader | undefined;
    try {
      reader = await sendOnce(url, headers, init.body as Uint8Array<ArrayBuffer>, options);
      if (options.unary) return await wholeAnswer(reader, options);
      reader.assertOkHeaders();
      return lookAlike(reader, streamed(reader));
    } catch (error) {
      throw toConnect(error, reader?.status);
    }
  };
  return guarded as unknown as Fetch;
}

/** Reads a unary answer to its end, where the status stands. */
async function wholeAnswer(
  reader: ResponseReader,
  { call, requestIdIn }: GuardOptions,
): Promise<unknown> {
  const message = await reader.next();
  if (message === undefined) return lookAlike(reader, oneChunk(reader.trailers ?? OK));
  if (call.accepted !== undefined) call.accepted(requestIdIn?.(message) ?? "");
  await reader.next();
  return lookAlike(reader, oneChunk(reader.trailers ?? OK, message));
}

const OK = new TextEncoder().encode("grpc-status: 0\r\n");

/** A reader that connect-web takes for that of a body. */
interface ChunkReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array }>;
}

/** A chunk with the message and the trailers in their frames. */
function oneChunk(trailers: Uint8Array, message?: Uint8Array): ChunkReader {
  const size = (message === undefined ? 0 : 5 + message.length) + 5 + trailers.length;
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  if (message !== undefined) {
    view.setUint32(1, message.length);
    bytes.set(message, 5);
    at = 5 + message.length;
  }
  bytes[at] = 0x80;
  view.setUint32(at + 1, trailers.length);
  bytes.set(trailers, at + 5);
  let done = false;
  return {
    read() {
      if (done) return Promise.resolve({ done: true });
      done = true;
      return Promise.resolve({ done: false, value: bytes });
    },
  };
}

/** The messages of a stream as they come, each behind the head of its frame: no byte is copied. */
function streamed(reader: ResponseReader): ChunkReader {
  let queue: Uint8Array[] = [];
  let isOver = false;
  return {
    async read() {
      if (queue.length === 0) {
        if (isOver) return { done: true };
        const parts = await reader.nextParts().catch((error) => {
          throw toConnect(error, reader.status);
        });
        isOver = parts === undefined;
        queue = parts === undefined
          ? [frame(0x80, reader.trailers ?? OK)]
          : [headOf(parts), ...parts];
      }
      return { done: false, value: queue.shift() as Uint8Array };
    },
  };
}

function headOf(parts: readonly Uint8Array[]): Uint8Array {
  const head = new Uint8Array(5);
  new DataView(head.buffer).setUint32(1, parts.reduce((sum, { length }) => sum + length, 0));
  return head;
}

/** The part of a `Response` that connect-web reads. */
function lookAlike({ headers }: ResponseReader, reader: ChunkReader): unknown {
  return { status: 200, headers, body: { getReader: () => reader } };
}
