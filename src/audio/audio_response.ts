/**
 * Audio as the `Response` of a server.
 *
 * @module
 */

import type { AudioFacts } from "./audio_facts.ts";
import { check, OBJECT } from "../lib/rules.ts";
import { requestedRange } from "./byte_range.ts";
import { WAV_HEADER_BYTES, wavHeaderFor } from "./wav/wav_writer.ts";

/** Options of {@linkcode AudioStream.toResponse}: status and headers of the response, and the request that it answers. */
export interface AudioResponseInit extends ResponseInit {
  /**
   * The request to answer. A range that it asks for is served when the length of the audio is known (a finished
   * download), and a HEAD gets headers only. Default: none; the whole audio is sent.
   */
  readonly request?: Request | undefined;
}

/** The whole file that audio becomes: a header if it needs one, and its bytes. */
export interface AudioFile {
  /** What stands before the bytes. */
  readonly header: Uint8Array<ArrayBuffer> | undefined;
  /** The length of all in bytes; `undefined` when it is not known. */
  readonly size: number | undefined;
}

/** The file of audio: bare samples get a WAV header. */
export function fileOf({ isRaw, contentLength }: AudioFacts): AudioFile {
  if (!isRaw) return { header: undefined, size: contentLength };
  const size = contentLength === undefined ? undefined : WAV_HEADER_BYTES + contentLength;
  return { header: wavHeaderFor(contentLength), size };
}

/** Reads the argument of `toResponse`. A Request alone is the request to answer: its headers are not for the answer. */
export function responseInit(given: Request | AudioResponseInit): AudioResponseInit {
  check("init", given, OBJECT);
  return "url" in given && "method" in given ? { request: given as Request } : given;
}

/**
 * Makes the answer.
 *
 * @param body Makes the body: the bytes of the file from one to another.
 */
export function audioResponse(
  facts: AudioFacts,
  { request, ...init }: AudioResponseInit,
  body: (from: number, to: number) => ReadableStream<Uint8Array<ArrayBuffer>> | null,
): Response {
  const { contentType, isFinished, etag, isRaw } = facts;
  const { size } = fileOf(facts);
  const headers = new Headers({
    "content-type": contentType,
    "x-content-type-options": "nosniff",
    // The request buys the stream, so no cache may answer or repeat it. No proxy may recode the audio or hold it back.
    "cache-control": "no-store, no-transform",
    "x-accel-buffering": "no",
    "accept-ranges": isFinished && size !== undefined ? "bytes" : "none",
  });
  // With a header in front, the bytes are not those that the tag names.
  const tag = isRaw ? undefined : etag;
  if (tag !== undefined) headers.set("etag", tag);
  const takesRange = request !== undefined && isFinished && (init.status ?? 200) === 200;
  const range = takesRange && size !== undefined ? requestedRange(request, size, tag) : "whole";
  let { status = 200 } = init;
  let [from, to] = [0, size ?? Infinity];
  if (range === "none") {
    status = 416;
    headers.set("content-range", `bytes */${size}`);
    to = 0;
  } else if (range !== "whole") {
    status = 206;
    [from, to] = range;
    headers.set("content-range", `bytes ${from}-${to - 1}/${size}`);
  }
  if (size !== undefined) headers.set("content-length", `${to - from}`);
  new Headers(init.headers).forEach((value, name) => headers.set(name, value));
  const bytes = request?.method === "HEAD" || range === "none"
    ? null
    // Read to the end of the transfer, which may still fail.
    : body(from, to === size ? Infinity : to);
  const length = size === undefined ? undefined : to - from;
  return new Response(bytes && ofLength(bytes, length), { ...init, status, headers });
}

/**
 * Gives the stream its length, where the runtime has such streams. On Workers only those give an answer a
 * `content-length`, and R2 takes no others.
 */
function ofLength(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
  length: number | undefined,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const { FixedLengthStream } = globalThis as {
    FixedLengthStream?: new (
      length: number,
    ) => ReadableWritablePair<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>;
  };
  if (length === undefined || FixedLengthStream === undefined) return bytes;
  return bytes.pipeThrough(new FixedLengthStream(length));
}
