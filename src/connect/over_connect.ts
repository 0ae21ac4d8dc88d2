/**
 * A transport of Connect as a {@linkcode Transport} of this package.
 *
 * @module
 */

import type {
  DescMessage,
  DescMethodUnary,
  MessageInitShape,
  MessageShape,
} from "@bufbuild/protobuf";
import type { Transport as RpcTransport, UnaryResponse } from "@connectrpc/connect";
import { TsetsenTTS } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import type { StreamSpeechResponseMessage } from "../contract/messages.ts";
import type { Transport, TransportCall } from "../contract/transport.ts";
import { fromConnect } from "./errors.ts";

/** What makes and explains the calls of a Connect transport. */
export interface OverConnectOptions {
  /** Scheme, host and port of the service, if that is known. */
  readonly origin?: string | undefined;
  /**
   * Whether the transport needs the signal of the call. One that ends its own calls does not need it, and listeners are
   * saved.
   */
  readonly needsSignal: boolean;
  /** Makes the Connect transport for one attempt. */
  open(call: TransportCall, unary: boolean): RpcTransport;
  /** The headers to send. Default: those of the call. */
  headers?(call: TransportCall): Record<string, string>;
  /**
   * Makes the error of this package. Default: {@linkcode fromConnect} for a transport of the user's own, whose errors
   * prove little.
   */
  explain?(error: unknown, call: TransportCall): unknown;
}

/** Adapts a transport of Connect. */
export function overConnect(options: OverConnectOptions): Transport {
  const { origin, needsSignal, open } = options;
  const explain = options.explain ?? ((error, { secrets }) => fromConnect(error, secrets));
  const headersOf = options.headers ?? (({ headers }) => headers);
  const signalOf = ({ lifetime }: TransportCall) => needsSignal ? lifetime.signal : undefined;

  async function unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    call: TransportCall,
  ): Promise<MessageShape<O>> {
    try {
      const response = await open(call, true)
        .unary(method, signalOf(call), undefined, headersOf(call), request);
      describe(response, call);
      return response.message;
    } catch (error) {
      throw explain(error, call);
    }
  }

  const { method } = TsetsenTTS;
  return {
    origin,
    listVoices: (request, call) => unary(method.listVoices, request, call),
    generateSpeech: (request, call) => unary(method.generateSpeech, request, call),
    checkStatus: (request, call) => unary(method.checkStatus, request, call),
    getUserBalance: (request, call) => unary(method.getUserBalance, request, call),
    streamSpeech(request, call) {
      let messages: AsyncIterator<StreamSpeechResponseMessage> | undefined;
      return {
        async next() {
          try {
            if (messages === undefined) {
              const response = await open(call, false)
                .stream(
                  method.streamSpeech,
                  signalOf(call),
                  undefined,
                  headersOf(call),
                  once(request),
                );
              describe(response, call);
              messages = response.message[Symbol.asyncIterator]();
            }
            const { done, value } = await messages.next();
            if (done) return { done: true, value: undefined };
            const { audioChunk, isFinal, errorMessage } = value;
            // Connect 2.3.0 keeps every message until the stream ends: keep it without its audio.
            (value as { audioChunk: Uint8Array }).audioChunk = NO_AUDIO;
            return { done: false, value: { audioChunk, isFinal, errorMessage } };
          } catch (error) {
            throw explain(error, call);
          }
        },
      };
    },
  };
}

/** Fills in the metadata that Connect has, unless the transport below has done so. Connect fills in the trailers at the end. */
function describe(
  { header, trailer }: Pick<UnaryResponse, "header" | "trailer">,
  { answer }: TransportCall,
): void {
  if (answer === undefined) return;
  answer.headers ??= header;
  answer.trailers ??= trailer;
}

const NO_AUDIO = new Uint8Array();

async function* once<T>(value: T): AsyncGenerator<T, void, void> {
  yield value;
}
