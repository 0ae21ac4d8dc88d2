/**
 * From an allowed call to the service's answer.
 *
 * @module
 */

import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { TsetsenTTS } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { concatBytes, pushChunk } from "../lib/bytes.ts";
import { VERSION } from "../contract/version.ts";
import type { ReadCall } from "./calls.ts";
import { discard, type Exchange } from "./exchange.ts";
import { frame, trailerFrame } from "./frames.ts";
import { hideKey, maskKey } from "./key_mask.ts";
import type { Settings } from "./settings.ts";
import { Code, GRPC_WEB, Refused } from "./refused.ts";
import { splitAnswer, StreamFilter } from "./stream_filter.ts";
import { keyRefused, metadataOf, visibleTrailers } from "./upstream_status.ts";

/** The largest answer that is read in one piece, in bytes. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

const LOST = "The connection to the speech service was lost.";
const NOT_ACCEPTED = "The speech service does not accept the API key for this call.";
const BAD_ANSWER = "The answer of the speech service is not acceptable.";

type Bytes = Uint8Array<ArrayBuffer>;
type Reader = ReadableStreamDefaultReader<Uint8Array>;

/** What one forwarded call needs. */
export interface Forwarding {
  readonly read: ReadCall;
  readonly exchange: Exchange;
  readonly settings: Settings;
  /** The address of finished audio for the visitor. */
  readonly audioUrl: (url: string) => Promise<string>;
}

/**
 * The service's answer to a call, which is sent once: when the answer's body is first asked for. From then on, leaving
 * ends the call, and whatever fails is said in the trailers.
 */
export function forward(forwarding: Forwarding): Response {
  const { exchange } = forwarding;
  const pieces = answer(forwarding);
  const body = new ReadableStream<Bytes>({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel() {
      // First, as the return() of a generator waits behind its pending next().
      exchange.leave();
      void pieces.return();
    },
  }, { highWaterMark: 0 });
  return new Response(body, { headers: { "content-type": GRPC_WEB } });
}

async function* answer(forwarding: Forwarding): AsyncGenerator<Bytes, void, void> {
  const { read: { call: { method } }, exchange, settings } = forwarding;
  const filter = new StreamFilter(settings.key, (fields) => visible(forwarding, fields));
  try {
    const response = await send(forwarding);
    if (!isGrpcWeb(response)) {
      discard(response);
      throw notGrpcWeb(response, method, settings);
    }
    const { headers, body } = response;
    if (headers.has("grpc-status")) {
      discard(response);
      yield trailerFrame(visible(forwarding, metadataOf(headers)));
    } else if (body === null) throw new Error(LOST);
    else if (method === "StreamSpeech") yield* stream(exchange, body.getReader(), filter);
    else yield await unary(forwarding, body.getReader());
    exchange.close();
  } catch (error) {
    const status = error instanceof Refused ? error : failed(forwarding, LOST);
    if (filter.ended || exchange.left) return;
    // Inside a message there is no way to say why. That it ends there says that it broke off; an error of the body would
    // say no more, and Deno prints it.
    if (filter.atBoundary) yield trailerFrame(status.fields());
  } finally {
    exchange.leave();
  }
}

async function send(forwarding: Forwarding): Promise<Response> {
  const { read: { call: { method }, body, key }, exchange, settings } = forwarding;
  const { baseUrl, fetch } = settings;
  const headers = new Headers(settings.headers);
  const own: Record<string, string> = {
    "content-type": GRPC_WEB,
    "x-grpc-web": "1",
    "x-user-agent": `tsetsen-sdk-ts-proxy/${VERSION}`,
    "x-api-key": key,
    "x-goog-api-key": key,
  };
  // So that the service, too, gives up when the visitor's client does.
  const timeout = exchange.request.headers.get("grpc-timeout");
  if (timeout !== null && /^\d{1,8}[HMSmun]$/.test(timeout)) own["grpc-timeout"] = timeout;
  for (const name in own) headers.set(name, own[name] as string);
  try {
    return await exchange.send(fetch, `${baseUrl}/${TsetsenTTS.typeName}/${method}`, {
      method: "POST",
      headers,
      // Deno sends a POST again by itself when a kept connection closes before the answer, charged or not, if the body
      // can be read twice. A Blob is not sent again.
      body: new Blob([body]),
    });
  } catch {
    throw failed(forwarding, "The speech service cannot be reached.");
  }
}

/** The answer as it comes: a chunk is asked for when the visitor's connection takes one. */
async function* stream(
  exchange: Exchange,
  reader: Reader,
  filter: StreamFilter,
): AsyncGenerator<Bytes, void, void> {
  for (;;) {
    const { done, value } = await exchange.read(reader);
    if (done) break;
    const ready: Bytes[] = [];
    let failure: unknown;
    try {
      for (const piece of filter.push(value)) ready.push(piece);
    } catch (error) {
      failure = error;
    }
    // What was good goes on first: the filter counts on it.
    if (ready.length > 0) yield concatBytes(ready);
    if (failure !== undefined) throw failure;
  }
  if (!filter.ended) throw new Error(LOST);
}

async function unary(forwarding: Forwarding, reader: Reader): Promise<Bytes> {
  const { exchange, settings: { key } } = forwarding;
  const chunks: Uint8Array[] = [];
  for (let length = 0;;) {
    const { done, value } = await exchange.read(reader);
    if (done) break;
    pushChunk(chunks, value);
    length += value.length;
    if (length > MAX_ANSWER_BYTES) throw new Refused(Code.Internal, BAD_ANSWER);
  }
  const parts = splitAnswer(concatBytes(chunks));
  if (parts === undefined) throw new Error(LOST);
  const { message, trailers } = parts;
  const end = trailerFrame(visible(forwarding, trailers));
  if (message === undefined) return end;
  return concatBytes([frame(0, maskKey(await rewrite(forwarding, message), key)), end]);
}

/** The message as the visitor may see it. Fields that this version does not know stay. */
async function rewrite(
  { read: { call: { method } }, settings, audioUrl }: Forwarding,
  data: Uint8Array,
): Promise<Uint8Array> {
  const { listVoices, checkStatus } = TsetsenTTS.method;
  try {
    if (method === "ListVoices" && settings.voices !== undefined) {
      const message = fromBinary(listVoices.output, data);
      message.voices = message.voices.filter(({ id }) => settings.voices?.has(id));
      return toBinary(listVoices.output, message);
    }
    if (method === "CheckStatus") {
      const message = fromBinary(checkStatus.output, data);
      message.errorMessage = hideKey(message.errorMessage, settings.key);
      message.audioUrl = await audioUrl(message.audioUrl);
      return toBinary(checkStatus.output, message);
    }
  } catch {
    throw new Refused(Code.Internal, BAD_ANSWER);
  }
  return data;
}

function visible(forwarding: Forwarding, fields: Parameters<typeof visibleTrailers>[0]) {
  const { read: { call: { method } }, settings: { key, tell } } = forwarding;
  return visibleTrailers(fields, method, key, tell);
}

function failed({ read: { call }, exchange, settings }: Forwarding, message: string): Refused {
  const failure = exchange.failure(message);
  if (!exchange.left) {
    settings.tell({ type: "upstream_failed", method: call.method, message: failure.message });
  }
  return failure;
}

function isGrpcWeb({ status, headers }: Response): boolean {
  const type = headers.get("content-type") ?? "";
  return /^application\/grpc-web(\+proto)?\s*(;|$)/i.test(type) &&
    ((status >= 200 && status < 300) || headers.has("grpc-status"));
}

/** What a gateway answers in the service's place: the page is told as much as it can use. */
function notGrpcWeb(
  { status, headers }: Response,
  method: string,
  { tell, visitorKeys }: Settings,
): Refused {
  const message = `The service answered with HTTP ${status} and not in gRPC-Web.`;
  if (visitorKeys && status === 401) return new Refused(Code.Unauthenticated, NOT_ACCEPTED);
  if (visitorKeys && status === 403) return new Refused(Code.PermissionDenied, NOT_ACCEPTED);
  if (status === 401 || status === 403) {
    tell({ type: "key_refused", method, message });
    return keyRefused();
  }
  tell({ type: "upstream_failed", method, message });
  const seconds = headers.get("retry-after");
  const retryAfter = seconds !== null && /^\d{1,9}$/.test(seconds)
    ? Number(seconds) * 1000
    : undefined;
  if (status === 429) {
    return new Refused(
      Code.ResourceExhausted,
      "The speech service has too many requests.",
      retryAfter,
    );
  }
  if (status >= 502 && status <= 504) {
    return new Refused(Code.Unavailable, "The speech service is not available.", retryAfter);
  }
  return new Refused(Code.Internal, BAD_ANSWER);
}
