/**
 * The parts of the SDK that need a client: everything else of the command line starts without them.
 *
 * @module
 */

export {
  audioFormat,
  BYTES_PER_SAMPLE,
  Client,
  encodeWav,
  Gender,
  interruptedJobs,
  RequestStatus,
  SAMPLE_RATE,
  ServerError,
  WAV_HEADER_BYTES,
  wavHeader,
} from "../../mod.ts";
export type { AudioFormat, CheckStatusResponse, InterruptedJob, Job } from "../../mod.ts";
