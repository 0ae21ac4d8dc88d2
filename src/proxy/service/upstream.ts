/**
 * The service's side of a call: the request with the key, and the messages and trailers of the answer.
 *
 * @module
 */

import { TsetsenTTS } from "../../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { VERSION } from "../../contract/version.ts";
import { FRAME_HEAD_BYTES, FrameReader, join, TRAILER } from "../../transport/frames.ts";
import { retryAfterOf } from "../../transport/metadata.ts";
import { paidBody } from "../../transport/send_once.ts";
import type { AllowedCall } from "../call.ts";
import { discard, type Exchange } from "../exchange.ts";
import { readTrailers } from "../answer/trailers.ts";
import type { ResolvedProxyOptions } from "../resolved_options.ts";
import { Code, type Field, GRPC_WEB, StatusError } from "../answer/status_error.ts";
import { keyRefused, metadataOf } from "./visible_trailers.ts";

/** The largest answer with one message, in bytes. It is far more than a list of all voices. */
const MAX_UNARY_BYTES = 1024 * 1024;

/** The largest message of a stream, in bytes. It holds all the audio that a stream may have. */
const MAX_STREAM_MESSAGE_BYTES = 16 * 1024 * 1024;

const NOT_ACCEPTED = "The speech service does not accept the API key for this call.";
const UNREACHABLE = "The speech service cannot be reached.";

const BAD_ANSWER = "The answer of the speech service is not acceptable.";

/** What is needed to ask the service. */
export interface UpstreamCall {
  readonly allowed: AllowedCall;
  readonly exchange: Exchange;
  readonly options: ResolvedProxyOptions;
  /** The visitor's deadline as gRPC writes it, if there is one. */
  readonly grpcTimeout: string | undefined;
  /** The mark of a paid call. */
  readonly mark: string | undefined;
}

/**
 * Sends a call once, and reads its answer.
 *
 * @returns The messages, and then the trailers.
 * @throws {StatusError} when the answer is not acceptable, or is no answer of the service.
 * @throws {unknown} when the connection is lost, or the exchange has ended.
 */
export async function* callService(
  upstream: UpstreamCall,
): AsyncGenerator<Uint8Array, Field[], void> {
  const { exchange, allowed: { call: { method } }, options } = upstream;
  const response = await send(upstream);
  const { headers, body } = response;
  const status = headers.get("grpc-status");
  const isService = isGrpcWeb(response);
  // An error in the headers comes alone.
  if (!isService || body === null || (status !== null && status !== "0")) {
    discard(response);
    if (!isService) throw notGrpcWeb(response, method, options);
    if (status === null) throw new Error("The answer has no body.");
    return metadataOf(headers);
  }
  const reader = body.getReader();
  const isUnary = method !== "StreamSpeech";
  const limit = isUnary ? MAX_UNARY_BYTES : MAX_STREAM_MESSAGE_BYTES;
  const frames = new FrameReader(limit, "the service", isUnary);
  let [received, inMessages] = [0, 0];
  while (!frames.complete) {
    const { done, value } = await exchange.read(reader);
    if (done || value === undefined) break;
    // A web page may have no type, either. Its first byte is not the flags of a frame.
    const isFrame = received > 0 || value.length === 0 || value[0] === 0 || value[0] === TRAILER;
    if (!isFrame && !isExact(headers)) throw notGrpcWeb(response, method, options);
    received += value.length;
    frames.push(value);
    for (let parts = frames.shift(); parts !== undefined; parts = frames.shift()) {
      const message = join(parts);
      inMessages += FRAME_HEAD_BYTES + message.length;
      yield message;
    }
    if (frames.error !== undefined) throw badAnswer(upstream);
  }
  finish(reader);
  if (frames.complete) return withStatus(readTrailers(frames.trailers as Uint8Array), headers);
  if (status === null || received !== inMessages) throw new Error("The answer breaks off.");
  return metadataOf(headers);
}

/**
 * Reads a body to its end after its content has come, because its connection can then be used again. Waits a second at
 * most.
 */
function finish(reader: ReadableStreamDefaultReader<Uint8Array>): void {
  const cancel = () => void reader.cancel().catch(() => {});
  const timer = setTimeout(cancel, 1_000);
  reader.read().then(({ done }) => {
    clearTimeout(timer);
    if (!done) cancel();
  }, () => clearTimeout(timer));
}

/** Adds the status of the headers to trailers that have none, because some gateways write an empty frame of trailers. */
function withStatus(fields: Field[], headers: Headers): Field[] {
  if (fields.some(([name]) => name === "grpc-status") || !headers.has("grpc-status")) return fields;
  return [...metadataOf(headers), ...fields];
}

async function send(upstream: UpstreamCall): Promise<Response> {
  const { allowed: { call: { method }, body, key }, exchange, options } = upstream;
  const { grpcTimeout, mark } = upstream;
  const headers = new Headers(options.headers);
  const own: Record<string, string> = {
    "accept": GRPC_WEB,
    "content-type": GRPC_WEB,
    "x-grpc-web": "1",
    "x-user-agent": `tsetsen-sdk-ts-proxy/${VERSION}${mark === undefined ? "" : ` call/${mark}`}`,
    "x-api-key": key,
    "x-goog-api-key": key,
  };
  // The service gives up when the visitor's client does.
  if (grpcTimeout !== undefined) own["grpc-timeout"] = grpcTimeout;
  for (const [name, value] of Object.entries(own)) headers.set(name, value);
  try {
    return await exchange.fetch(
      options.fetch,
      `${options.baseUrl}/${TsetsenTTS.typeName}/${method}`,
      {
        method: "POST",
        headers,
        body: paidBody(body),
      },
    );
  } catch {
    throw upstreamFailure(upstream, UNREACHABLE);
  }
}

/** Makes the status for a lost connection or a silent service, and reports it. */
export function upstreamFailure(
  { allowed: { call: { method } }, exchange, options }: UpstreamCall,
  message: string,
): StatusError {
  const failure = exchange.failure(message);
  if (!exchange.cancelled) {
    options.report({ type: "upstream_failed", method, message: failure.message });
  }
  return failure;
}

/** Makes the status for an answer that cannot be passed on, and reports it. */
export function badAnswer(
  { allowed: { call: { method } }, options: { report } }: UpstreamCall,
): StatusError {
  report({ type: "upstream_failed", method, message: BAD_ANSWER });
  return new StatusError(Code.Internal, BAD_ANSWER);
}

function typeOf(headers: Headers): string {
  return (headers.get("content-type") ?? "").split(";", 1)[0]!.trim().toLowerCase();
}

function isExact(headers: Headers): boolean {
  return /^application\/grpc-web(\+proto)?$/.test(typeOf(headers));
}

/**
 * Whether an answer is gRPC-Web, as far as its headers show. Some servers name no type, or repeat the one in `accept`.
 * Then the first byte decides.
 */
function isGrpcWeb({ status, headers }: Response): boolean {
  const isLenient = /^(|\*\/\*|application\/(octet-stream|grpc(\+proto)?))$/.test(typeOf(headers));
  return (isExact(headers) || isLenient) &&
    ((status >= 200 && status < 300) || headers.has("grpc-status"));
}

/** Makes the status for an answer that a server on the way gives instead of the service. */
function notGrpcWeb(
  { status, headers }: Response,
  method: string,
  { report, visitorKeys }: ResolvedProxyOptions,
): StatusError {
  const message = `The service answered with HTTP ${status} and not in gRPC-Web.`;
  if (visitorKeys && status === 401) return new StatusError(Code.Unauthenticated, NOT_ACCEPTED);
  if (visitorKeys && status === 403) return new StatusError(Code.PermissionDenied, NOT_ACCEPTED);
  if (status === 401 || status === 403) {
    report({ type: "key_refused", method, message });
    return keyRefused();
  }
  report({ type: "upstream_failed", method, message });
  const retryAfter = retryAfterOf(headers);
  if (status === 429) {
    const busy = "The speech service has too many requests.";
    return new StatusError(Code.ResourceExhausted, busy, retryAfter);
  }
  if (status === 413) {
    const large = "The request is too large for a server before the speech service (HTTP 413).";
    return new StatusError(Code.InvalidArgument, large);
  }
  // Servers on the way answer with 500 and 520 to 530 when they lose the service behind them.
  if (status === 500 || (status >= 502 && status <= 504) || status >= 520) {
    const away = `The speech service is not available (HTTP ${status}).`;
    return new StatusError(Code.Unavailable, away, retryAfter);
  }
  return new StatusError(Code.Internal, `${BAD_ANSWER.slice(0, -1)} (HTTP ${status}).`);
}
