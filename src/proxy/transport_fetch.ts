/**
 * A `fetch` for the proxy over a Connect transport: the service may then speak native gRPC.
 *
 * @module
 */

import type { DescMessage, DescMethodUnary, MessageShape } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  createConnectRouter,
  type HandlerContext,
  type ServiceImpl,
  type Transport,
} from "@connectrpc/connect";
import { createFetchHandler } from "@connectrpc/connect/protocol";
import { TsetsenTTS } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import type { ConnectTransport } from "../contract/connect_types.ts";
import { ServerError } from "../contract/errors.ts";

/**
 * Makes a `fetch` that answers the proxy's gRPC-Web requests over a Connect transport, so that the proxy itself is the
 * gateway in front of a service that speaks native gRPC only. Each request is sent once. Finished audio is fetched with
 * the runtime's own `fetch`, as ever. Workers cannot speak native gRPC: there the proxy needs a gateway behind it.
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
export function transportFetch(transport: ConnectTransport): typeof globalThis.fetch {
  const router = createConnectRouter({ grpc: false, grpcWeb: true, connect: false });
  router.service(TsetsenTTS, implement(transport as Transport));
  const handlers = new Map(
    router.handlers.map((handler) => [handler.requestPath, createFetchHandler(handler)]),
  );
  return async (input, init) => {
    const request = new Request(input, init);
    // The proxy's endpoint may have a path.
    const path = /(\/[^/]+){2}$/.exec(new URL(request.url).pathname)?.[0] ?? "";
    const handler = handlers.get(path);
    // Finished audio, which the proxy fetches as well.
    return await (handler === undefined ? globalThis.fetch(request) : handler(request));
  };
}

function implement(transport: Transport): ServiceImpl<typeof TsetsenTTS> {
  const { listVoices, generateSpeech, checkStatus, getUserBalance, streamSpeech } =
    TsetsenTTS.method;
  const unary =
    <I extends DescMessage, O extends DescMessage>(method: DescMethodUnary<I, O>) =>
    async (message: MessageShape<I>, context: HandlerContext): Promise<MessageShape<O>> => {
      const { signal } = context;
      const timeout = context.timeoutMs();
      try {
        return (await transport.unary(method, signal, timeout, metadata(context), message as never))
          .message;
      } catch (error) {
        throw visible(error);
      }
    };
  return {
    listVoices: unary(listVoices),
    generateSpeech: unary(generateSpeech),
    checkStatus: unary(checkStatus),
    getUserBalance: unary(getUserBalance),
    async *streamSpeech(message, context) {
      const { signal } = context;
      const timeout = context.timeoutMs();
      const input = (async function* () {
        yield message;
      })();
      try {
        yield* (await transport.stream(streamSpeech, signal, timeout, metadata(context), input))
          .message;
      } catch (error) {
        throw visible(error);
      }
    },
  };
}

/** The metadata of the call, without what is of gRPC-Web and of HTTP. */
function metadata({ requestHeader }: HandlerContext): Headers {
  const headers = new Headers(requestHeader);
  for (const name of [...headers.keys()]) {
    if (/^(content-.*|x-grpc-web|grpc-.*|te|host|connection)$/.test(name)) headers.delete(name);
  }
  return headers;
}

/** What Connect makes of an answer that breaks the rules of gRPC. */
const BROKEN_RULES: readonly Code[] = [
  Code.Internal,
  Code.InvalidArgument,
  Code.ResourceExhausted,
  Code.DataLoss,
  Code.Unimplemented,
];

/** A status is the service's own; any other failure may name addresses, which are none of a visitor's business. */
function visible(error: unknown): ConnectError {
  if (error instanceof ConnectError && error.metadata.has("grpc-status")) {
    // Connect does not send on what came in an error over the wire; a new one is told by us.
    const told = new ConnectError(error.rawMessage, error.code, error.metadata);
    told.details = error.details;
    return told;
  }
  // The deadline, or the visitor's leaving, was first seen here.
  const code = error instanceof ConnectError ? error.code : Code.Unknown;
  if (code === Code.DeadlineExceeded) {
    return new ConnectError("The speech service did not answer in time.", code);
  }
  const cause = error instanceof ConnectError ? error.cause : error;
  if (BROKEN_RULES.includes(code) || cause instanceof ServerError) {
    return new ConnectError("The answer of the speech service is not acceptable.", Code.Internal);
  }
  if (code === Code.Canceled) return new ConnectError("The call was left.", code);
  return new ConnectError("The speech service cannot be reached.", Code.Unavailable);
}
