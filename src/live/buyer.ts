import type {
  BaseClient,
  ErrorClass,
  GenerateSpeechRequest,
  Job,
  SpeechStream,
} from "../../mod.ts";
import { interruptedJobs } from "../call/interrupted_jobs.ts";
import { isSafeToRetry, retry } from "../call/retry.ts";
import {
  ConnectionError,
  RateLimitExceededError,
  ServerError,
  ServiceUnavailableError,
  TimeoutError,
  TsetsenError,
  withContext,
} from "../contract/errors.ts";
import { pushChunk } from "../lib/bytes.ts";
import { Lifetime } from "../lib/lifetime.ts";
import { pcmOf } from "../narration/part_audio.ts";
import type { SentenceState } from "./live_sentence.ts";
import type { LiveSettings } from "./options.ts";
import type { Utterance } from "./utterance.ts";

/** Failures that can pass by themselves, besides a rate limit. */
const PASSING: readonly ErrorClass[] = [ConnectionError, ServiceUnavailableError];

/** How long streams are refused when the service does not say: the free tier takes one a minute. In milliseconds. */
const STREAM_INTERVAL_MS = 60_000;

/** The longest wait that a service may ask for before a job, in milliseconds. */
const MAX_WAIT_MS = 60_000;

/** Buys sentences, each once. A sentence that may have been accepted is never sent again. */
export class Buyer {
  readonly #client: BaseClient;
  readonly #settings: LiveSettings;
  readonly #outer: Lifetime;
  /** Until when streams are refused, by `performance.now()`. */
  #noStreamsUntil = -Infinity;

  constructor(client: BaseClient, settings: LiveSettings, outer: Lifetime) {
    this.#client = client;
    this.#settings = settings;
    this.#outer = outer;
  }

  /**
   * Buys a sentence and puts its audio into the utterance.
   *
   * @param accepted Is called when the service has accepted it: the next may then be sent.
   */
  async buy(utterance: Utterance, accepted: () => void): Promise<void> {
    // Each sentence has its own, so that the reason of its signal is about this sentence only.
    const { timeout } = this.#settings;
    const lifetime = new Lifetime(this.#client.openLifetimes, this.#outer, timeout);
    try {
      const stream = await this.#stream(utterance, lifetime, accepted);
      if (stream === undefined) await this.#job(utterance, lifetime, accepted);
      else for await (const chunk of stream) await utterance.add(chunk, lifetime);
      utterance.finish();
    } catch (failure) {
      const { end } = lifetime;
      const isLate = failure === end || failure instanceof TimeoutError;
      const error = end?.by === "deadline" && isLate
        ? late(end.ms, utterance.state, failure)
        : failure;
      utterance.finish({ error });
      throw error;
    } finally {
      lifetime.close();
    }
  }

  /** Opens a stream, whose first chunk goes to the reader at once; `undefined` when a job must be used. */
  async #stream(
    utterance: Utterance,
    lifetime: Lifetime,
    accepted: () => void,
  ): Promise<SpeechStream | undefined> {
    const { state } = utterance;
    const { signal } = lifetime;
    const { method, idleTimeout, headers } = this.#settings;
    if (method === "generate" || performance.now() < this.#noStreamsUntil) return undefined;
    // With its own retries the client would wait for up to a minute, and a job can be made at once.
    const options = { signal, idleTimeout, headers, maxRetries: 0 };
    const open = async () => {
      const stream = this.#client.streamSpeech(this.#request(state.text), options);
      const { value: first } = await stream.next();
      if (first === undefined) {
        throw new ServerError("The stream held no audio.", { charged: "unknown" });
      }
      state.charged = "yes";
      utterance.push(first);
      accepted();
      return stream;
    };
    try {
      return await this.#attempts(state, open, lifetime, PASSING);
    } catch (error) {
      if (!(error instanceof RateLimitExceededError) || !isSafeToRetry(error)) throw error;
      this.#noStreamsUntil = performance.now() + (error.retryAfter ?? STREAM_INTERVAL_MS);
      return undefined;
    }
  }

  async #job(utterance: Utterance, lifetime: Lifetime, accepted: () => void): Promise<void> {
    const { state } = utterance;
    const { pollInterval, timeout, headers } = this.#settings;
    const submit = (): Promise<Job> => {
      if (lifetime.end !== undefined) throw lifetime.end;
      const left = timeout && Math.max(1, Math.ceil(lifetime.remaining));
      // No signal, because a submission that is aborted may be paid for and its id lost.
      const options = { headers, maxRetries: 0, timeout: left };
      return this.#client.submit(this.#request(state.text), options);
    };
    const { signal } = lifetime;
    const job = await this.#attempts(state, submit, lifetime, [...PASSING, RateLimitExceededError]);
    state.requestId = job.requestId;
    accepted();
    try {
      const audio = await job.audio({ signal, pollInterval, headers });
      const chunks: Uint8Array[] = [];
      for await (const chunk of audio) pushChunk(chunks, chunk);
      const { audioLength } = job.response?.metrics ?? {};
      for (const chunk of pcmOf(chunks, audio.format, audioLength)) utterance.push(chunk);
    } catch (error) {
      if (!(error instanceof TsetsenError)) throw error;
      throw withContext(error, { requestId: job.requestId, charged: "yes" });
    }
  }

  /** Sends a sentence, sends it again only when nothing was accepted, and records what is known about the money. */
  #attempts<T>(
    state: SentenceState,
    send: () => Promise<T>,
    { signal, remaining }: Lifetime,
    retryExceptions: readonly ErrorClass[],
  ): Promise<T> {
    const { maxRetries } = this.#settings;
    // A wait that would outlast the sentence's timeout does not begin: the refusal says more than a TimeoutError.
    const maxDelay = Math.max(1, Math.min(MAX_WAIT_MS, remaining));
    const attempt = async () => {
      state.charged = "unknown";
      try {
        const result = await send();
        state.charged = "yes";
        return result;
      } catch (error) {
        const known = interruptedJobs(error, signal).at(-1);
        state.charged = known?.charged ?? "no";
        state.requestId = known?.requestId;
        throw error;
      }
    };
    return retry(attempt, { maxRetries, maxDelay, signal, retryExceptions });
  }

  #request(text: string): GenerateSpeechRequest {
    const { voiceId, speed, version, apiKey } = this.#settings;
    return { text, voiceId, speed, version, apiKey };
  }
}

function late(ms: number, { charged, requestId }: SentenceState, failure: unknown): TimeoutError {
  return new TimeoutError(`A sentence took longer than its timeout of ${ms} ms.`, {
    charged,
    requestId,
    billable: true,
    cause: failure instanceof TsetsenError ? failure : undefined,
  });
}
