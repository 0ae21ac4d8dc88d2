/**
 * Batches: a list of independent texts.
 *
 * @module
 */

import type { BaseClient } from "../client.ts";
import { encodeWav } from "../audio/wav/wav_writer.ts";
import { withContext } from "../contract/errors.ts";
import { toSpeech } from "../contract/models.ts";
import { concatBytes } from "../lib/bytes.ts";
import { countCharacters } from "../lib/count.ts";
import type { Lifetime } from "../lib/lifetime.ts";
import type { BatchItem, BatchOptions, BatchResult, FulfilledItem } from "./batch_result.ts";
import { contentHash, openBatch } from "./open.ts";
import { BUY_RULES, resolveOptions } from "./options.ts";
import { check, checkOptions, CLIENT, isIterable, oneOf, type Rule } from "../lib/rules.ts";
import { formatOf } from "./part_audio.ts";
import { asTsetsenError, SUPERSEDED } from "./purchase/errors.ts";
import { Journal } from "./purchase/journal.ts";
import { ProgressCounter } from "./purchase/progress.ts";
import type { Obtained } from "./purchase/obtained.ts";
import { Session } from "./purchase/session.ts";
import type { Order } from "./purchase/submitter.ts";
import { Run } from "./run.ts";
import { type BatchState, EMPTY, type Method } from "./state.ts";

interface Work {
  state: () => BatchState | undefined;
  opening?: Promise<unknown>;
  session?: Session;
}

/**
 * The results of a batch: an async iterator in the order in which items settle. Nothing is sent before the first result
 * is asked for, and at most `concurrency` items are sent ahead of the reader. Leaving the loop and `cancel()` end it at
 * once.
 */
export class Batch implements AsyncIterableIterator<BatchResult, void, void>, AsyncDisposable {
  readonly #run: Run<BatchResult>;
  readonly #work: Work;

  /** @internal */
  constructor(run: Run<BatchResult>, work: Work) {
    this.#run = run;
    this.#work = work;
  }

  /**
   * How far it is, as a JSON value to resume it with. Until the first result is asked for, it is the state that is
   * resumed, or `undefined`.
   */
  get state(): BatchState | undefined {
    return this.#work.state();
  }

  /**
   * The next result. The first call starts the work.
   *
   * @returns The result of an item, or `done` at the end.
   * @throws {unknown} The signal's own reason, an {@linkcode InvalidRequestError} when the state is that of another
   * batch, or the error of the store. A failed item is a result, and throws nothing.
   */
  next(): Promise<IteratorResult<BatchResult, void>> {
    return this.#run.next();
  }

  /**
   * Ends the batch. Nothing more is submitted, and a pending `next()` is done at once. It never throws.
   *
   * @returns The end of the iteration.
   */
  return(): Promise<IteratorResult<BatchResult, void>> {
    return this.#run.return();
  }

  /** Ends the batch. The same as `return()`. */
  async cancel(): Promise<void> {
    await this.return();
  }

  /**
   * The batch is its own iterator.
   *
   * @returns This batch.
   */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Ends the batch, at the end of an `await using` declaration's block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /**
   * Reads all results that have not been read yet, and sorts them in the order of the items. It keeps all of the audio
   * in memory.
   *
   * @returns The results, in the order of the items.
   * @throws {unknown} As `next()` does.
   */
  async results(): Promise<BatchResult[]> {
    const results: BatchResult[] = [];
    for await (const result of this) results.push(result);
    return results.sort((a, b) => a.index - b.index);
  }

  /**
   * Resolves when nothing is under way any more and the state is final. Wait for it after an abort or a `break`, before keeping
   * `state`: it then has the request id of a job that was being submitted at that moment.
   *
   * @throws {unknown} What the store fails with.
   */
  async settled(): Promise<void> {
    // A failure to open is what reading has thrown.
    await this.#work.opening?.catch(() => {});
    await this.#work.session?.settled();
  }
}

/**
 * Speaks a list of independent texts, a request each. **Costs credits**, each item once.
 *
 * Every item settles by itself: an item that fails is a result, too, and the others go on. The rules for money, rate
 * limits and resuming are those of {@linkcode narrate}: with its store a second run charges nothing twice. A failure
 * that all other items would meet, too, ends the submitting: a refused key, too few credits, a rate limit that does not
 * pass, and the second submission in a row whose outcome is not known. The items behind it are then rejected with the
 * same error and `charged: "no"`. Texts are not cut: use `narrate` for long ones.
 *
 * @param client The client. Its `timeout` bounds each submission and each poll.
 * @param items The texts, and how to speak them.
 * @param options How to buy, and what to resume.
 * @returns The results. Nothing is sent before they are read.
 * @throws {TypeError} when a value has the wrong type.
 * @throws {RangeError} when an option is out of its range.
 * @throws {unknown} while it is read, the signal's own reason when it aborts.
 *
 * @example
 * ```ts
 * import type { Client } from "@tsetsen/sdk";
 * import { batch } from "@tsetsen/sdk/narration";
 *
 * async function announcements(client: Client, texts: string[], voiceId: string) {
 *   const items = texts.map((text) => ({ text, voiceId }));
 *   for await (const result of batch(client, items, { concurrency: 5, minBalance: 1_000 })) {
 *     if (result.status === "rejected") console.warn(result.index, result.reason);
 *     else if (result.audio) await Deno.writeFile(`${result.index}.${result.format}`, result.audio);
 *   }
 * }
 * ```
 */
export function batch(
  client: BaseClient,
  items: Iterable<BatchItem>,
  options: BatchOptions = {},
): Batch {
  check("client", client, CLIENT);
  checkOptions(options, { ...BUY_RULES, audio: oneOf("bytes", "job") });
  const resolved = resolveOptions(options);
  const { method, concurrency } = resolved;
  const { audio: wanted = "bytes" } = options;
  if (wanted === "job" && method === "stream") {
    throw new RangeError('audio must be "bytes" with method: "stream": got "job"');
  }
  const list = itemsOf(items);
  const work: Work = { state: () => options.resume };

  async function* run(lifetime: Lifetime): AsyncGenerator<BatchResult, void, void> {
    const checked = await Promise.all(list.map((item) => orderOf(item, method)));
    const orders = checked.map(({ order }) => order);
    const hashes = checked.map(({ hash }) => hash);
    const found = openBatch({ ...resolved, hashes, resume: options.resume });
    work.opening = found;
    const opened = await lifetime.race(found);
    const opening = work.opening = Journal.open(opened, lifetime);
    const journal = await lifetime.race(opening);
    const characters = orders.map((order) => order?.characters ?? 0);
    const progress = new ProgressCounter(characters, journal.purchases, resolved.onProgress);
    journal.onChange = progress.changed.bind(progress);
    work.state = () => ({
      format: 2,
      kind: "batch",
      method,
      items: journal.purchases.map((purchase, i) => ({ hash: hashes[i] ?? EMPTY, ...purchase })),
    });
    const audio = wanted === "job" ? "none" : "bytes";
    const session = work.session = new Session({
      client,
      orders,
      journal,
      progress,
      options: resolved,
      lifetime,
      audio,
      stopAfter,
    });

    const settled = async (index: number): Promise<BatchResult> => {
      const item = list[index] as BatchItem;
      const invalid = checked[index]?.error;
      try {
        if (invalid !== undefined) throw invalid;
        const obtained = await session.obtain(index);
        await obtained.complete;
        return { status: "fulfilled", index, item, ...resultOf(obtained, audio) };
      } catch (reason) {
        // Other errors come from the store, or from the end of the batch.
        const known = asTsetsenError(reason);
        if (reason !== invalid && (known === undefined || known.code === SUPERSEDED)) throw reason;
        return { status: "rejected", index, item, reason: asItemError(reason) };
      }
    };
    // A race of all items under way would leak: a slow promise keeps the results of every race before.
    const over: Promise<BatchResult>[] = [];
    let wake = () => {};
    let underWay = 0;
    for (let next = 0; next < list.length || underWay > 0;) {
      for (; next < list.length && underWay < concurrency; next++) {
        underWay++;
        const item = settled(next);
        const end = () => {
          over.push(item);
          wake();
        };
        item.then(end, end);
      }
      while (over.length === 0) {
        await lifetime.race(new Promise<void>((resolve) => wake = resolve));
      }
      const result = await (over.shift() as Promise<BatchResult>);
      underWay--;
      // Two runs under one key must not both report success.
      if (underWay === 0 && next === list.length) await lifetime.race(journal.checkFence());
      yield result;
    }
  }

  const results = new Run(client, resolved, run, () => work.session);
  return new Batch(results, work);
}

/** The order and the hash of an item, or the error because of which it cannot be bought. */
async function orderOf(item: BatchItem, method: Method): Promise<{
  readonly hash?: string;
  readonly order?: Order;
  readonly error?: unknown;
}> {
  try {
    const { apiKey: _, ...request } = toSpeech(item, "", method);
    // The caller may put the next item into the same object while this waits, so read it first.
    const { apiKey } = item;
    const characters = countCharacters(request.text);
    const hash = await contentHash(request.text, request);
    return { hash, order: { request: { ...request, apiKey }, characters } };
  } catch (error) {
    return { error };
  }
}

/** The error of an item. Making the item again can charge again, also when the error is about a poll of its job. */
function asItemError(reason: unknown): unknown {
  const known = asTsetsenError(reason);
  const isPaid = known?.charged === "yes" || known?.charged === "unknown";
  return isPaid ? withContext(known, { billable: true }) : reason;
}

function resultOf(
  { audio: { chunks }, job, format = formatOf(chunks) }: Obtained,
  audio: "bytes" | "none",
): Pick<FulfilledItem, "job" | "audio" | "format"> {
  // Only a stream has no job, even if an earlier run has bought it.
  if (job === undefined) return { job, audio: encodeWav(chunks), format: "wav" };
  if (audio === "none") return { job, audio: undefined, format: undefined };
  return { job, audio: concatBytes(chunks), format };
}

/** The error for all items that were not submitted, if the others would fail, too. */
function stopAfter(error: unknown, unknowns: number): unknown {
  const known = asTsetsenError(error);
  if (known === undefined) return error;
  const isHopeless = HOPELESS.includes(known.code ?? "") || unknowns >= 2;
  return isHopeless ? withContext(known, { requestId: undefined, charged: "no" }) : undefined;
}

/** The codes of errors that every other item would meet, too. */
const HOPELESS: readonly string[] = [
  "authentication_failed",
  "client_closed",
  "insufficient_credits",
  "rate_limit_exceeded",
  SUPERSEDED,
];

const ITEMS: Rule = ["any", "an iterable of requests", isIterable, TypeError];

function itemsOf(items: Iterable<BatchItem>): BatchItem[] {
  check("items", items, ITEMS);
  return [...items];
}
