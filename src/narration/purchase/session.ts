/**
 * Gets the audio of parts: from the store, from a job, or by a purchase.
 *
 * @module
 */

import type { BaseClient } from "../../client.ts";
import type { Job } from "../../job.ts";
import { concatBytes } from "../../lib/bytes.ts";
import { type RateLimitExceededError, withContext } from "../../contract/errors.ts";
import { NOT_FOUND_GRACE_MS } from "../../call/accepted_jobs.ts";
import type { InterruptedJob } from "../../call/memory.ts";
import { BYTES_PER_SAMPLE } from "../../audio/wav/wav_writer.ts";
import { MAX_REFUSALS, refusing } from "../store/plan_records.ts";
import { checkAudio, lengthOf, pcmOf } from "../part_audio.ts";
import { asTsetsenError, isDoubtful, lost, undecided } from "./errors.ts";
import { collect, factsOf, keptPcm, LiveAudio, type Obtained, obtained } from "./obtained.ts";
import { type OpenStream, openStream } from "./open_stream.ts";
import { Pace } from "./pace.ts";
import { type Order, Submitter, type SubmitterOptions } from "./submitter.ts";

/** What a session works with. */
export interface SessionOptions extends SubmitterOptions {
  readonly client: BaseClient;
  /** By index; a part without anything to speak has none. */
  readonly orders: readonly (Order | undefined)[];
  /** What the audio becomes: samples, the bytes as they came, or nothing because it is not fetched. */
  readonly audio: "pcm" | "bytes" | "none";
}

/** Gets the audio of parts, each bought once at most. */
export class Session {
  readonly #with: SessionOptions;
  readonly #pace: Pace;
  readonly #submitter: Submitter;
  readonly #running = new Set<Promise<unknown>>();
  readonly #startedAt = Date.now();

  constructor(options: SessionOptions) {
    this.#with = options;
    const { concurrency, rateLimitTimeout } = options.options;
    this.#pace = new Pace(concurrency, rateLimitTimeout, options.progress, options.lifetime);
    this.#submitter = new Submitter(options, this.#pace);
  }

  /** Submits nothing more. Parts under way go on. */
  halt(error: unknown): void {
    this.#submitter.halt(error);
  }

  /** The audio of a part: from the store, from its job, or bought. */
  obtain(index: number): Promise<Obtained> {
    return this.#track(this.#obtain(index));
  }

  /** Resolves when nothing is under way any more and the store has all that is known. */
  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
    await this.#with.journal.flush();
  }

  /** The jobs that are paid, or perhaps paid, and not done. */
  openJobs(): InterruptedJob[] {
    const jobs: InterruptedJob[] = [];
    for (const { status, requestId } of this.#with.journal.purchases) {
      if (status === "submitted") jobs.push({ requestId, charged: "yes" });
      if (status === "submitting") jobs.push({ requestId: undefined, charged: "unknown" });
    }
    return jobs;
  }

  /** Whether anything has been charged, or perhaps charged, in this run or in an earlier one. */
  get hasBought(): boolean {
    const { journal, orders } = this.#with;
    return journal.purchases.some(({ status }, i) => orders[i] && status !== "pending");
  }

  /**
   * Waits until no other run submits a part, and looks for parts that may not be submitted.
   *
   * @throws {InvalidRequestError} when there is one. Nothing was sent.
   */
  async prepare(): Promise<void> {
    const { journal, orders, lifetime } = this.#with;
    for (const index of orders.keys()) await journal.awaitOthers(index, lifetime);
    for (const index of orders.keys()) {
      const error = this.#undecided(index);
      if (error !== undefined) throw error;
    }
  }

  /** The error for a part that may not be submitted; `undefined` when it may. */
  #undecided(index: number): unknown {
    const { journal, options, orders } = this.#with;
    const isOpen = orders[index] !== undefined && isDoubtful(journal.at(index).status);
    return isOpen && !options.retryUnknown && !journal.isUnderWayElsewhere(index)
      ? undecided(index)
      : undefined;
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work);
    const over = () => this.#running.delete(work);
    work.then(over, over);
    return work;
  }

  async #obtain(index: number): Promise<Obtained> {
    const { orders, journal, options, lifetime } = this.#with;
    const order = orders[index];
    if (order === undefined) return obtained([], undefined);
    for (let tries = 1;; tries++) {
      await journal.awaitOthers(index, lifetime);
      const error = this.#undecided(index);
      if (error !== undefined) throw error;
      const bought = await this.#followPaid(index, order) ??
        await (options.method === "stream" ? this.#stream : this.#generate).call(
          this,
          index,
          order,
        );
      // Without a result, another run has submitted the part at the same moment.
      if (bought !== undefined) return bought;
      if (tries === MAX_REFUSALS) throw refusing();
    }
  }

  /** The audio of a part that is paid for; `undefined` when it must be bought. */
  async #followPaid(index: number, order: Order): Promise<Obtained | undefined> {
    const { client, journal, options } = this.#with;
    const { status, requestId } = journal.at(index);
    if (status !== "submitted" && status !== "done") return undefined;
    const { apiKey } = order.request;
    const job = requestId ? client.job({ apiKey, requestId }) : undefined;
    const kept = status === "done" ? await this.#loadKept(index, job) : undefined;
    if (kept !== undefined) return kept;
    if (job === undefined) {
      if (!options.retryLost) throw lost(index);
      return undefined;
    }
    try {
      return await this.#fetch(index, job);
    } catch (error) {
      const mayBeLost = asTsetsenError(error)?.code === "resource_not_found" && options.retryLost;
      if (mayBeLost && await this.#isLost(index, order, job)) return undefined;
      throw error;
    }
  }

  async #loadKept(index: number, job: Job | undefined): Promise<Obtained | undefined> {
    const { journal, audio } = this.#with;
    // A job is enough when no audio is wanted. A stream has no job, only its audio.
    if (audio === "none" && job !== undefined) return undefined;
    const kept = await journal.load(index);
    const purchase = journal.at(index);
    if (kept === undefined) return undefined;
    const isPcm = purchase.samples !== undefined &&
      kept.length === purchase.samples * BYTES_PER_SAMPLE;
    // A narration keeps samples. A batch gives the file that the service made.
    if (audio !== "pcm") return isPcm && job !== undefined ? undefined : obtained([kept], job);
    const pcm = isPcm ? [kept] : keptPcm(kept, job);
    if (purchase.samples === undefined) {
      await journal.set(index, { ...purchase, ...factsOf(pcm) });
    }
    return obtained(pcm, job);
  }

  /** Whether the service does not know a job any more. It may not know a young job yet. */
  async #isLost(index: number, order: Order, { requestId }: Job): Promise<boolean> {
    const { client, journal, lifetime } = this.#with;
    const { apiKey } = order.request;
    const since = journal.at(index).submittedAt ?? this.#startedAt;
    const wait = NOT_FOUND_GRACE_MS - Math.max(0, Date.now() - since);
    if (wait > 0) await lifetime.sleep(wait);
    try {
      await client.checkStatus({ requestId, apiKey }, { signal: lifetime.signal });
      return false;
    } catch (error) {
      return asTsetsenError(error)?.code === "resource_not_found";
    }
  }

  async #generate(index: number, order: Order): Promise<Obtained | undefined> {
    const { client } = this.#with;
    const submission = await this.#submitter.submit(index, order, async () => {
      // No signal, because a submission that is aborted may be paid for and its id lost.
      const job = await client.submit(order.request);
      const { requestId } = job;
      return {
        value: job,
        purchase: { status: "submitted", requestId, submittedAt: Date.now() },
      };
    });
    if (submission === undefined) return undefined;
    try {
      return await this.#fetch(index, submission.value);
    } finally {
      submission.release();
    }
  }

  /** Follows a job to its audio. The job is paid for, so it also waits for rate limits here. */
  async #fetch(index: number, job: Job): Promise<Obtained> {
    const { journal, options, lifetime, audio } = this.#with;
    const { pollInterval, partTimeout: timeout } = options;
    const waiting = { signal: lifetime.signal, pollInterval, timeout };
    const { requestId } = job;
    for (;;) {
      try {
        const { metrics } = await job.wait(waiting);
        const download = audio === "none" ? undefined : await job.audio(waiting);
        let chunks = download === undefined ? [] : await collect(download);
        const audioLength = metrics?.audioLength;
        if (audio === "bytes") checkAudio(chunks, audioLength, download?.format);
        if (audio === "pcm") chunks = pcmOf(chunks, download?.format, audioLength);
        this.#pace.calm();
        return { ...await this.#done(index, chunks, job), format: download?.format };
      } catch (error) {
        const known = asTsetsenError(error);
        if (known?.code === "job_failed") {
          const { submittedAt } = journal.at(index);
          const failed = { status: "failed", requestId, submittedAt } as const;
          await journal.set(index, { ...failed, creditsUsed: job.creditsUsed }).catch(() => {});
        }
        if (known?.code === "rate_limit_exceeded") {
          await this.#pace.slowDown(error as RateLimitExceededError);
        } else if (known === undefined || known.charged === "yes" && known.requestId) throw error;
        else throw withContext(known, { requestId, charged: "yes" });
      }
    }
  }

  async #stream(index: number, order: Order): Promise<Obtained | undefined> {
    const { client, options, lifetime } = this.#with;
    const submission = await this.#submitter.submit(index, order, async () => {
      const value = await openStream(client, order.request, lifetime, options.partTimeout);
      // The intent stays until all of the audio is here, because a killed process would have kept none of it.
      return { value, purchase: undefined };
    });
    if (submission === undefined) return undefined;
    const audio = new LiveAudio();
    const release = () => {
      submission.value.close();
      submission.release();
    };
    const complete = this.#track(this.#receive(index, audio, submission.value, release));
    complete.catch(() => {});
    return { audio, job: undefined, complete };
  }

  /** Receives a stream to its end, while its reader takes what has come. */
  async #receive(
    index: number,
    audio: LiveAudio,
    { first, rest }: OpenStream,
    release: () => void,
  ): Promise<void> {
    const { journal } = this.#with;
    try {
      audio.push(first);
      for await (const chunk of rest) audio.push(chunk);
      await this.#done(index, audio.chunks, undefined);
      audio.close();
    } catch (error) {
      const isDone = journal.at(index).status === "done";
      if (!isDone) await journal.set(index, { status: "failed" }).catch(() => {});
      audio.fail(error);
      throw error;
    } finally {
      release();
    }
  }

  async #done(
    index: number,
    chunks: readonly Uint8Array[],
    job: Job | undefined,
  ): Promise<Obtained> {
    const { journal, audio } = this.#with;
    if (audio !== "none") await journal.keep(index, () => concatBytes(chunks));
    const before = journal.at(index);
    const { requestId, creditsUsed = before.creditsUsed } = job ?? {};
    const { bytes, samples, lead, tail } = before;
    // The audio of a job is a file, whatever this run makes of it.
    const isPcm = audio === "pcm" || job === undefined;
    await journal.set(index, {
      status: "done",
      requestId,
      creditsUsed,
      submittedAt: requestId === undefined ? undefined : before.submittedAt,
      // Nothing was fetched, so the audio of an earlier run stays.
      ...(audio === "none" ? { bytes, samples, lead, tail } : { bytes: lengthOf(chunks) }),
      ...(isPcm && factsOf(chunks)),
    });
    return obtained(chunks, job);
  }
}
