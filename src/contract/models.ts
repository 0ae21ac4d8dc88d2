/**
 * The requests, responses and enums, and their conversion to and from the wire.
 *
 * @module
 */

import { InvalidRequestError } from "./errors.ts";
import type {
  CheckStatusRequestMessage,
  CheckStatusResponseMessage,
  GetUserBalanceRequestMessage,
  ListVoicesRequestMessage,
  ListVoicesResponseMessage,
  SpeechRequestMessage,
} from "./messages.ts";
import { type FieldNames, validate, validateFields } from "./validate.ts";

/**
 * Status of a job. `RequestStatus[status]` is its name. A status that this version does not know keeps its number.
 *
 * @example From number to name
 * ```ts
 * import { RequestStatus } from "@tsetsen/sdk";
 *
 * const name: string = RequestStatus[RequestStatus.COMPLETED]; // "COMPLETED"
 * ```
 */
export enum RequestStatus {
  /** Not given. */
  UNSPECIFIED = 0,
  /** Accepted, waiting for its turn. */
  PENDING = 1,
  /** Being synthesised. */
  PROCESSING = 2,
  /** Done: the audio is ready. */
  COMPLETED = 3,
  /** Ended without audio. */
  FAILED = 4,
}

/** Gender of a voice. `Gender[gender]` is its name. A gender that this version does not know keeps its number. */
export enum Gender {
  /** Not given. */
  UNSPECIFIED = 0,
  /** A male voice. */
  MALE = 1,
  /** A female voice. */
  FEMALE = 2,
}

/** A model version that is known today. Any other name of the same form is sent as it is. */
export type ModelVersion = "beta-v0.1" | "beta-v0.2" | (string & Record<never, never>);

/** Request of {@linkcode Client.listVoices}. */
export interface ListVoicesRequest {
  /** The key for this call instead of the client's. */
  readonly apiKey?: string | undefined;
  /** The model version whose voices to list. Default `"beta-v0.1"`. */
  readonly version?: ModelVersion | undefined;
  /** Whether to bypass the service's cache. Default false. */
  readonly skipCache?: boolean | undefined;
}

/** Request of {@linkcode Client.generateSpeech}. */
export interface GenerateSpeechRequest {
  /** The key for this call instead of the client's. */
  readonly apiKey?: string | undefined;
  /** The text to speak, in Mongolian Cyrillic. Not empty. */
  readonly text: string;
  /** The id of a voice of the same model version. */
  readonly voiceId: string;
  /** The speed multiplier, a finite number above 0. Default 1.0, the voice's own pace. */
  readonly speed?: number | undefined;
  /** The model version. Default `"beta-v0.1"`. */
  readonly version?: ModelVersion | undefined;
}

/** Request of {@linkcode Client.checkStatus}. */
export interface CheckStatusRequest {
  /** The key for this call instead of the client's. */
  readonly apiKey?: string | undefined;
  /** The id of the job. */
  readonly requestId: string;
}

/** Request of {@linkcode Client.getUserBalance}. */
export interface GetUserBalanceRequest {
  /** The key for this call instead of the client's. */
  readonly apiKey?: string | undefined;
}

/** Request of {@linkcode Client.streamSpeech}. */
export interface StreamSpeechRequest {
  /** The key for this call instead of the client's. */
  readonly apiKey?: string | undefined;
  /** The text to speak, in Mongolian Cyrillic. Not empty, and at most 5 minutes long when spoken. */
  readonly text: string;
  /** The id of a `beta-v0.2` voice. */
  readonly voiceId: string;
  /** The speed multiplier, a finite number above 0. Default 1.0, the voice's own pace. */
  readonly speed?: number | undefined;
  /** The model version. Default `"beta-v0.2"`, the only one known to stream; `"beta-v0.1"` cannot, and is refused. */
  readonly version?: ModelVersion | undefined;
}

/** One voice. */
export interface Voice {
  /** The id to give as `voiceId`. */
  readonly id: string;
  /** The name to show to a person. */
  readonly name: string;
  /** The gender of the voice. */
  readonly gender: Gender;
  /** The language it speaks, an ISO 639-1 code: `"mn"`. */
  readonly language: string;
  /** Where a sample of the voice can be fetched; `undefined` when there is none. */
  readonly previewUrl?: string | undefined;
}

/** Response of {@linkcode Client.listVoices}. */
export interface ListVoicesResponse {
  /** The voices, in the service's order. */
  readonly voices: readonly Voice[];
}

/** Response of {@linkcode Client.generateSpeech}. */
export interface GenerateSpeechResponse {
  /** The id of the job. Keep it: the job is paid for, and goes on whatever happens to this process. */
  readonly requestId: string;
  /** The status of the job when it was accepted. */
  readonly status: RequestStatus;
}

/** Metrics of a job. */
export interface RequestMetrics {
  /** Time spent waiting for a worker, in milliseconds; `undefined` when not given. */
  readonly queueTime?: number | undefined;
  /** Time spent synthesising, in milliseconds; `undefined` when not given. */
  readonly processingTime?: number | undefined;
  /** Time from acceptance to the end, in milliseconds; `undefined` when not given. */
  readonly totalTime?: number | undefined;
  /**
   * Length of the audio, in seconds, rounded to 7 significant digits because the service sends a 32-bit number;
   * `undefined` when not given.
   */
  readonly audioLength?: number | undefined;
  /** Credits charged for the job; `undefined` when not given. */
  readonly creditsUsed?: number | undefined;
  /** Number of characters of the text; `undefined` when not given. */
  readonly characterCount?: number | undefined;
}

/** Response of {@linkcode Client.checkStatus} and {@linkcode Client.waitForCompletion}. */
export interface CheckStatusResponse {
  /** The id of the job. */
  readonly requestId: string;
  /** The status of the job now. */
  readonly status: RequestStatus;
  /** Where the audio can be fetched, once COMPLETED; `undefined` when not given. */
  readonly audioUrl?: string | undefined;
  /** Why the job FAILED; `undefined` when not given. */
  readonly errorMessage?: string | undefined;
  /** The metrics of the job, once it has ended; `undefined` when not given. */
  readonly metrics?: RequestMetrics | undefined;
}

/** Response of {@linkcode Client.getUserBalance}. */
export interface GetUserBalanceResponse {
  /** The credits left. */
  readonly credits: number;
}

/** Checks a request and converts it, with the client's key where it has none of its own. */
export function toListVoices(
  request: ListVoicesRequest,
  key: string,
): ListVoicesRequestMessage {
  validateFields("request", request, { apiKey: true, version: true, skipCache: true });
  const { apiKey = key, version = "beta-v0.1", skipCache = false } = request;
  return { apiKey, version, skipCache };
}

const SPEECH_FIELDS = {
  apiKey: true,
  text: true,
  voiceId: true,
  speed: true,
  version: true,
} as const satisfies FieldNames<Required<GenerateSpeechRequest>>;

/** The versions of requests that name none. */
const DEFAULT_VERSIONS = { generate: "beta-v0.1", stream: "beta-v0.2" } as const;

/** Checks a request and converts it, with the client's key where it has none of its own. */
export function toSpeech(
  request: GenerateSpeechRequest | StreamSpeechRequest,
  key: string,
  method: "generate" | "stream",
): SpeechRequestMessage {
  validateFields("request", request, SPEECH_FIELDS);
  const { apiKey = key, text, voiceId, speed = 1, version = DEFAULT_VERSIONS[method] } = request;
  validate("text", text);
  validate("voiceId", voiceId);
  // This version is known to have no streams. For an unknown version the service decides.
  if (method === "stream" && version === DEFAULT_VERSIONS.generate) {
    throw new InvalidRequestError(
      'version must be one that streams, "beta-v0.2" (the default): got "beta-v0.1", which is for generateSpeech',
      { charged: "no" },
    );
  }
  return { apiKey, text, voiceId, speed, version };
}

/** Checks a request, or the bare id that stands for one, and converts it. */
export function toCheckStatus(
  request: string | CheckStatusRequest,
  key: string,
): CheckStatusRequestMessage {
  const given = typeof request === "object" ? request : { requestId: request };
  validateFields("request", given);
  const { apiKey = key, requestId } = given;
  validate("requestId", requestId);
  return { apiKey, requestId };
}

/** Checks a request and converts it, with the client's key where it has none of its own. */
export function toGetUserBalance(
  request: GetUserBalanceRequest,
  key: string,
): GetUserBalanceRequestMessage {
  validateFields("request", request, { apiKey: true });
  return { apiKey: request.apiKey ?? key };
}

/** Converts a response. */
export function fromListVoices({ voices }: ListVoicesResponseMessage): ListVoicesResponse {
  return {
    voices: voices.map(({ id, name, gender, language, previewUrl }) => ({
      id,
      name,
      gender,
      language,
      previewUrl: previewUrl || undefined,
    })),
  };
}

/** Converts a response. A zero, an empty string or an absent message means "not given". */
export function fromCheckStatus(
  { status, audioUrl, errorMessage, metrics }: CheckStatusResponseMessage,
  requestId: string,
): CheckStatusResponse {
  return {
    requestId,
    status,
    audioUrl: audioUrl || undefined,
    errorMessage: errorMessage || undefined,
    metrics: metrics && {
      queueTime: metrics.queueTime || undefined,
      processingTime: metrics.processingTime || undefined,
      totalTime: metrics.totalTime || undefined,
      // 3.2 comes as 3.200000047683716.
      audioLength: Number(metrics.audioLength.toPrecision(7)) || undefined,
      creditsUsed: metrics.creditsUsed || undefined,
      characterCount: metrics.characterCount || undefined,
    },
  };
}
