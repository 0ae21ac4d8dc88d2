/**
 * The messages of the wire contract, as a {@linkcode Transport} takes and returns them. Every field is present. A field
 * that was not sent has its default.
 *
 * @module
 */

/** Asks for the voices of one model version. */
export interface ListVoicesRequestMessage {
  /** The API key; empty for none. */
  readonly apiKey: string;
  /** The model version, for example `"beta-v0.2"`. */
  readonly version: string;
  /** Whether to bypass the service's cache. */
  readonly skipCache: boolean;
}

/** One voice. */
export interface VoiceMessage {
  /** The id to speak with. */
  readonly id: string;
  /** The name to show. */
  readonly name: string;
  /** The number of the gender: 0 not given, 1 male, 2 female. */
  readonly gender: number;
  /** The language, an ISO 639-1 code. */
  readonly language: string;
  /** The URL of a sample; empty when there is none. */
  readonly previewUrl: string;
}

/** The voices. */
export interface ListVoicesResponseMessage {
  /** The voices, in the service's order. */
  readonly voices: readonly VoiceMessage[];
}

/** Asks for speech: the request of GenerateSpeech and of StreamSpeech. */
export interface SpeechRequestMessage {
  /** The API key; empty for none. */
  readonly apiKey: string;
  /** The text to speak. */
  readonly text: string;
  /** The id of the voice. */
  readonly voiceId: string;
  /** The speed multiplier, above 0. */
  readonly speed: number;
  /** The model version. */
  readonly version: string;
}

/** The service has accepted a job. */
export interface GenerateSpeechResponseMessage {
  /** The id of the job. */
  readonly requestId: string;
  /** The number of its status: 0 not given, 1 PENDING, 2 PROCESSING, 3 COMPLETED, 4 FAILED. */
  readonly status: number;
}

/** Asks for the status of a job. */
export interface CheckStatusRequestMessage {
  /** The API key; empty for none. */
  readonly apiKey: string;
  /** The id of the job. */
  readonly requestId: string;
}

/** Figures of a job. Zero means "not given". */
export interface MetricsMessage {
  /** Time spent waiting for a worker, in milliseconds. */
  readonly queueTime: number;
  /** Time spent synthesising, in milliseconds. */
  readonly processingTime: number;
  /** Time from acceptance to the end, in milliseconds. */
  readonly totalTime: number;
  /** Length of the audio, in seconds. */
  readonly audioLength: number;
  /** Credits charged. */
  readonly creditsUsed: number;
  /** Number of characters of the text. */
  readonly characterCount: number;
}

/** The status of a job. */
export interface CheckStatusResponseMessage {
  /** The id of the job. */
  readonly requestId: string;
  /** The number of its status: 0 not given, 1 PENDING, 2 PROCESSING, 3 COMPLETED, 4 FAILED. */
  readonly status: number;
  /** Where the audio can be fetched; empty when not given. */
  readonly audioUrl: string;
  /** Why the job failed; empty when not given. */
  readonly errorMessage: string;
  /** The figures; `undefined` when not given. */
  readonly metrics?: MetricsMessage | undefined;
}

/** Asks for the balance. */
export interface GetUserBalanceRequestMessage {
  /** The API key; empty for none. */
  readonly apiKey: string;
}

/** The balance. */
export interface GetUserBalanceResponseMessage {
  /** The credits left. */
  readonly credits: number;
}

/** One piece of a stream of speech. */
export interface StreamSpeechResponseMessage {
  /** PCM, 24,000 Hz, 16-bit little-endian, mono; any number of bytes, 0 included. */
  readonly audioChunk: Uint8Array;
  /** Whether this is the last message. */
  readonly isFinal: boolean;
  /** Why the stream failed; empty when it did not. */
  readonly errorMessage: string;
}
