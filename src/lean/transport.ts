/**
 * gRPC-Web over `fetch`, with generated codecs, and without Connect or descriptors of messages.
 *
 * @module
 */

import {
  decodeCheckStatusResponse,
  decodeGenerateSpeechResponse,
  decodeGetUserBalanceResponse,
  decodeListVoicesResponse,
  decodeStreamSpeechResponse,
  encodeCheckStatusRequest,
  encodeGenerateSpeechRequest,
  encodeGetUserBalanceRequest,
  encodeListVoicesRequest,
  encodeStreamSpeechRequest,
} from "../../gen/tsetsen/api/v1/tsetsen_tts_codec.ts";
import { endpointOf, type EndpointOptions } from "../contract/endpoint.ts";
import type { Transport, TransportCall } from "../contract/transport.ts";
import { validateFields } from "../contract/validate.ts";
import { invalidAnswer } from "../transport/error_mapping.ts";
import { frame } from "../transport/frames.ts";
import type { ResponseReader } from "../transport/response_reader.ts";
import { withRelativeAudio } from "../transport/relative_audio.ts";
import { requestIdIn } from "../transport/request_id.ts";
import { protocolHeadersOf, sendOnce } from "../transport/send_once.ts";

/** Options of {@linkcode leanTransport}. */
export interface LeanTransportOptions extends EndpointOptions {
  /** Sends the requests. Default: the runtime's `fetch`, looked up at each call. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/**
 * Makes the transport that a client of `@tsetsen/sdk/lean` uses by default: gRPC-Web over `fetch`.
 *
 * @param options Endpoint and `fetch`; each has a default.
 * @returns The transport. Nothing is sent.
 * @throws {InvalidRequestError} when the endpoint is malformed, or is plaintext http without `secure: false`.
 * @throws {TypeError} when an option has the wrong type.
 *
 * @example
 * ```ts
 * import { Client, leanTransport } from "@tsetsen/sdk/lean";
 *
 * function connect(endpoint: string): Client {
 *   return new Client({ transport: leanTransport({ endpoint }) });
 * }
 * ```
 */
export function leanTransport(options: LeanTransportOptions = {}): Transport {
  validateFields("options", options, { endpoint: true, secure: true, fetch: true });
  const { baseUrl, origin } = endpointOf(options);
  const service = `${baseUrl}/tsetsen.api.v1.TsetsenTTS/`;
  const { fetch } = options;

  function send(
    method: string,
    message: Uint8Array,
    call: TransportCall,
    unary: boolean,
  ): Promise<ResponseReader> {
    call.sending?.(false);
    const headers = { ...call.headers, ...PROTOCOL_HEADERS };
    return sendOnce(service + method, headers, frame(0, message), { call, unary, origin, fetch });
  }

  async function unary<T>(
    method: string,
    message: Uint8Array,
    decode: (bytes: Uint8Array) => T,
    call: TransportCall,
  ): Promise<T> {
    const reader = await send(method, message, call, true);
    const bytes = await reader.only((message) => call.accepted?.(requestIdIn(message)));
    // The status comes first, because it says more than a message that cannot be read.
    return decodeFor(call, decode, bytes);
  }

  const transport: Transport = {
    origin,
    listVoices: (request, call) =>
      unary("ListVoices", encodeListVoicesRequest(request), decodeListVoicesResponse, call),
    generateSpeech: (request, call) =>
      unary(
        "GenerateSpeech",
        encodeGenerateSpeechRequest(request),
        decodeGenerateSpeechResponse,
        call,
      ),
    checkStatus: (request, call) =>
      unary("CheckStatus", encodeCheckStatusRequest(request), decodeCheckStatusResponse, call),
    getUserBalance: (request, call) =>
      unary(
        "GetUserBalance",
        encodeGetUserBalanceRequest(request),
        decodeGetUserBalanceResponse,
        call,
      ),
    streamSpeech(request, call) {
      let reader: ResponseReader | undefined;
      return {
        async next() {
          reader ??= await send("StreamSpeech", encodeStreamSpeechRequest(request), call, false);
          const bytes = await reader.next();
          if (bytes === undefined) return { done: true, value: undefined };
          return { done: false, value: decodeFor(call, decodeStreamSpeechResponse, bytes) };
        },
      };
    },
  };
  return withRelativeAudio(transport, baseUrl);
}

const PROTOCOL_HEADERS = protocolHeadersOf("application/grpc-web+proto");

function decodeFor<T>(
  { secrets }: TransportCall,
  decode: (bytes: Uint8Array) => T,
  bytes: Uint8Array,
): T {
  try {
    return decode(bytes);
  } catch (error) {
    throw invalidAnswer(error, secrets);
  }
}
