/** From a paid job to its samples in R2. Nothing here costs credits, so all of it may be repeated. */

import {
  AuthenticationError,
  BYTES_PER_SAMPLE,
  InvalidRequestError,
  JobFailedError,
  PermissionDeniedError,
  RateLimitExceededError,
  ResourceNotFoundError,
  TimeoutError,
} from "@tsetsen/sdk";
import { toPcm } from "@tsetsen/sdk/narration";
import { connect, type Env, keys } from "./order.ts";
import { decide, type Outcome } from "./purchase.ts";

/** How long a step waits for a job before the engine sleeps, in milliseconds: most jobs take seconds. */
const PATIENCE = 5_000;
/** Between two polls, in milliseconds: each counts as a request of the instance. */
const POLL_INTERVAL = 1_000;
/** Above any part: 500 characters are about half a minute, 1.5 MB. It bounds the memory. */
const MAX_BYTES = 24 * 1024 * 1024;

/** What a part has become. */
export interface PartAudio {
  readonly samples: number;
  readonly credits: number;
}

/** Fetches the audio of a part, if its job is done by then. */
export async function fetchPart(
  env: Env,
  id: string,
  index: number,
  requestId: string,
): Promise<Outcome<PartAudio>> {
  const key = keys.samples(id, index);
  const kept = await env.BUCKET.head(key);
  if (kept !== null) return { value: partAudio(kept.size, kept.customMetadata?.["credits"]) };
  const job = connect(env).job(requestId);
  try {
    await job.wait({ timeout: PATIENCE, pollInterval: POLL_INTERVAL });
  } catch (error) {
    if (error instanceof TimeoutError) return { wait: null, why: error.message };
    if (error instanceof RateLimitExceededError) {
      return { wait: error.retryAfter ?? null, why: error.message };
    }
    if (isFinal(error)) return { failed: `${error.message} (charged: yes). ${decide(index)}` };
    throw error;
  }
  const audio = await (await job.audio({ maxBytes: MAX_BYTES })).bytes();
  let samples: Uint8Array[];
  try {
    samples = toPcm([audio], { audioLength: job.response?.metrics?.audioLength });
  } catch (error) {
    return { failed: `${(error as Error).message} (charged: yes)` };
  }
  const pcm = await new Blob(samples as Uint8Array<ArrayBuffer>[]).bytes();
  const credits = `${job.creditsUsed ?? 0}`;
  await env.BUCKET.put(key, pcm, { customMetadata: { credits, requestId } });
  return { value: partAudio(pcm.length, credits) };
}

function partAudio(bytes: number, credits = "0"): PartAudio {
  return { samples: bytes / BYTES_PER_SAMPLE, credits: Number(credits) };
}

/** Whether another look would say the same. */
function isFinal(error: unknown): error is Error {
  return [
    JobFailedError,
    ResourceNotFoundError,
    InvalidRequestError,
    AuthenticationError,
    PermissionDeniedError,
  ].some((Class) => error instanceof Class);
}
