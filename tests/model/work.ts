// Narrations and batches, tried and resumed until they end.

import { type Client, interruptedJobs, TsetsenError } from "../../mod.ts";
import { batch, narrate, type Purchase } from "../../src/narration/mod.ts";
import type { Interrupts } from "./interrupts.ts";
import type { Random } from "./random.ts";
import { checkCharged, must } from "./rules.ts";
import { audioOf, isSame, type Method, narrationOf, requestOf, textOf, VOICES } from "./speech.ts";
import { encodeWav } from "../../src/audio/wav/wav_writer.ts";
import type { World } from "./world.ts";

export interface WorkPlan {
  readonly kind: "narration" | "batch";
  readonly method: Method;
  readonly lengths: readonly number[];
  readonly concurrency: number;
}

export function randomWork(random: Random, lengths: readonly number[]): WorkPlan {
  return {
    kind: random.pick(["narration", "batch"] as const),
    method: random.pick(["generate", "stream"] as const),
    lengths,
    concurrency: 1 + random.below(3),
  };
}

type State = { readonly parts?: readonly Purchase[]; readonly items?: readonly Purchase[] };

/** Works, and resumes from the state of before. The last try meets no fault. */
export async function runWork(
  world: World,
  open: (interrupts?: Interrupts) => Client,
  { kind, method, lengths, concurrency }: WorkPlan,
  interrupts: Interrupts,
): Promise<void> {
  let resume: State | undefined;
  /** How often each part may be charged: what is told as failed is bought again by resuming. */
  const allowed = lengths.map(() => 1);
  /** The charges of each part that were told as failed by an earlier try. */
  const over = lengths.map(() => 0);
  for (let tries = 0; tries < 4; tries++) {
    if (tries === 3) world.emulator.clearFaults();
    const isFirst = tries === 0;
    const signal = isFirst ? interrupts.open() : undefined;
    const client = open(isFirst ? interrupts : undefined);
    const options = {
      method,
      concurrency,
      signal,
      resume: resume as never,
      pollInterval: 2,
      rateLimitTimeout: 20,
      partTimeout: 500,
    };
    let ended: boolean;
    let state: State | undefined;
    const charges = () => lengths.map((length) => world.charges(length));
    if (isFirst) interrupts.start(client);
    if (kind === "batch") {
      const items = lengths.map((length) => requestOf(length, method));
      const running = batch(client, items, options);
      const results = await running.results().catch((error) => checkEnd(error, signal));
      await running.settled().catch(() => {});
      client.close();
      await world.settle();
      const now = charges();
      for (const { status, index, ...rest } of results ?? []) {
        if (status === "fulfilled") {
          must(now[index]! > 0, "a result that the ledger does not know");
          const audio = (rest as { audio: Uint8Array }).audio;
          const made = await audioOf(lengths[index]!, method);
          const whole = method === "stream" ? encodeWav([made as Uint8Array<ArrayBuffer>]) : made;
          must(isSame(audio, whole), `item ${index} of a batch has other audio`);
        } else {
          const { reason } = rest as { reason: TsetsenError };
          const where = `item ${index}, try ${tries}, ${reason.name}`;
          checkCharged(reason.charged, now[index]!, where, over[index]);
        }
      }
      ended = results?.every(({ status }) => status === "fulfilled") ?? false;
      state = running.state as State | undefined;
    } else {
      const text = lengths.map(textOf).join("\n\n");
      const narration = narrate(client, { text, ...VOICES[method] }, options);
      let failure: unknown;
      const bytes = await narration.bytes().catch((error) => {
        failure = error;
        checkEnd(error, signal);
        return undefined;
      });
      await narration.settled().catch(() => {});
      client.close();
      await world.settle();
      if (bytes !== undefined) {
        const whole = await narrationOf(lengths, method);
        must(isSame(bytes, whole), `a narration of ${bytes.length} bytes for ${whole.length}`);
      }
      const { failedPart } = narration;
      if (failure instanceof TsetsenError && failedPart !== undefined) {
        const ended = failure;
        // At a close the error names an open job.
        const text = world.emulator.jobs.find((job) => job.requestId === ended.requestId)?.text;
        const part = text ? lengths.indexOf([...text].length) : failedPart;
        const where = `part ${part}, try ${tries}, ${failure.name}`;
        checkCharged(failure.charged, world.charges(lengths[part]!), where, over[part]);
      }
      ended = bytes !== undefined;
      state = narration.state as State | undefined;
    }
    const purchases = state?.parts ?? state?.items ?? [];
    charges().forEach((count, i) => {
      must(count <= allowed[i]!, `part ${i} of a ${kind} was charged ${count} times`);
      const { status, requestId } = purchases[i] ?? {};
      must(
        count === 0 || (status !== undefined && status !== "pending"),
        `part ${i} was paid and is ${status}`,
      );
      if (requestId !== undefined) must(count > 0, `part ${i} has an id that was never charged`);
      if (status !== "failed") return;
      allowed[i] = count + 1;
      over[i] = count;
    });
    if (ended) return;
    resume = state && JSON.parse(JSON.stringify(state));
  }
}

function checkEnd(error: unknown, signal: AbortSignal | undefined): undefined {
  if (error instanceof TsetsenError) return;
  must(signal?.aborted === true && error === signal.reason, `a run rejected with ${error}`);
  interruptedJobs(error, signal);
}
