/**
 * What the package exports besides `Client`. It is the same for the default client and the lean one.
 *
 * @module
 */

// What the methods of a client take and return.
export { BaseClient } from "./client.ts";
export type { CallOptions } from "./contract/options.ts";
export type { StatusUpdate, StatusWatch, WatchOptions } from "./call/watch.ts";
export { SpeechStream, type StreamOptions } from "./audio/speech_stream.ts";
export {
  AudioDownload,
  type AudioSource,
  type DownloadOptions,
} from "./audio/download/download.ts";
export { Job, type SavedJob } from "./job.ts";
export { AudioStream } from "./audio/audio_stream.ts";
export type { AudioResponseInit } from "./audio/audio_response.ts";
export type { AudioProgress, AudioProgressHook } from "./audio/audio_facts.ts";

// The models.
export {
  type CheckStatusRequest,
  type CheckStatusResponse,
  Gender,
  type GenerateSpeechRequest,
  type GenerateSpeechResponse,
  type GetUserBalanceRequest,
  type GetUserBalanceResponse,
  type ListVoicesRequest,
  type ListVoicesResponse,
  type ModelVersion,
  type RequestMetrics,
  RequestStatus,
  type StreamSpeechRequest,
  type Voice,
} from "./contract/models.ts";

// The errors.
export {
  AuthenticationError,
  type Charged,
  ClientClosedError,
  ConnectionError,
  type ErrorCode,
  type ErrorReason,
  InsufficientCreditsError,
  InvalidRequestError,
  JobFailedError,
  PermissionDeniedError,
  RateLimitExceededError,
  ResourceNotFoundError,
  ServerError,
  ServiceUnavailableError,
  TimeoutError,
  TsetsenError,
  type TsetsenErrorOptions,
} from "./contract/errors.ts";
export { interruptedJobs } from "./call/interrupted_jobs.ts";
export type { InterruptedJob } from "./call/memory.ts";

// For transports of your own.
export type { EndpointOptions } from "./contract/endpoint.ts";
export type {
  CallLifetime,
  Transport,
  TransportAnswer,
  TransportCall,
} from "./contract/transport.ts";
export type {
  CheckStatusRequestMessage,
  CheckStatusResponseMessage,
  GenerateSpeechResponseMessage,
  GetUserBalanceRequestMessage,
  GetUserBalanceResponseMessage,
  ListVoicesRequestMessage,
  ListVoicesResponseMessage,
  MetricsMessage,
  SpeechRequestMessage,
  StreamSpeechResponseMessage,
  VoiceMessage,
} from "./contract/messages.ts";

// Utilities.
export { type ErrorClass, isSafeToRetry, retry, type RetryOptions } from "./call/retry.ts";
export type { BackoffOptions } from "./contract/backoff.ts";
export type {
  AttemptEvent,
  LogContext,
  LogEvent,
  LogHook,
  OutcomeEvent,
  RetryEvent,
  StartEvent,
} from "./contract/log.ts";
export type { ResponseHook, ResponseMetadata } from "./contract/response.ts";
export {
  BYTES_PER_SAMPLE,
  encodeWav,
  SAMPLE_RATE,
  WAV_HEADER_BYTES,
  wavHeader,
} from "./audio/wav/wav_writer.ts";
export { type AudioFormat, audioFormat } from "./audio/format/format.ts";
export { repairWav } from "./audio/wav/wav_repair.ts";
export { DEFAULT_ENDPOINT } from "./contract/endpoint.ts";
export { VERSION } from "./contract/version.ts";
