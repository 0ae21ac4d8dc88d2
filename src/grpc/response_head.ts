/**
 * The headers and trailers of a native gRPC answer, checked before Connect reads them.
 *
 * @module
 */

import type { IncomingHttpHeaders, IncomingHttpStatusHeader } from "node:http2";
import { fromHttp, noAnswer } from "../transport/error_mapping.ts";

/** The headers of an answer, with the status of HTTP. */
export type ResponseHead = IncomingHttpHeaders & IncomingHttpStatusHeader;

/** Where an answer comes from, and what its errors must not show. */
export interface AnswerOrigin {
  /** Scheme, host and port. */
  readonly origin: string;
  /** The key and the text. */
  readonly secrets: readonly string[];
}

/** Returns the error for a head that is not one of gRPC; `undefined` when it is. */
export function headError(
  head: ResponseHead,
  { origin, secrets }: AnswerOrigin,
): Error | undefined {
  const status = head[":status"] ?? 0;
  // Bun passes on an answer without a status.
  if (!(status > 0)) {
    return noAnswer(new Error("the answer has no :status"), origin, secrets, "gRPC", false);
  }
  const type = head["content-type"] ?? "";
  const isGrpc = /^application\/grpc(\+proto)?\s*(;|$)/i.test(type) &&
    ((status >= 200 && status < 300) || head["grpc-status"] !== undefined);
  return isGrpc ? undefined : fromHttp(status, webHeaders(head), origin, secrets, "gRPC");
}

/**
 * Returns the head for Connect. With another HTTP status than 200 it would ignore `grpc-status`. It would reject a
 * message because of a `grpc-encoding` that was not asked for, even if the flags of the message say that it is not
 * compressed.
 */
export function readableHead(head: ResponseHead): ResponseHead {
  const { "grpc-encoding": _, ...rest } = decodable(head);
  return Object.assign(rest, { ":status": 200 });
}

/** Returns the trailers for Connect. */
export function readableTrailers(trailers: IncomingHttpHeaders): IncomingHttpHeaders {
  return decodable(trailers);
}

// A message that is not well percent-encoded must not hide the status (PROTOCOL-HTTP2.md); Connect's parser throws for it.
function decodable(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const message = headers["grpc-message"];
  if (message === undefined || isDecodable(`${message}`)) return headers;
  return { ...headers, "grpc-message": `${message}`.replaceAll("%", "?") };
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function webHeaders(head: ResponseHead): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(head)) {
    if (value !== undefined && !name.startsWith(":")) headers.set(name, `${value}`);
  }
  return headers;
}
