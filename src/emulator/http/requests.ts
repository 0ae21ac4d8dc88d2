/** The methods of the service, and `"Audio"` for a download by plain HTTP. */
export type Route =
  | "ListVoices"
  | "GenerateSpeech"
  | "CheckStatus"
  | "GetUserBalance"
  | "StreamSpeech"
  | "Audio";

/** A request that an emulator has received. */
export interface RecordedRequest {
  /** The method of the service. */
  readonly method: Route;
  /** The HTTP method: POST for calls, GET or HEAD for audio. */
  readonly httpMethod: string;
  /** The URL, query included. */
  readonly url: string;
  /** The headers, with lower-case names. API keys are in clear: this is for tests. */
  readonly headers: Readonly<Record<string, string>>;
  /** When it came, in milliseconds of the emulator's clock. */
  readonly time: number;
  /** Bytes of its body. */
  readonly bodyBytes: number;
  /**
   * The fields of its message by their names in TypeScript, as in `voiceId`, defaults included.
   * Undefined for audio and for a body that is not the message.
   */
  readonly message: Readonly<Record<string, unknown>> | undefined;
  /** Whether the client closed the connection before it had the whole answer. */
  readonly aborted: boolean;
  /** Whether the emulator has finished it: answered, broken off, or cancelled by the client. */
  readonly done: boolean;
}
