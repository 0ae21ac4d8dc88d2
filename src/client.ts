/**
 * The client: one short method for each operation of the service.
 *
 * @module
 */

import type { CallFacts, Core } from "./call/call.ts";
import { acceptedJob } from "./call/accepted_jobs.ts";
import { callUnary } from "./call/unary.ts";
import {
  type AudioDownload,
  type AudioSource,
  downloadAudio,
  type DownloadOptions,
} from "./audio/download/download.ts";
import { ServerError, TsetsenError, withContext } from "./contract/errors.ts";
import { AUDIO_OPTIONS, Job } from "./job.ts";
import { Limiter } from "./call/limiter.ts";
import { PollSchedule } from "./call/poll_schedule.ts";
import {
  type CheckStatusRequest,
  type CheckStatusResponse,
  fromCheckStatus,
  fromListVoices,
  type GenerateSpeechRequest,
  type GenerateSpeechResponse,
  type GetUserBalanceRequest,
  type GetUserBalanceResponse,
  type ListVoicesRequest,
  type ListVoicesResponse,
  type StreamSpeechRequest,
  toCheckStatus,
  toGetUserBalance,
  toListVoices,
  toSpeech,
} from "./contract/models.ts";
import {
  CALL_OPTIONS,
  type CallOptions,
  type ClientOptions,
  resolveOptions,
} from "./contract/options.ts";
import type { Transport } from "./contract/transport.ts";
import { type StatusWatch, WATCH_OPTIONS, type WatchOptions, watchStatus } from "./call/watch.ts";
import type { OpenLifetimes } from "./lib/lifetime.ts";
import { type SpeechStream, type StreamOptions, streamSpeech } from "./audio/speech_stream.ts";
import { pick, validate, validateFields } from "./contract/validate.ts";
import type { AudioStream } from "./audio/audio_stream.ts";

/**
 * The methods of every client. The client of `@tsetsen/sdk` and that of `@tsetsen/sdk/lean` differ only in the transport.
 * Functions of this package take a `BaseClient`, so they work with both.
 */
export abstract class BaseClient implements Disposable, AsyncDisposable {
  readonly #core: Core;
  readonly #release: (() => void) | undefined;

  /**
   * Makes a client. Nothing is sent.
   *
   * @param options Key, endpoint and policies; each has a default.
   * @param openTransport Makes the transport, once the options are checked.
   * @param known The names that the options may have. Default: those of every client.
   * @throws {AuthenticationError} when there is no key, or it does not look like one.
   * @throws {InvalidRequestError} when the endpoint is malformed, or is plaintext http without `secure: false`.
   * @throws {TypeError} when an option has the wrong type.
   * @throws {RangeError} when a number is out of its range.
   *
   * @internal
   */
  constructor(
    options: Omit<ClientOptions, "transport">,
    openTransport: () => Transport,
    known?: object,
  ) {
    const resolved = resolveOptions(options, known);
    const transport = openTransport();
    this.#core = {
      options: resolved,
      transport,
      limiter: new Limiter(resolved.maxConcurrentCalls),
      schedule: new PollSchedule(),
      open: new Set(),
      closed: false,
    };
    this.#release = transport.retain?.();
  }

  /**
   * Lists the voices of one model version. Costs nothing.
   *
   * @param request Which voices. Default: those of `beta-v0.1`, from the service's cache.
   * @param options Signal, timeout (milliseconds), retries and headers of this call.
   * @returns The voices, with those that the service has added since this version of the SDK.
   * @throws {InvalidRequestError} when a field is wrong. Nothing was sent then.
   * @throws {TypeError} when a value has the wrong type, or a name is not known.
   * @throws {RangeError} when a number is out of its range.
   * @throws {TimeoutError} when the deadline passes.
   * @throws {ClientClosedError} when the client is closed.
   * @throws {TsetsenError} of the class that fits when the call fails otherwise.
   * @throws {unknown} the signal's own reason when it aborts.
   *
   * @example
   * ```ts
   * import { type Client, Gender } from "@tsetsen/sdk";
   *
   * async function women(client: Client) {
   *   const { voices } = await client.listVoices({ version: "beta-v0.2", skipCache: true });
   *   return voices.filter((voice) => voice.gender === Gender.FEMALE);
   * }
   * ```
   */
  async listVoices(
    request: ListVoicesRequest = {},
    options: CallOptions = {},
  ): Promise<ListVoicesResponse> {
    const message = toListVoices(request, this.#core.options.apiKey);
    const facts: CallFacts = { method: "ListVoices", key: message.apiKey };
    return fromListVoices(
      await callUnary(this.#core, (to, call) => to.listVoices(message, call), facts, options),
    );
  }

  /**
   * Submits a text to be spoken and returns at once with the id of the job. **Costs credits.**
   *
   * The text is sent again only when the failure proves that nothing was accepted: a refusal for rate limit, or a
   * connection that was never made. Every error says in `charged` what is known about the money.
   *
   * @param request The text, the voice, and how to speak.
   * @param options Signal, timeout (milliseconds), retries and headers of this call.
   * @returns The id of the job, and its status now.
   * @throws {InvalidRequestError} when a field is wrong. Nothing was sent then.
   * @throws {TypeError} when a value has the wrong type, or a name is not known.
   * @throws {RangeError} when a number is out of its range.
   * @throws {InsufficientCreditsError} when the balance is too low.
   * @throws {TimeoutError} when the deadline passes.
   * @throws {ClientClosedError} when the client is closed.
   * @throws {TsetsenError} of the class that fits when the call fails otherwise.
   * @throws {unknown} the signal's own reason when it aborts.
   *
   * @example
   * ```ts
   * import { type Client, TsetsenError } from "@tsetsen/sdk";
   *
   * async function submit(client: Client, text: string, voiceId: string) {
   *   try {
   *     return await client.generateSpeech({ text, voiceId, speed: 1.1 });
   *   } catch (error) {
   *     if (error instanceof TsetsenError && error.charged === "unknown") {
   *       console.warn("Look at the balance before sending this again.");
   *     }
   *     throw error;
   *   }
   * }
   * ```
   */
  async generateSpeech(
    request: GenerateSpeechRequest,
    options: CallOptions = {},
  ): Promise<GenerateSpeechResponse> {
    const message = toSpeech(request, this.#core.options.apiKey, "generate");
    const { apiKey: key, text } = message;
    const facts: CallFacts = { method: "GenerateSpeech", key, billable: true, text };
    const { requestId, status } = await callUnary(
      this.#core,
      (to, call) => to.generateSpeech(message, call),
      facts,
      options,
    );
    if (!requestId.trim()) {
      throw new ServerError(
        "The service accepted the text without a request id: the job cannot be followed.",
        { charged: "unknown", billable: true },
      );
    }
    return { requestId, status };
  }

  /**
   * Submits a text like `generateSpeech` and returns a handle of the job. **Costs credits.**
   *
   * @param request The text, the voice, and how to speak.
   * @param options Signal, timeout (milliseconds), retries and headers of the submission.
   * @returns The handle of the job.
   * @throws {InvalidRequestError} when a field is wrong. Nothing was sent then.
   * @throws {TypeError} when a value has the wrong type, or a name is not known.
   * @throws {RangeError} when a number is out of its range.
   * @throws {InsufficientCreditsError} when the balance is too low.
   * @throws {TimeoutError} when the deadline passes.
   * @throws {ClientClosedError} when the client is closed.
   * @throws {TsetsenError} of the class that fits when the call fails otherwise. With `charged: "unknown"` look at the
   * balance before you send it again.
   * @throws {unknown} the signal's own reason when it aborts.
   *
   * @example
   * ```ts
   * import type { Client } from "@tsetsen/sdk";
   *
   * async function speak(client: Client, text: string, voiceId: string) {
   *   const job = await client.submit({ text, voiceId });
   *   console.log("paid for:", job.requestId);
   *   return await (await job.audio({ timeout: 120_000 })).bytes();
   * }
   * ```
   */
  async submit(request: GenerateSpeechRequest, options: CallOptions = {}): Promise<Job> {
    return await this.#submit(request, options);
  }

  async #submit(
    request: GenerateSpeechRequest,
    options: CallOptions,
    isSpoken = false,
  ): Promise<Job> {
    // The caller may put the next request into the same object while this waits, so read it first.
    validate("request", request);
    const { apiKey, text } = request;
    const { requestId, status } = await this.generateSpeech(request, options);
    const accepted = acceptedJob(requestId);
    if (accepted && isSpoken) accepted.isSpoken = true;
    return new Job(this.#core, { requestId, apiKey }, { requestId, status }, text, isSpoken);
  }

  /**
   * Speaks a text: submits it, waits for its end and opens the audio. **Costs credits.** It is `submit` and `Job.audio`
   * in one call. Use those two where another process may have to go on.
   *
   * When it fails, the error says in `charged` what is known about the money, and from the moment that the service has accepted
   * the job it carries the `requestId`: `client.job(requestId).audio()` then goes on without another charge. An abort rejects
   * with the signal's own reason; {@linkcode interruptedJobs} has the id.
   *
   * @param request The text, the voice, and how to speak.
   * @param options Signal, timeouts (milliseconds), retries, headers, the largest size and progress. The timeout bounds the
   * submission and the wait together, and the download by itself. Default: none for the wait, and the client's for the
   * submission.
   * @returns The audio, not yet fetched: `wav()`, `bytes()`, `toResponse()` or a loop fetches it.
   * @throws {InvalidRequestError} when a field is wrong. Nothing was sent then.
   * @throws {TypeError} when a value has the wrong type, or a name is not known.
   * @throws {RangeError} when a number is out of its range.
   * @throws {InsufficientCreditsError} when the balance is too low.
   * @throws {JobFailedError} when the job FAILED.
   * @throws {TimeoutError} when the audio is not ready within `timeout`. The job goes on at the service.
   * @throws {ClientClosedError} when the client is closed.
   * @throws {TsetsenError} of the class that fits when the submission or the polls fail otherwise.
   * @throws {unknown} the signal's own reason when it aborts.
   *
   * @example
   * ```ts
   * import type { Client } from "@tsetsen/sdk";
   *
   * async function speak(client: Client, voiceId: string): Promise<Uint8Array> {
   *   const audio = await client.speak({ text: "Сайн байна уу?", voiceId }, { timeout: 120_000 });
   *   return await audio.bytes();
   * }
   * ```
   */
  async speak(
    request: GenerateSpeechRequest,
    options: WatchOptions & DownloadOptions = {},
  ): Promise<AudioStream> {
    validateFields("options", options, AUDIO_OPTIONS);
    const start = performance.now();
    const { timeout } = options;
    const submission = Math.min(timeout ?? Infinity, this.#core.options.timeout);
    const call = { ...pick(options, CALL_OPTIONS), timeout: submission };
    const job = await this.#submit(request, call, true);
    try {
      // One millisecond at least: the wait itself then reports that the time is over.
      const left = timeout && Math.max(1, Math.ceil(timeout - (performance.now() - start)));
      await job.wait({ ...pick(options, WATCH_OPTIONS), timeout: left });
      return await job.audio(options);
    } catch (error) {
      // Doing all of this again would be charged again.
      throw error instanceof TsetsenError ? withContext(error, { billable: true }) : error;
    }
  }

  /**
   * Makes a handle of a job that was submitted before, here or in another process. Nothing is sent.
   *
   * @param saved The id of the job, or what `JSON.stringify(job)` stored.
   * @returns The handle of the job.
   * @throws {InvalidRequestError} when the id is empty.
   * @throws {AuthenticationError} when its own `apiKey` does not look like one.
   * @throws {TypeError} when it is neither an id nor an object: `null`, for example, where nothing was stored.
   *
   * @example
   * ```ts
   * import type { Client } from "@tsetsen/sdk";
   *
   * async function finish(client: Client, requestId: string) {
   *   return await client.job(requestId).wait({ timeout: 60_000 });
   * }
   * ```
   */
  job(saved: string | CheckStatusRequest): Job {
    if (typeof saved === "string") return new Job(this.#core, { requestId: saved });
    validate("saved", saved);
    const { requestId, apiKey } = saved;
    if (apiKey !== undefined) validate("apiKey", apiKey);
    return new Job(this.#core, { requestId, apiKey });
  }

  /**
   * Asks how far a job is. Costs nothing.
   *
   * @param request The id of the job, or a request with it.
   * @param options Signal, timeout (milliseconds), retries and headers of this call.
   * @returns The status of the job; its audio and metrics when it has ended.
   * @throws {InvalidRequestError} when a field is wrong. Nothing was sent then.
   * @throws {TypeError} when a value has the wrong type, or a name is not known.
   * @throws {RangeError} when a number is out of its range.
   * @throws {ResourceNotFoundError} when the service does not know the job.
   * @throws {TimeoutError} when the deadline passes.
   * @throws {ClientClosedError} when the client is closed.
   * @throws {TsetsenError} of the class that fits when the call fails otherwise.
   * @throws {unknown} the signal's own reason when it aborts.
   *
   * @example
   * ```ts
   * import { type Client, RequestStatus } from "@tsetsen/sdk";
   *
   * async function isDone(client: Client, requestId: string) {
   *   const { status } = await client.checkStatus(requestId);
   *   return status === RequestStatus.COMPLETED || status === RequestStatus.FAILED;
   * }
   * ```
   */
  async checkStatus(
    request: string | CheckStatusRequest,
    options: CallOptions = {},
  ): Promise<CheckStatusResponse> {
    const message = toCheckStatus(request, this.#core.options.apiKey);
    const { apiKey: key, requestId } = message;
    const facts: CallFacts = { method: "CheckStatus", key, requestId };
    return fromCheckStatus(
      await callUnary(this.#core, (to, call) => to.checkStatus(message, call), facts, options),
      requestId,
    );
  }

  /**
   * Asks how many credits are left. Costs nothing.
   *
   * @param request Whose credits. Default: those of the client's key.
   * @param options Signal, timeout (milliseconds), retries and headers of this call.
   * @returns The credits that are left.
   * @throws {InvalidRequestError} when a field is wrong. Nothing was sent then.
   * @throws {TypeError} when a value has the wrong type, or a name is not known.
   * @throws {RangeError} when a number is out of its range.
   * @throws {TimeoutError} when the deadline passes.
   * @throws {ClientClosedError} when the client is closed.
   * @throws {TsetsenError} of the class that fits when the call fails otherwise.
   * @throws {unknown} the signal's own reason when it aborts.
   *
   * @example
   * ```ts
   * import type { Client } from "@tsetsen/sdk";
   *
   * async function canAfford(client: Client, text: string) {
   *   return (await client.getUserBalance()).credits >= text.length;
   * }
   * ```
   */
  async getUserBalance(
    request: GetUserBalanceRequest = {},
    options: CallOptions = {},
  ): Promise<GetUserBalanceResponse> {
    const message = toGetUserBalance(request, this.#core.options.apiKey);
    const facts: CallFacts = { method: "GetUserBalance", key: message.apiKey };
    const { credits } = await callUnary(
      this.#core,
      (to, call) => to.getUserBalance(message, call),
      facts,
      options,
    );
    return { credits };
  }

  /**
   * Watches a job: an async iterator that yields a status update for each poll and ends after COMPLETED or FAILED.
   *
   * It polls only while it is iterated. A poll that fails for a reason that can pass is tried again, `maxRetries` times in a
   * row; the client's `log` receives each failure. Leaving the loop ends it at once, and so do the signal and the
   * timeout.
   *
   * @param request The id of the job, or a request with it.
   * @param options Signal, timeout and poll interval (milliseconds), retries and headers.
   * @returns The updates, an async iterator.
   * @throws {InvalidRequestError} when the id is empty.
   * @throws {TypeError} when a value has the wrong type, or a name is not known.
   * @throws {RangeError} when a number is out of its range.
   * @throws {TimeoutError} while it is read, when the job has not ended within `timeout`. The job goes on at the service.
   * @throws {ClientClosedError} while it is read, when the client is closed.
   * @throws {TsetsenError} while it is read, of the class that fits when polling fails for good.
   * @throws {unknown} while it is read, the signal's own reason when it aborts.
   *
   * @example Print progress
   * ```ts
   * import { type Client, RequestStatus } from "@tsetsen/sdk";
   *
   * async function follow(client: Client, requestId: string) {
   *   for await (const { status, elapsed, changed } of client.watchStatus(requestId)) {
   *     if (changed) console.log(`${RequestStatus[status]} after ${Math.round(elapsed)} ms`);
   *   }
   * }
   * ```
   */
  watchStatus(request: string | CheckStatusRequest, options: WatchOptions = {}): StatusWatch {
    return watchStatus(this.#core, request, options);
  }

  /**
   * Waits for the end of a job. A job that FAILED is returned like one that COMPLETED: look at `status`.
   *
   * @param request The id of the job, or a request with it.
   * @param options Signal, timeout and poll interval (milliseconds), retries and headers. The timeout bounds the whole
   * wait, the poll in flight included.
   * @returns The final response.
   * @throws {InvalidRequestError} when the id is empty.
   * @throws {TypeError} when a value has the wrong type, or a name is not known.
   * @throws {RangeError} when a number is out of its range.
   * @throws {TimeoutError} when the job has not ended within `timeout`. It goes on at the service.
   * @throws {ClientClosedError} when the client is closed.
   * @throws {TsetsenError} of the class that fits when polling fails for good.
   * @throws {unknown} the signal's own reason when it aborts.
   *
   * @example
   * ```ts
   * import { type Client, RequestStatus } from "@tsetsen/sdk";
   *
   * async function audioOf(client: Client, requestId: string) {
   *   const done = await client.waitForCompletion(requestId, { timeout: 60_000, pollInterval: 1_000 });
   *   if (done.status !== RequestStatus.COMPLETED) throw new Error(done.errorMessage);
   *   return done.audioUrl;
   * }
   * ```
   */
  async waitForCompletion(
    request: string | CheckStatusRequest,
    options: WatchOptions = {},
  ): Promise<CheckStatusResponse> {
    let last: CheckStatusResponse | undefined;
    for await (const update of this.watchStatus(request, options)) last = update.response;
    // A watch ends only after an update.
    return last as CheckStatusResponse;
  }

  /**
   * Speaks a text while it is synthesised. **Costs credits.** Model version `beta-v0.2` only, at most 5 minutes of audio
   * a request; the free tier takes one request a minute.
   *
   * Nothing is sent before the first chunk is asked for. The text is sent again only when the failure proves that
   * nothing was accepted. Every error says in `charged` what is known about the money.
   *
   * @param request The text, the voice, and how to speak.
   * @param options Signal, timeouts (milliseconds), retries and headers.
   * @returns The audio as an async iterator: PCM, 24,000 Hz, 16-bit little-endian, mono, in chunks of whole samples.
   * @throws {InvalidRequestError} when a field is wrong, or the version cannot stream. Nothing is sent then.
   * @throws {TypeError} when a value has the wrong type, or a name is not known.
   * @throws {RangeError} when a number is out of its range.
   * @throws {InsufficientCreditsError} while it is read, when the balance is too low.
   * @throws {TimeoutError} while it is read, when no message comes within `idleTimeout`, or the whole takes longer than `timeout`.
   * @throws {ClientClosedError} while it is read, when the client is closed.
   * @throws {TsetsenError} while it is read, of the class that fits when the call fails otherwise.
   * @throws {unknown} while it is read, the signal's own reason when it aborts.
   *
   * @example Write a WAV file
   * ```ts
   * import type { Client } from "@tsetsen/sdk";
   *
   * async function save(client: Client, voiceId: string) {
   *   const stream = client.streamSpeech({ text: "Сайн байна уу?", voiceId });
   *   await Deno.writeFile("speech.wav", await stream.wav());
   * }
   * ```
   */
  streamSpeech(request: StreamSpeechRequest, options: StreamOptions = {}): SpeechStream {
    return streamSpeech(this.#core, request, options);
  }

  /**
   * Fetches the finished audio of a job. The request carries neither the key nor other credentials. It goes to https
   * only (http on this machine), and follows at most five redirects. Each redirect is checked before it is followed; in
   * browsers, which follow redirects by themselves, the last address is checked. A lost connection is made again, and
   * the download goes on where it was: see {@linkcode AudioDownload}.
   *
   * @param source A final response with its `audioUrl`.
   * @param options Signal, timeouts (milliseconds), retries, the largest size and progress.
   * @returns The bytes as the service made them; their `format` says what they are. Nothing is sent before they are read.
   * @throws {InvalidRequestError} when there is no `audioUrl`, or audio may not be fetched from it.
   * @throws {TypeError} when a value has the wrong type, or a name is not known.
   * @throws {RangeError} when a number is out of its range.
   * @throws {ResourceNotFoundError} while it is read, when the audio is gone.
   * @throws {TimeoutError} while it is read, when no bytes come within `idleTimeout`, or the whole takes longer than `timeout`.
   * @throws {ClientClosedError} while it is read, when the client is closed.
   * @throws {TsetsenError} while it is read, of the class that fits when the download fails otherwise.
   * @throws {unknown} while it is read, the signal's own reason when it aborts.
   *
   * @example
   * ```ts
   * import type { Client } from "@tsetsen/sdk";
   *
   * async function save(client: Client, requestId: string) {
   *   const done = await client.waitForCompletion(requestId);
   *   await Deno.writeFile("speech.wav", await client.downloadAudio(done).bytes());
   * }
   * ```
   */
  downloadAudio(source: AudioSource, options: DownloadOptions = {}): AudioDownload {
    return downloadAudio(this.#core, source, options);
  }

  /**
   * The lifetimes that `close()` ends. A capability that waits between its calls adds its own.
   *
   * @internal
   */
  get openLifetimes(): OpenLifetimes {
    return this.#core.open;
  }

  /**
   * Closes the client. Calls under way end at once with a {@linkcode ClientClosedError}, and every later call fails
   * with it. Closing again does nothing. Jobs go on at the service. The connection of a `grpcTransport` is closed with
   * the last client that uses it.
   */
  close(): void {
    this.#core.closed = true;
    for (const lifetime of [...this.#core.open]) lifetime.stop({ by: "close" });
    this.#release?.();
  }

  /** Closes the client, at the end of a `using` declaration's block. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Closes the client, at the end of an `await using` declaration's block. */
  // deno-lint-ignore require-await -- the protocol asks for a promise
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}
