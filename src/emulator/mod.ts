/**
 * A local Tsetsen service for demos, and for tests that must not cost credits. It speaks the protocol of the real
 * service, keeps a ledger, takes time for its jobs, and fails in any way that a test asks for. Its voice is a
 * placeholder: one tone a syllable.
 *
 * @example Start it, and stop it
 * ```ts
 * import { startEmulator } from "@tsetsen/sdk/emulator";
 *
 * await using emulator = await startEmulator();
 * emulator.url; // "http://127.0.0.1:…", the endpoint
 * emulator.apiKey; // "tsetsen-development-emulator"
 * ```
 *
 * @example Break it, and see what it cost
 * ```ts
 * import { createEmulator } from "@tsetsen/sdk/emulator";
 *
 * const emulator = createEmulator();
 * emulator.addFault({ kind: "drop", method: "GenerateSpeech", charged: true });
 * // … hand `emulator.fetch` to a client and let it submit a text: its connection is lost …
 * emulator.ledger.charges; // … but the job was accepted, and charged once
 * emulator.close();
 * ```
 *
 * Where the service's documentation says nothing, the emulator makes these choices. A character (a Unicode code point)
 * costs one credit. A job is charged when it is accepted, a stream when its first chunk is sent, and nothing is
 * refunded. A stream of `beta-v0.1`, a voice of another version and a stream above five minutes are INVALID_ARGUMENT.
 * The job of another key is NOT_FOUND. The audio is a WAV file.
 *
 * @module
 */

export { createEmulator } from "./emulator.ts";
export { startEmulator } from "./http/serve.ts";
export { ManualClock } from "./clock.ts";

export type { Emulator } from "./emulator.ts";
export type { RunningEmulator, StartOptions } from "./http/serve.ts";
export type { EmulatorOptions, StreamLimits } from "./options.ts";
export type { EmulatorVoice } from "./service/voices.ts";
export type { Clock } from "./clock.ts";
export type { EmulatorJob, JobStatus } from "./service/jobs.ts";
export type { Charge, Ledger } from "./service/ledger.ts";
export type { RecordedRequest, Route } from "./http/requests.ts";
export type {
  AudioFault,
  ContentTypeFault,
  DelayFault,
  DropFault,
  ErrorCode,
  ErrorDetail,
  ErrorFault,
  Fault,
  FaultCharge,
  FaultTarget,
  FrameFlagsFault,
  GarbageFault,
  HangFault,
  HttpFault,
  MetadataFault,
  NoTrailersFault,
  OversizedFrameFault,
  RechunkFault,
  StreamFault,
  TruncateFault,
  UnknownEnumFault,
} from "./faults/faults.ts";
