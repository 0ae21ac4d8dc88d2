/**
 * The part of it that costs money. GenerateSpeech has no idempotency key, and an engine runs a step again when its machine was
 * lost before the result was kept, whatever its number of retries. So an intent is written before each submission: who finds
 * one without a request id does not know whether it was charged, and sends nothing.
 */

import { ConnectionError, RateLimitExceededError, TsetsenError } from "@tsetsen/sdk";
import { connect, type Env, isNew, keys, type Order } from "./order.ts";

/** What is kept about a purchase: nothing yet is the intent. */
interface PurchaseRecord {
  readonly requestId?: string;
}

/** What came of a step. Errors lose their class on the way out of one, so what matters goes into its result. */
export type Outcome<T> =
  | { readonly value: T }
  /** To be tried again after so many milliseconds, or after a while. */
  | { readonly wait: number | null; readonly why: string }
  /** For good; what to do about it is part of it. */
  | { readonly failed: string };

/** Submits a part, once. @returns Its request id. */
export async function submitPart(
  env: Env,
  id: string,
  index: number,
  { request, parts }: Order,
): Promise<Outcome<string>> {
  const client = connect(env);
  const key = keys.record(id, index);
  if (await env.BUCKET.put(key, "{}", { onlyIf: isNew() }) === null) {
    const record = await (await env.BUCKET.get(key))?.json<PurchaseRecord>();
    if (record?.requestId !== undefined) return { value: record.requestId };
    return {
      failed: "It was submitted before, and whether it was charged is not known " +
        `(charged: unknown). Nothing was sent. ${decide(index)}`,
    };
  }
  const part = parts[index];
  const text = request.text.slice(part?.start, part?.end).trim();
  try {
    // No retries: a refusal is waited out by the engine, which takes no resources meanwhile.
    const { requestId } = await client.submit({ ...request, text }, { maxRetries: 0 });
    await keep(env, key, requestId);
    return { value: requestId };
  } catch (error) {
    if (!(error instanceof TsetsenError)) throw error;
    const { message, charged, requestId, retryAfter } = error;
    if (charged === "no") {
      await env.BUCKET.delete(key);
      const passes = error instanceof RateLimitExceededError || error instanceof ConnectionError;
      const why = `${message} (charged: no)`;
      return passes ? { wait: retryAfter ?? null, why } : { failed: why };
    }
    if (requestId !== undefined) await keep(env, key, requestId);
    return { failed: `${message} (charged: ${charged}). ${decide(index)}` };
  }
}

/** Says who decides about money, and how. */
export function decide(index: number): string {
  return "Look at the balance or the service's history. To buy it again: POST …/resume with " +
    `{ "buyAgain": [${index + 1}] }.`;
}

/** Forgets purchases, so that they are made again: the decision of whoever pays. */
export async function forget(env: Env, id: string, indexes: readonly number[]): Promise<void> {
  const both = indexes.flatMap((index) => [keys.record(id, index), keys.samples(id, index)]);
  if (both.length > 0) await env.BUCKET.delete(both);
}

async function keep({ BUCKET }: Env, key: string, requestId: string): Promise<void> {
  try {
    await BUCKET.put(key, JSON.stringify({ requestId } satisfies PurchaseRecord));
  } catch (error) {
    // The result of the step has the id, too. To fail here would lose both.
    console.error(`The request id ${requestId} could not be kept in R2.`, error);
  }
}
