// Direct calls: what pays, what follows the job, and the ways to try again.

import {
  type AudioStream,
  type CallOptions,
  type Client,
  isSafeToRetry,
  type Job,
  retry,
} from "../../mod.ts";
import type { Interrupts } from "./interrupts.ts";
import type { Random } from "./random.ts";
import { audioOf, isSame, type Method, requestOf } from "./speech.ts";

/** What can be wrong: thrown by the model, never by the product. */
export class Broken extends Error {}

/** How an intent ended. */
export interface Outcome {
  readonly value?: unknown;
  readonly error?: unknown;
  readonly failed: boolean;
}

export interface DirectPlan {
  readonly method: Method;
  /** What pays. */
  readonly call: "generateSpeech" | "submit" | "speak" | "streamSpeech";
  /** Who tries again. */
  readonly again: "nobody" | "retry" | "isSafeToRetry";
  /** Whether following the job stands inside what is tried again. */
  readonly followsInside: boolean;
  readonly options: CallOptions;
  /** Chooses while it runs, from its own seed. */
  readonly random: Random;
}

export function randomDirect(random: Random, seed: Random): DirectPlan {
  const call = random.pick(["generateSpeech", "submit", "speak", "streamSpeech"] as const);
  const again = random.pick(["nobody", "nobody", "retry", "isSafeToRetry"] as const);
  return {
    call,
    again,
    method: call === "streamSpeech" ? "stream" : "generate",
    // A caller that asks isSafeToRetry must not submit again for an error about a poll, as its description says. The audio of
    // `speak` is part of what is done again.
    followsInside: (again === "retry" || (again === "isSafeToRetry" && call === "speak")) &&
      random.percent(50),
    options: {
      ...(random.percent(25) ? { timeout: 5 + random.below(120) } : {}),
      ...(random.percent(30) ? { maxRetries: random.below(4) } : {}),
    },
    random: seed,
  };
}

/** Does it once, with what the plan says about trying again. */
export async function runDirect(
  client: Client,
  plan: DirectPlan,
  characters: number,
  interrupts: Interrupts,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  const options = { ...plan.options, signal };
  const work = async () => {
    try {
      const paid = await pay(client, plan, characters, options);
      if (plan.followsInside) await follow(client, plan, characters, paid, options);
      return paid;
    } catch (error) {
      interrupts.failed();
      throw error;
    }
  };
  try {
    if (plan.again === "retry") {
      const quick = { baseDelay: 1, maxDelay: 4, maxRetries: 4, signal };
      return { failed: false, value: await retry(work, quick) };
    }
    for (let tries = 0;; tries++) {
      try {
        return { failed: false, value: await work() };
      } catch (error) {
        const isOver = plan.again === "nobody" || tries > 3 || signal?.aborted;
        if (isOver || !isSafeToRetry(error)) throw error;
      }
    }
  } catch (error) {
    return { failed: true, error };
  }
}

async function pay(
  client: Client,
  { call, method, random }: DirectPlan,
  characters: number,
  options: CallOptions,
): Promise<unknown> {
  const request = requestOf(characters, method) as never;
  if (call === "streamSpeech") {
    const idle = random.percent(20) ? { idleTimeout: 5 + random.below(100) } : {};
    const stream = client.streamSpeech(request, { ...options, ...idle });
    await read(stream, await audioOf(characters, "stream"), true, random);
    return undefined;
  }
  return await client[call](request, options);
}

/** Follows a paid job to its audio in one of many ways. */
export async function follow(
  client: Client,
  { random }: DirectPlan,
  characters: number,
  paid: unknown,
  { signal, ...rest }: CallOptions,
): Promise<void> {
  if (paid === undefined) return;
  const expected = await audioOf(characters, "generate");
  const options = { signal, ...rest };
  if (
    Symbol.asyncIterator in (paid as object) &&
    !("requestId" in (paid as Job) && "wait" in (paid as Job))
  ) {
    return await read(paid as AudioStream, expected, false, random);
  }
  const { requestId } = paid as { readonly requestId: string };
  const job = "wait" in (paid as Job) ? paid as Job : client.job(requestId);
  const watching = { ...options, pollInterval: 2 };
  switch (random.below(6)) {
    case 0: {
      const done = await client.waitForCompletion(requestId, watching);
      return await read(client.downloadAudio(done, options), expected, false, random);
    }
    case 1: {
      for await (const { requestId: id } of client.watchStatus(requestId, watching)) {
        if (id !== requestId) throw new Broken("a status of another job");
        if (random.percent(20)) break;
      }
      return;
    }
    case 2: {
      const { requestId: id } = await client.checkStatus(requestId, options);
      if (id !== requestId) throw new Broken("the status of another job");
      return;
    }
    case 3:
      await job.wait(watching);
      return;
    default:
      return await read(await job.audio(watching), expected, false, random);
  }
}

/** Reads audio in one of many ways, and compares it. */
async function read(
  audio: AudioStream,
  expected: Uint8Array,
  isPcm: boolean,
  random: Random,
): Promise<void> {
  const way = random.pick(
    ["bytes", "bytes", "wav", "loop", "leave", "readable", "response"] as const,
  );
  const chunks: Uint8Array[] = [];
  const take = (chunk: Uint8Array) => chunks.push(chunk.slice());
  const isWav = isPcm && (way === "wav" || way === "response");
  switch (way) {
    case "bytes":
    case "wav":
      take(await audio[way]());
      break;
    case "loop":
      for await (const chunk of audio) take(chunk);
      break;
    case "leave": {
      let left = random.below(4);
      for await (const chunk of audio) {
        take(chunk);
        if (left-- === 0) break;
      }
      break;
    }
    case "readable":
      for await (const chunk of audio.toReadableStream()) take(chunk);
      break;
    case "response":
      take(new Uint8Array(await (await audio.toResponse()).arrayBuffer()));
      break;
  }
  let all = new Uint8Array(await new Blob(chunks as Uint8Array<ArrayBuffer>[]).arrayBuffer());
  if (isWav) all = all.subarray(44);
  const whole = way === "leave" ? expected.subarray(0, all.length) : expected;
  if (!isSame(all, whole)) {
    throw new Broken(`${way}: ${all.length} bytes of audio for ${whole.length}, or other ones`);
  }
}
