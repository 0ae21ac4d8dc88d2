/**
 * How an answer ended: the status in its trailers or, where it has nothing else, in its headers.
 *
 * @module
 */

import { trailerParse, validateTrailer } from "@connectrpc/connect/protocol-grpc-web";

/** The end of an answer in gRPC-Web. */
export interface AnswerEnd {
  readonly headers: Headers;
  /** The data of the trailers' frame; `undefined` when none has come. */
  readonly trailers: Uint8Array | undefined;
}

/**
 * Throws Connect's error unless the status is OK.
 *
 * @throws {ConnectError} with the status, the metadata and the details.
 */
export function assertOk(end: AnswerEnd): void {
  if (isPlainOk(end.trailers)) return;
  const { headers } = end;
  if (end.trailers === undefined) validateTrailer(decodable(headers), new Headers());
  else validateTrailer(decodable(trailersOf(end)), headers);
}

/** The trailers as headers; empty when none have come. */
export function trailersOf({ trailers }: AnswerEnd): Headers {
  return trailers === undefined ? new Headers() : trailerParse(trailers);
}

/** Whether a percent-encoded text can be decoded. */
export function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** The trailers of nearly every answer: what else is in others takes longer to read. */
function isPlainOk(trailers: Uint8Array = new Uint8Array()): boolean {
  return trailers.length < 64 &&
    /^(grpc-message: ?\r\n)?grpc-status: ?0\r\n(grpc-message: ?\r\n)?$/i.test(
      String.fromCharCode(...trailers),
    );
}

// A message that is not well percent-encoded must not cost the status (PROTOCOL-HTTP2.md), as it does in Connect's parser.
function decodable(headers: Headers): Headers {
  const message = headers.get("grpc-message");
  if (message === null || isDecodable(message)) return headers;
  const copy = new Headers(headers); // those of a response cannot be changed
  copy.set("grpc-message", message.replaceAll("%", "?"));
  return copy;
}
