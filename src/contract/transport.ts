/**
 * How a client reaches the service: five methods and their messages.
 *
 * @module
 */

import type {
  CheckStatusRequestMessage,
  CheckStatusResponseMessage,
  GenerateSpeechResponseMessage,
  GetUserBalanceRequestMessage,
  GetUserBalanceResponseMessage,
  ListVoicesRequestMessage,
  ListVoicesResponseMessage,
  SpeechRequestMessage,
  StreamSpeechResponseMessage,
} from "./messages.ts";

/**
 * Carries calls to the service. A client is the same whatever transport stands behind it.
 *
 * Each method sends its request at most once, and rejects with a {@linkcode TsetsenError} whose `charged` is `"no"` only
 * when the failure proves that the service accepted nothing. The client adds deadline, retries and the id of the job.
 */
export interface Transport {
  /** Scheme, host and port of the service: `"https://api.tsetsen.ai:50051"`. `undefined` when it has none or many. */
  readonly origin?: string | undefined;
  /** Calls ListVoices. */
  listVoices(
    request: ListVoicesRequestMessage,
    call: TransportCall,
  ): Promise<ListVoicesResponseMessage>;
  /** Calls GenerateSpeech. **Costs credits.** */
  generateSpeech(
    request: SpeechRequestMessage,
    call: TransportCall,
  ): Promise<GenerateSpeechResponseMessage>;
  /** Calls CheckStatus. */
  checkStatus(
    request: CheckStatusRequestMessage,
    call: TransportCall,
  ): Promise<CheckStatusResponseMessage>;
  /** Calls GetUserBalance. */
  getUserBalance(
    request: GetUserBalanceRequestMessage,
    call: TransportCall,
  ): Promise<GetUserBalanceResponseMessage>;
  /** Calls StreamSpeech. **Costs credits.** The client asks for a message when it needs one, never for two at once. */
  streamSpeech(
    request: SpeechRequestMessage,
    call: TransportCall,
  ): AsyncIterator<StreamSpeechResponseMessage, void, void>;
  /** A client begins to use the transport. @returns What the client calls once, when it is closed. */
  retain?(): () => void;
}

/** One attempt of a call. */
export interface TransportCall {
  /** Ends the call early. */
  readonly lifetime: CallLifetime;
  /** The headers to send, names in lower case: the key, the deadline (`grpc-timeout`), and those of the user. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the call costs credits. No layer below may then send it a second time. */
  readonly billable: boolean;
  /** The key and the text, which must not appear in an error. */
  readonly secrets: readonly string[];
  /** The largest message to accept, in bytes. */
  readonly maxMessageBytes: number;
  /**
   * Reports when the request is sent. Call it with `false` at once if the request is sent later, and with `true` right
   * before the request is sent. It throws when the call has ended meanwhile: nothing may be sent then. A paid call
   * counts as sent from its beginning if `sending` is never called.
   */
  readonly sending?: ((isSent: boolean) => void) | undefined;
  /**
   * Call it as soon as the message of a paid call has come, whatever the rest of the answer says. Give it the id of the
   * job, or an empty string when the message holds none.
   */
  readonly accepted?: ((requestId: string) => void) | undefined;
  /** Fill it in while the answer comes. `undefined` when it is not wanted. */
  readonly answer?: TransportAnswer | undefined;
}

/** What a transport reports of an answer besides its messages. */
export interface TransportAnswer {
  /** The headers. */
  headers?: Headers | undefined;
  /** The trailers, as soon as they have come. */
  trailers?: Headers | undefined;
  /** The bytes of the messages that have come, without their frames. */
  bytes?: number | undefined;
}

/** When a call ends early: at its deadline, or because the caller or the client ends it. */
export interface CallLifetime {
  /** Aborts at the early end. */
  readonly signal: AbortSignal;
  /** The milliseconds left until the deadline; `Infinity` without one. */
  readonly remaining: number;
  /** Calls `callback` at the early end. @returns A function that stops listening. */
  onEnd(callback: () => void): () => void;
}
