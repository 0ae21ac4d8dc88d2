/**
 * A `fetch` for connect-web's gRPC-Web transport. It sends a request once and checks the answer. connect-web gets only
 * good answers, in the cheapest form that it accepts: a look-alike of a `Response` without a stream of its own.
 *
 * @module
 */

import type { TransportCall } from "../contract/transport.ts";
import { concatBytes } from "../lib/bytes.ts";
import { frame, frameHead, TRAILER } from "../transport/frames.ts";
import type { ResponseReader } from "../transport/response_reader.ts";
import { sendOnce } from "../transport/send_once.ts";
import { toConnect } from "./errors.ts";

/** What the guard needs to know of one call. */
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
  /**
   * The headers to send, if no interceptor can change them or read the trailers. A record is cheaper to send than the
   * `Headers` of connect-web. Default: those of connect-web.
   */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

type Fetch = typeof globalThis.fetch;

/** Makes a `fetch` for one call. It rejects with a `ConnectError` whose cause is an error of this package. */
export function guardedFetch(options: GuardOptions): Fetch {
  const guarded = async (url: string, init: RequestInit): Promise<unknown> => {
    const headers = options.headers ?? withAccept(init.headers as Headers);
    let reader: ResponseReader | undefined;
    try {
      reader = await sendOnce(url, headers, init.body as Uint8Array<ArrayBuffer>, options);
      if (options.unary) return await wholeAnswer(reader, options);
      return lookAlike(reader, streamed(reader, options));
    } catch (error) {
      throw toConnect(error, reader?.status);
    }
  };
  return guarded as unknown as Fetch;
}

function withAccept(headers: Headers): Headers {
  headers.set("accept", headers.get("content-type") as string);
  return headers;
}

/** Reads a unary answer to its end, where the status stands. */
async function wholeAnswer(
  reader: ResponseReader,
  options: GuardOptions,
): Promise<unknown> {
  const { call, requestIdIn } = options;
  const message = await reader.only((message) => call.accepted?.(requestIdIn?.(message) ?? ""));
  return lookAlike(reader, oneChunk(trailersOf(reader, options), message));
}

/** The trailers that connect-web gets. Only interceptors may want more than the status. */
function trailersOf({ trailers = OK }: ResponseReader, { headers }: GuardOptions): Uint8Array {
  return headers === undefined ? trailers : OK;
}

const OK = new TextEncoder().encode("grpc-status: 0\r\n");

/** A reader that connect-web takes for that of a body. */
interface ChunkReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
}

/** A chunk with the message and the trailers in their frames. */
function oneChunk(trailers: Uint8Array, message: Uint8Array): ChunkReader {
  const queue = [concatBytes([frame(0, message), frame(TRAILER, trailers)])];
  return {
    read: () => Promise.resolve({ done: queue.length === 0, value: queue.pop() }),
  };
}

/** The messages of a stream as they come, each behind the head of its frame: no byte is copied. */
function streamed(reader: ResponseReader, options: GuardOptions): ChunkReader {
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
          ? [frame(TRAILER, trailersOf(reader, options))]
          : [headOf(parts), ...parts];
      }
      return { done: false, value: queue.shift() as Uint8Array };
    },
  };
}

function headOf(parts: readonly Uint8Array[]): Uint8Array {
  return frameHead(0, parts.reduce((sum, { length }) => sum + length, 0));
}

/** Where connect-web looks for a status. */
const STATUS_FIELDS = ["grpc-status", "grpc-status-details-bin"] as const;

/**
 * The part of a `Response` that connect-web reads. The headers lose their gRPC status, which the guard has read:
 * connect-web refuses the body of a stream whose headers name one, even OK.
 */
function lookAlike({ headers: given }: ResponseReader, reader: ChunkReader): unknown {
  let headers = given;
  if (STATUS_FIELDS.some((name) => given.has(name))) {
    headers = new Headers(given);
    for (const name of STATUS_FIELDS) headers.delete(name);
  }
  return { status: 200, headers, body: { getReader: () => reader } };
}
