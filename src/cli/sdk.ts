/**
 * The parts of the SDK for commands with a client. Other commands start without them. They are those of
 * `@tsetsen/sdk/lean`, which loads fastest.
 *
 * @module
 */

export {
  BYTES_PER_SAMPLE,
  Client,
  Gender,
  interruptedJobs,
  isSafeToRetry,
  RequestStatus,
  SAMPLE_RATE,
  WAV_HEADER_BYTES,
  wavHeader,
} from "../lean/mod.ts";
export type { AudioStream, CheckStatusResponse, InterruptedJob, Job } from "../lean/mod.ts";
