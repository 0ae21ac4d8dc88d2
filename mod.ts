/**
 * The TypeScript SDK of Tsetsen, a Mongolian text-to-speech service: list voices, submit text, follow the job until its
 * audio is ready, stream speech live, check the balance. For Deno, Bun, Node.js, Cloudflare Workers and browsers.
 *
 * ```ts
 * import { Client } from "@tsetsen/sdk";
 * import { saveAudio } from "@tsetsen/sdk/file";
 *
 * async function main(): Promise<void> {
 *   const client = new Client(); // the key comes from TSETSEN_API_KEY
 *   const { voices: [voice] } = await client.listVoices();
 *   if (!voice) throw new Error("The service has no voice.");
 *   const audio = await client.speak({ text: "Сайн байна уу?", voiceId: voice.id });
 *   await saveAudio("speech.wav", audio, { overwrite: true });
 *   client.close();
 * }
 * ```
 *
 * All durations are milliseconds.
 *
 * @module
 */

// The client, and what its methods take and return.
export { BaseClient } from "./src/client.ts";
export { Client, type ClientOptions } from "./src/connect/client.ts";
export type { CallOptions } from "./src/contract/options.ts";
export type { ConnectInterceptor, ConnectTransport } from "./src/connect/connect_types.ts";
export type { StatusUpdate, StatusWatch, WatchOptions } from "./src/call/watch.ts";
export { SpeechStream, type StreamOptions } from "./src/audio/speech_stream.ts";
export {
  AudioDownload,
  type AudioSource,
  type DownloadOptions,
} from "./src/audio/download/download.ts";
export { Job, type SavedJob } from "./src/job.ts";
export { AudioStream } from "./src/audio/audio_stream.ts";
export type { AudioResponseInit } from "./src/audio/audio_response.ts";
export type { AudioProgress, AudioProgressHook } from "./src/audio/audio_facts.ts";

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
} from "./src/contract/models.ts";

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
} from "./src/contract/errors.ts";
export { type InterruptedJob, interruptedJobs } from "./src/call/interrupted_jobs.ts";

// For transports of your own.
export type { EndpointOptions } from "./src/contract/endpoint.ts";
export type {
  CallLifetime,
  Transport,
  TransportAnswer,
  TransportCall,
} from "./src/contract/transport.ts";
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
} from "./src/contract/messages.ts";

// Utilities.
export { type ErrorClass, isSafeToRetry, retry, type RetryOptions } from "./src/call/retry.ts";
export type { BackoffOptions } from "./src/contract/backoff.ts";
export type {
  AttemptEvent,
  LogContext,
  LogEvent,
  LogHook,
  OutcomeEvent,
  RetryEvent,
  StartEvent,
} from "./src/contract/log.ts";
export type { ResponseHook, ResponseMetadata } from "./src/contract/response.ts";
export {
  BYTES_PER_SAMPLE,
  encodeWav,
  SAMPLE_RATE,
  WAV_HEADER_BYTES,
  wavHeader,
} from "./src/audio/wav/wav_writer.ts";
export { type AudioFormat, audioFormat } from "./src/audio/format/format.ts";
export { repairWav } from "./src/audio/wav/wav_repair.ts";
export { DEFAULT_ENDPOINT } from "./src/contract/endpoint.ts";
export { VERSION } from "./src/contract/version.ts";
