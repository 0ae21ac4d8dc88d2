/**
 * The handle of a submitted job: follow it, wait for it, fetch its audio, and resume it in another process.
 *
 * @module
 */

import type { Core } from "./call/call.ts";
import {
  type AudioDownload,
  DOWNLOAD_OPTIONS,
  downloadAudio,
  type DownloadOptions,
} from "./audio/download/download.ts";
import { type Charged, JobFailedError } from "./contract/errors.ts";
import {
  type CheckStatusRequest,
  type CheckStatusResponse,
  RequestStatus,
} from "./contract/models.ts";
import {
  type StatusUpdate,
  type StatusWatch,
  WATCH_OPTIONS,
  type WatchOptions,
  watchStatus,
} from "./call/watch.ts";
import { redact } from "./lib/redact.ts";
import { type FieldNames, pick, validate, validateFields } from "./contract/validate.ts";

/** The age from which an address of audio may have expired, in milliseconds. The service is then asked for another. */
const MAX_ADDRESS_AGE_MS = 60_000;

/** The names of the options of {@linkcode Job.audio}. */
export const AUDIO_OPTIONS: FieldNames<Required<WatchOptions & DownloadOptions>> = {
  ...WATCH_OPTIONS,
  ...DOWNLOAD_OPTIONS,
};

/** A job in a form to store. It holds neither the key nor the text. */
export interface SavedJob {
  /** The id of the job. */
  readonly requestId: string;
}

/**
 * A job that the service has accepted. It is paid for, and goes on at the service whatever happens here. The handle can
 * still be used after an abort, a timeout or a failed poll, and `client.job(requestId)` makes a new one.
 *
 * @example Follow a job, and keep its id where another process finds it
 * ```ts
 * import { type Client, RequestStatus } from "@tsetsen/sdk";
 *
 * async function narrate(client: Client, text: string, voiceId: string) {
 *   const job = await client.submit({ text, voiceId });
 *   localStorage.setItem("job", JSON.stringify(job));
 *   for await (const { status } of job) console.log(RequestStatus[status]);
 *   return await (await job.audio()).bytes();
 * }
 *
 * function resume(client: Client) {
 *   return client.job(JSON.parse(localStorage.getItem("job")!));
 * }
 * ```
 */
export class Job implements AsyncIterable<StatusUpdate> {
  /** The id of the job. */
  readonly requestId: string;
  /** `"yes"`: the service has accepted the job, so it is paid for. */
  readonly charged: Charged = "yes";
  readonly #core: Core;
  readonly #request: CheckStatusRequest;
  /** The text, to keep it out of errors. A resumed job does not know it. */
  readonly #text: string;
  /** Whether the job is that of a `speak`. */
  readonly #isSpoken: boolean;
  #response: CheckStatusResponse | undefined;
  /** When the last response to a poll came, in milliseconds since 1970. */
  #seen = 0;
  /** Whether a poll has found the end. The response to a submission names no address and no reason. */
  #hasEnded = false;

  /** @internal */
  constructor(
    core: Core,
    request: CheckStatusRequest,
    response?: CheckStatusResponse,
    text = "",
    isSpoken = false,
  ) {
    validate("requestId", request.requestId);
    this.requestId = request.requestId;
    this.#core = core;
    this.#request = request;
    this.#response = response;
    this.#text = text;
    this.#isSpoken = isSpoken;
  }

  /** The last response; `undefined` before the first poll of a resumed job. */
  get response(): CheckStatusResponse | undefined {
    return this.#response;
  }

  /** The credits charged for the job; `undefined` until the service has said. */
  get creditsUsed(): number | undefined {
    return this.#response?.metrics?.creditsUsed;
  }

  /**
   * Watches the job with the default options.
   *
   * @returns A status update for each poll, until the job COMPLETED or FAILED. Iterating throws as {@linkcode Job.watch} does.
   */
  [Symbol.asyncIterator](): StatusWatch {
    return this.watch();
  }

  /**
   * Watches the job like {@linkcode Client.watchStatus}.
   *
   * @param options Signal, timeout and poll interval (milliseconds), retries and headers.
   * @returns A status update for each poll, an async iterator.
   * @throws {TypeError} when a value has the wrong type, or a name is not known.
   * @throws {RangeError} when a number is out of its range.
   * @throws {TimeoutError} while it is read, when the job has not ended within `timeout`. The job goes on at the service.
   * @throws {ClientClosedError} while it is read, when the client is closed.
   * @throws {TsetsenError} while it is read, of the class that fits when polling fails for good.
   * @throws {unknown} while it is read, the signal's own reason when it aborts.
   */
  watch(options: WatchOptions = {}): StatusWatch {
    const seen = (response: CheckStatusResponse) => {
      const { status } = response;
      const isEnd = status === RequestStatus.COMPLETED || status === RequestStatus.FAILED;
      // Of several watches, one may bring an answer that is older than the end.
      if (this.#hasEnded && !isEnd) return;
      this.#hasEnded = isEnd;
      this.#response = response;
      this.#seen = Date.now();
    };
    return watchStatus(this.#core, this.#request, options, seen, this.#text);
  }

  /**
   * Waits until the job is COMPLETED.
   *
   * @param options Signal, timeout and poll interval (milliseconds), retries and headers.
   * @returns The final response.
   * @throws {JobFailedError} when the job FAILED.
   * @throws {TimeoutError} when the job has not ended within `timeout`. It goes on at the service.
   * @throws {ClientClosedError} when the client is closed.
   * @throws {TsetsenError} of the class that fits when polling fails for good.
   * @throws {unknown} the signal's own reason when it aborts.
   */
  async wait(options: WatchOptions = {}): Promise<CheckStatusResponse> {
    validateFields("options", options, WATCH_OPTIONS);
    if (!this.#hasEnded) {
      for await (const _ of this.watch(options));
    }
    const response = this.#response as CheckStatusResponse;
    if (response.status === RequestStatus.FAILED) {
      const { requestId } = this;
      const why = redact(response.errorMessage ?? "the service gave no reason", [this.#text]);
      throw new JobFailedError(`The job failed: ${why}`, { requestId, charged: "yes" });
    }
    return response;
  }

  /**
   * Waits until the job is COMPLETED and opens its audio. It can be called again, also hours later: when the address is
   * older than a minute, it asks for another, which costs nothing.
   *
   * @param options Signal, poll interval, timeouts (milliseconds; each for the wait and for the download), retries, the
   * largest size and the download's progress.
   * @returns The audio, not yet fetched. Its `format` tells what it is when its first chunk has come.
   * @throws {JobFailedError} when the job FAILED.
   * @throws {TimeoutError} when the job has not ended within `timeout`. It goes on at the service.
   * @throws {InvalidRequestError} when the job names no address, or one that audio may not be fetched from.
   * @throws {ClientClosedError} when the client is closed.
   * @throws {TsetsenError} of the class that fits when polling fails for good.
   * @throws {unknown} the signal's own reason when it aborts.
   */
  async audio(options: WatchOptions & DownloadOptions = {}): Promise<AudioDownload> {
    validateFields("options", options, AUDIO_OPTIONS);
    const watch = pick(options, WATCH_OPTIONS);
    const { status, audioUrl } = this.#response ?? {};
    const isOld = audioUrl === undefined || Date.now() - this.#seen > MAX_ADDRESS_AGE_MS;
    if (status === RequestStatus.COMPLETED && isOld) {
      for await (const _ of this.watch(watch));
    }
    const done = await this.wait(watch);
    return downloadAudio(this.#core, done, pick(options, DOWNLOAD_OPTIONS), this.#isSpoken);
  }

  /**
   * The job in a form to store.
   *
   * @returns The id. Neither the key nor the text is part of it.
   */
  toJSON(): SavedJob {
    return { requestId: this.requestId };
  }
}
