import type { Client, Job } from "../../mod.ts";
import { concatBytes, pushChunk } from "../lib/bytes.ts";
import {
  JobFailedError,
  RateLimitExceededError,
  ResourceNotFoundError,
  ServerError,
  TsetsenError,
  withContext,
} from "../contract/errors.ts";
import type { Lifetime } from "../lib/lifetime.ts";
import type { InterruptedJob } from "../call/interrupted_jobs.ts";
import type { Book } from "./book.ts";
import { Counter, type Order } from "./counter.ts";
import { lost } from "./decisions.ts";
import type { Settings } from "./options.ts";
import { Pace } from "./pace.ts";
import { toPcm } from "./part_audio.ts";
import type { Tally } from "./progress.ts";

/** A part's audio. */
export interface Obtained {
  readonly chunks: readonly Uint8Array[];
  readonly job: Job | undefined;
}

/** What a session works on. */
export interface Work {
  readonly client: Client;
  /** By index; a part without anything to speak has none. */
  readonly orders: readonly (Order | undefined)[];
  readonly book: Book;
  readonly tally: Tally;
  readonly settings: Settings;
  readonly lifetime: Lifetime;
  /** What becomes of the audio: samples, the bytes as they came, or nothing as it is not fetched. */
  readonly audio: "pcm" | "bytes" | "none";
  /** Decides whether a failed submission is the last: see {@linkcode Counter}. */
  readonly stopAfter: (error: unknown, unknowns: number) => unknown;
}

/** Gets the audio of parts, each bought once at most, whatever earlier runs have left. */
export class Session {
  readonly #work: Work;
  readonly #pace: Pace;
  readonly #counter: Counter;
  readonly #running = new Set<Promise<unknown>>();

  constructor(work: Work) {
    this.#work = work;
    const { concurrency, rateLimitTimeout } = work.settings;
    this.#pace = new Pace(concurrency, rateLimitTimeout, work.tally, work.lifetime);
    this.#counter = new Counter(work, this.#pace);
  }

  /** Submits nothing any more; what is under way goes on. */
  halt(error: unknown): void {
    this.#counter.halt(error);
  }

  /** The audio of a part: from the store, from its job, or bought. */
  obtain(index: number): Promise<Obtained> {
    const work = this.#obtain(index);
    this.#running.add(work);
    const over = () => this.#running.delete(work);
    work.then(over, over);
    return work;
  }

  /** Resolves when nothing is under way any more and all that is known is kept. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running);
    await this.#work.book.save();
  }

  /** The jobs that are paid, or perhaps paid, and not done. */
  openJobs(): InterruptedJob[] {
    const jobs: InterruptedJob[] = [];
    for (const { status, requestId } of this.#work.book.purchases) {
      if (status === "submitted") jobs.push({ requestId, charged: "yes" });
      if (status === "submitting") jobs.push({ requestId: undefined, charged: "unknown" });
    }
    return jobs;
  }

  async #obtain(index: number): Promise<Obtained> {
    const { client, orders, book, settings } = this.#work;
    const order = orders[index];
    if (order === undefined) return { chunks: [], job: undefined };
    const { status, requestId } = book.at(index);
    const isPaid = status === "submitted" || status === "done";
    const { apiKey } = order.request;
    const job = isPaid && requestId ? client.job({ apiKey, requestId }) : undefined;
    const kept = status === "done" ? await book.load(index) : undefined;
    if (kept !== undefined) return { chunks: [kept], job };
    if (job !== undefined) {
      try {
        return await this.#fetch(index, job);
      } catch (error) {
        if (!(error instanceof ResourceNotFoundError && settings.retryLost)) throw error;
      }
    } else if (isPaid && !settings.retryLost) throw lost(index);
    return await (settings.method === "stream" ? this.#stream : this.#generate).call(
      this,
      index,
      order,
    );
  }

  async #generate(index: number, order: Order): Promise<Obtained> {
    const { client } = this.#work;
    const { value: job, release } = await this.#counter.buy(index, order, async () => {
      // No signal: a submission that is cut off may be paid for without anybody knowing its id.
      const job = await client.submit(order.request);
      return { value: job, purchase: { status: "submitted", requestId: job.requestId } };
    });
    try {
      return await this.#fetch(index, job);
    } finally {
      release();
    }
  }

  /** Follows a job to its audio. The job is paid for, so a rate limit is waited out here, too. */
  async #fetch(index: number, job: Job): Promise<Obtained> {
    const { book, settings, lifetime, audio } = this.#work;
    const { pollInterval, partTimeout: timeout } = settings;
    const options = { signal: lifetime.signal, pollInterval, timeout };
    const { requestId } = job;
    for (;;) {
      try {
        if (audio === "none") await job.wait(options);
        const came = audio === "none" ? [] : await collect(await job.audio(options));
        const chunks = audio === "pcm" ? toPcm(came) : came;
        this.#pace.calm();
        return await this.#done(index, chunks, job);
      } catch (error) {
        if (error instanceof JobFailedError) {
          const { creditsUsed } = job;
          await book.set(index, { status: "failed", requestId, creditsUsed }).catch(() => {});
        }
        if (error instanceof RateLimitExceededError) await this.#pace.slowDown(error);
        else if (!(error instanceof TsetsenError) || error.requestId) throw error;
        else throw withContext(error, { requestId, charged: "yes" });
      }
    }
  }

  async #stream(index: number, order: Order): Promise<Obtained> {
    const { client, book, settings, lifetime } = this.#work;
    const { value: stream, release } = await this.#counter.buy(index, order, async () => {
      const options = { signal: lifetime.signal, timeout: settings.partTimeout };
      const stream = client.streamSpeech(order.request, options);
      const first = await stream.next();
      if (first.done) throw new ServerError("The stream held no audio.", { charged: "unknown" });
      // Until all of it is here, a process that is killed leaves nothing of it.
      return { value: { stream, first: first.value }, purchase: { status: "submitting" } };
    });
    try {
      return await this.#done(index, [stream.first, ...await collect(stream.stream)], undefined);
    } catch (error) {
      const isDone = book.at(index).status === "done";
      if (!isDone) await book.set(index, { status: "failed" }).catch(() => {});
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
    const { book, audio } = this.#work;
    const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
    if (audio !== "none") await book.keep(index, () => concatBytes(chunks));
    const { requestId, creditsUsed = book.at(index).creditsUsed } = job ?? {};
    await book.set(index, { status: "done", requestId, creditsUsed, bytes });
    return { chunks, job };
  }
}

async function collect(audio: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of audio) pushChunk(chunks, chunk);
  return chunks;
}
