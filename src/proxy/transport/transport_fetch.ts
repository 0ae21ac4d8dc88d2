/**
 * A `fetch` for the proxy over a transport: the service may then speak native gRPC.
 *
 * @module
 */

import { asTransport } from "../../connect/as_transport.ts";
import type { ConnectTransport } from "../../connect/connect_types.ts";
import type { Transport, TransportCall } from "../../contract/transport.ts";
import { MAX_TIMEOUT_MS } from "../../lib/rules.ts";
import { Lifetime } from "../../lib/lifetime.ts";
import { frame, FRAME_HEAD_BYTES } from "../../transport/frames.ts";
import { type Carrier, CARRIERS } from "./carriers.ts";
import { GRPC_WEB } from "../answer/status_error.ts";
import { trailerFrame } from "../answer/trailers.ts";
import { deadlineStatus, statusFields } from "./status.ts";

/** The largest message that a client accepts when it names no other bound, in bytes. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/**
 * Makes a `fetch` that answers the proxy's gRPC-Web requests over a transport. The proxy is then the gateway in front
 * of a service that speaks native gRPC only. Each request is sent once. Finished audio is fetched with the runtime's
 * own `fetch`. Workers cannot speak native gRPC: there the proxy needs a gateway behind it.
 *
 * @param transport How to reach the service, for example `grpcTransport()`. The proxy's `endpoint` is not used then.
 * @returns The `fetch` for {@linkcode createProxy}.
 * @throws {TypeError} when it is not a transport.
 *
 * @example
 * ```ts
 * import { createProxy, transportFetch } from "@tsetsen/sdk/proxy";
 *
 * function gateway(transport: Parameters<typeof transportFetch>[0]) {
 *   return createProxy({ fetch: transportFetch(transport), methods: ["ListVoices", "StreamSpeech"] });
 * }
 * ```
 */
export function transportFetch(
  transport: Transport | ConnectTransport,
): typeof globalThis.fetch {
  const service = asTransport(transport);
  return async (input, init) => {
    const request = new Request(input, init);
    const { pathname } = new URL(request.url);
    const method = /\/tsetsen\.api\.v1\.TsetsenTTS\/(\w+)$/.exec(pathname)?.[1] ?? "";
    const carrier = Object.hasOwn(CARRIERS, method) ? CARRIERS[method] : undefined;
    // The proxy fetches finished audio, too.
    if (carrier === undefined) return await globalThis.fetch(request);
    const message = new Uint8Array(await request.arrayBuffer()).subarray(FRAME_HEAD_BYTES);
    const signal = init?.signal ?? request.signal;
    const lifetime = new Lifetime(new Set(), signal, timeoutOf(request.headers));
    const isBillable = method === "GenerateSpeech" || method === "StreamSpeech";
    const call: TransportCall = {
      lifetime,
      headers: metadataOf(request.headers),
      billable: isBillable,
      secrets: [request.headers.get("x-api-key") ?? ""],
      maxMessageBytes: MAX_MESSAGE_BYTES,
    };
    const pieces = piecesOf(carrier(service, message, call), lifetime, isBillable);
    // An absent service gives no answer. The fetch then rejects, and the proxy reports it.
    const first = await pieces.next();
    return new Response(bodyOf(first, pieces, lifetime), { headers: { "content-type": GRPC_WEB } });
  };
}

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * The messages in their frames, and the status behind them.
 *
 * @throws {unknown} when the service cannot be reached, or the connection to it was lost.
 */
async function* piecesOf(
  messages: ReturnType<Carrier>,
  lifetime: Lifetime,
  isBillable: boolean,
): AsyncGenerator<Bytes, void, void> {
  let fields: ReturnType<typeof statusFields> = [["grpc-status", "0"]];
  let failure: unknown;
  try {
    for (;;) {
      const { done, value } = await lifetime.race(messages.next());
      if (done) break;
      yield frame(0, value);
    }
  } catch (error) {
    const isLate = lifetime.end?.by === "deadline";
    fields = isLate ? deadlineStatus() : statusFields(error, isBillable);
    failure = error;
  }
  lifetime.close();
  if (fields === undefined) throw failure;
  yield trailerFrame(fields);
}

/** The body of an answer, of which the first piece has come. */
function bodyOf(
  first: IteratorResult<Bytes, void>,
  pieces: AsyncGenerator<Bytes, void, void>,
  lifetime: Lifetime,
): ReadableStream<Bytes> {
  let next: Promise<IteratorResult<Bytes, void>> | undefined = Promise.resolve(first);
  return new ReadableStream<Bytes>({
    async pull(controller) {
      const { done, value } = await (next ?? pieces.next());
      next = undefined;
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: () => lifetime.stop({ by: "cancel" }),
  }, { highWaterMark: 0 });
}

/** The metadata of the call, without the headers of gRPC-Web and HTTP. */
function metadataOf(headers: Headers): Record<string, string> {
  const metadata: Record<string, string> = {};
  headers.forEach((value, name) => {
    if (!/^(content-.*|accept.*|x-grpc-web|te|host|connection)$/.test(name)) metadata[name] = value;
  });
  return metadata;
}

const UNITS_MS: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1_000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

/** The deadline in milliseconds (`grpc-timeout` in https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). */
function timeoutOf(headers: Headers): number | undefined {
  const timeout = headers.get("grpc-timeout") ?? "";
  const [, digits, unit = ""] = /^(\d{1,8})([HMSmun])$/.exec(timeout) ?? [];
  if (digits === undefined) return undefined;
  return Math.min(Number(digits) * (UNITS_MS[unit] as number), MAX_TIMEOUT_MS);
}
