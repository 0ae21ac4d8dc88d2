import { BYTES_PER_SAMPLE, type InterruptedJob, interruptedJobs } from "../sdk.ts";
import { TsetsenError } from "../../contract/errors.ts";
import type { NarrationState } from "../../narration/mod.ts";
import { placesOfParts } from "../files/chapters.ts";

/** The most bytes in a pipe that its reader has not read (Linux, pipe(7)). They are lost with the reader. */
const PIPE_BYTES = 65_536;

/**
 * The paid jobs whose audio has not gone to standard output, or not all of it. No folder keeps them, so their ids are the only way
 * to the audio.
 *
 * @param pcmBytes How much PCM was written.
 */
export function undeliveredJobs(
  error: unknown,
  state: NarrationState | undefined,
  pcmBytes: number,
): readonly InterruptedJob[] {
  const jobs = interruptedJobs(error).filter(({ charged }) => charged !== "no");
  const parts = state?.parts ?? [];
  const places = placesOfParts(parts);
  // After an error of the service the reader of the pipe still reads.
  const lost = error instanceof TsetsenError ? 0 : PIPE_BYTES;
  for (const [i, { status, requestId }] of parts.entries()) {
    const isHeard = places[i]!.to * BYTES_PER_SAMPLE + lost <= pcmBytes;
    if (status === "submitting" || status === "unknown") {
      if (!jobs.some(({ charged }) => charged === "unknown")) {
        jobs.push({ requestId, charged: "unknown" });
      }
    } else if (requestId !== undefined && status !== "failed" && !(status === "done" && isHeard)) {
      if (!jobs.some((job) => job.requestId === requestId)) {
        jobs.push({ requestId, charged: "yes" });
      }
    }
  }
  return jobs;
}
