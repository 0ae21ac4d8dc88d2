/**
 * A `fetch` for the proxy over a transport: the service may then speak native gRPC.
 *
 * @module
 */

import {
  decodeCheckStatusRequest,
  decodeGenerateSpeechRequest,
  decodeGetUserBalanceRequest,
  decodeListVoicesRequest,
  decodeStreamSpeechRequest,
  encodeCheckStatusResponse,
  encodeGenerateSpeechResponse,
  encodeGetUserBalanceResponse,
  encodeListVoicesResponse,
  encodeStreamSpeechResponse,
} from "../../gen/tsetsen/api/v1/tsetsen_tts_codec.ts";
import { asTransport } from "../connect/as_transport.ts";
import type { ConnectTransport } from "../connect/connect_types.ts";
import { ServerError, TimeoutError, TsetsenError } from "../contract/errors.ts";
import type { Transport, TransportCall } from "../contract/transport.ts";
import { Lifetime } from "../lib/lifetime.ts";
import { frame, FRAME_HEAD_BYTES } from "../transport/frames.ts";
import { trailerFrame } from "./frames.ts";

/**
 * Makes a `fetch` that answers the proxy's gRPC-Web requests over a transport, so that the proxy itself is the gateway in
 * front of a service that speaks native gRPC only. Each request is sent once. Finished audio is fetched with the runtime's
 * own `fetch`. Workers cannot speak native gRPC: there the proxy needs a gateway behind it.
 *
 * @param transport Where the service is, and how to speak with it. The proxy's `endpoint` is not used then.
 * @returns What to give as `fetch` to {@linkcode createProxy}.
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
    const name = /\/tsetsen\.api\.v1\.TsetsenTTS\/(\w+)$/.exec(new URL(request.url).pathname)?.[1];
    const answer = METHODS[name ?? ""];
    // Finished audio, which the proxy fetches as well.
    if (answer === undefined) return await globalThis.fetch(request);
    const message = new Uint8Array(await request.arrayBuffer()).subarray(FRAME_HEAD_BYTES);
    const lifetime = new Lifetime(new Set(), request.signal, timeoutOf(request.headers));
    const call: TransportCall = {
      lifetime,
      headers: metadataOf(request.headers),
      billable: name === "GenerateSpeech" || name === "StreamSpeech",
      secrets: [],
      maxMessageBytes: MAX_MESSAGE_BYTES,
    };
    return new Response(bodyOf(answer(service, message, call), lifetime), {
      headers: { "content-type": "application/grpc-web+proto" },
    });
  };
}

/** The bound of a client that names no other. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

type Answer = (
  transport: Transport,
  message: Uint8Array,
  call: TransportCall,
) => AsyncIterator<Uint8Array, void, void>;

const METHODS: Readonly<Record<string, Answer>> = {
  ListVoices: unary((to, message, call) =>
    to.listVoices(decodeListVoicesRequest(message), call).then((answer) =>
      encodeListVoicesResponse({ voices: [...answer.voices] })
    )
  ),
  GenerateSpeech: unary((to, message, call) =>
    to.generateSpeech(decodeGenerateSpeechRequest(message), call).then(encodeGenerateSpeechResponse)
  ),
  CheckStatus: unary((to, message, call) =>
    to.checkStatus(decodeCheckStatusRequest(message), call).then(({ metrics, ...answer }) =>
      encodeCheckStatusResponse(metrics === undefined ? answer : { ...answer, metrics })
    )
  ),
  GetUserBalance: unary((to, message, call) =>
    to.getUserBalance(decodeGetUserBalanceRequest(message), call).then(encodeGetUserBalanceResponse)
  ),
  async *StreamSpeech(to, message, call) {
    const messages = to.streamSpeech(decodeStreamSpeechRequest(message), call);
    for (let next = await messages.next(); !next.done; next = await messages.next()) {
      yield encodeStreamSpeechResponse(next.value);
    }
  },
};

function unary(
  call: (transport: Transport, message: Uint8Array, call: TransportCall) => Promise<Uint8Array>,
): Answer {
  return async function* (...args) {
    yield await call(...args);
  };
}

/** The messages in their frames, and the status behind them. */
function bodyOf(
  messages: AsyncIterator<Uint8Array, void, void>,
  lifetime: Lifetime,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      let status: readonly (readonly [string, string])[];
      try {
        const { done, value } = await lifetime.race(messages.next());
        if (!done) return controller.enqueue(frame(0, value));
        status = [["grpc-status", "0"]];
      } catch (error) {
        status = statusOf(lifetime.end?.by === "deadline" ? new TimeoutError("") : error);
      }
      lifetime.close();
      controller.enqueue(trailerFrame(status));
      controller.close();
    },
    cancel: () => lifetime.stop({ by: "cancel" }),
  });
}

/** A status is the service's own; any other failure may name addresses, which are none of a visitor's business. */
function statusOf(error: unknown): [name: string, value: string][] {
  if (error instanceof TsetsenError && (error.statusCode ?? 17) <= 16) {
    const { statusCode, rawMessage, details } = error;
    return [
      ["grpc-status", `${statusCode}`],
      ["grpc-message", encodeURIComponent(rawMessage)],
      ...Object.entries(details),
    ];
  }
  const [code, message] = error instanceof TimeoutError
    ? [4, "The speech service did not answer in time."]
    : error instanceof ServerError
    ? [13, "The answer of the speech service is not acceptable."]
    : [14, "The speech service cannot be reached."];
  return [["grpc-status", `${code}`], ["grpc-message", encodeURIComponent(message)]];
}

/** The metadata of the call, without what belongs to gRPC-Web and to HTTP. */
function metadataOf(headers: Headers): Record<string, string> {
  const metadata: Record<string, string> = {};
  headers.forEach((value, name) => {
    if (!/^(content-.*|accept.*|x-grpc-web|te|host|connection)$/.test(name)) metadata[name] = value;
  });
  return metadata;
}

const UNITS_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1 };

function timeoutOf(headers: Headers): number | undefined {
  const [, digits, unit = ""] = /^(\d{1,8})([HMSm])$/.exec(headers.get("grpc-timeout") ?? "") ?? [];
  return digits === undefined
    ? undefined
    : Math.min(Number(digits) * (UNITS_MS[unit] as number), 2 ** 31 - 1);
}
