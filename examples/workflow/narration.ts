/** The durable part: one instance makes one narration, step by step. A step whose result is kept is never run again. */

import { SAMPLE_RATE } from "@tsetsen/sdk";
import { WorkflowEntrypoint, type WorkflowEvent, type WorkflowStep } from "cloudflare:workers";
import { fetchPart, type PartAudio } from "./audio.ts";
import { joinParts } from "./join.ts";
import { type Env, findOrder, type Order, type Ticket } from "./order.ts";
import { type Outcome, submitPart } from "./purchase.ts";

/** How many parts may be under way at once. They are submitted one after the other, in order. */
const CONCURRENCY = 3;
/** How often something is tried before the narration gives up: more than an hour of waiting. */
const MAX_TRIES = 80;

/** For what costs nothing. */
const FREE = { retries: { limit: 5, delay: "2 seconds", backoff: "exponential" } } as const;
/** For what costs credits. */
const PAID = { retries: { limit: 0, delay: "1 second" }, timeout: "5 minutes" } as const;
const LONG = { ...FREE, timeout: "30 minutes" } as const;

/** The workflow. */
export class Narration extends WorkflowEntrypoint<Env, Ticket> {
  async run(event: WorkflowEvent<Ticket>, step: WorkflowStep): Promise<unknown> {
    const { id } = event.payload;
    const { env } = this;
    let order: Order | undefined;
    // Read when it is needed after each wake: the text is too large for the result of a step.
    const read = async () => order ??= await readOrder(env, id);
    const parts = await step.do("plan", FREE, async () => (await read()).parts);

    const tell = (index: number, error: unknown) =>
      new Error(`Part ${index + 1} of ${parts.length}: ${(error as Error).message}`);
    const submit = (index: number) =>
      attempts(
        step,
        `submit part ${index + 1}`,
        (name) => step.do(name, PAID, async () => await submitPart(env, id, index, await read())),
      );
    const fetch = (index: number, requestId: string) =>
      attempts(
        step,
        `audio of part ${index + 1}`,
        (name) => step.do(name, FREE, () => fetchPart(env, id, index, requestId)),
      );

    const audio: Promise<PartAudio>[] = [];
    let failure: Error | undefined;
    for (const [index, { characters }] of parts.entries()) {
      if (characters === 0) {
        audio.push(Promise.resolve({ samples: 0, credits: 0 }));
        continue;
      }
      await Promise.allSettled([audio[index - CONCURRENCY]]);
      // Nothing behind a part that failed is paid for in vain.
      if (failure !== undefined) break;
      try {
        const obtained = fetch(index, await submit(index));
        audio.push(obtained);
        obtained.catch((error) => failure ??= tell(index, error));
      } catch (error) {
        failure ??= tell(index, error);
      }
    }
    // What is paid for is fetched, whatever happens to the others.
    const ends = await Promise.allSettled(audio);
    if (failure !== undefined) throw failure;

    const done = ends.map((end) => (end as PromiseFulfilledResult<PartAudio>).value);
    const lengths = done.map(({ samples }) => samples);
    const total = await step.do("join", LONG, async () => {
      return await joinParts(env, id, await read(), lengths);
    });
    const credits = done.reduce((sum, part) => sum + part.credits, 0);
    return { seconds: total / SAMPLE_RATE, credits };
  }
}

/** Runs a step until it has a value; the engine sleeps in between. */
async function attempts<T>(
  step: WorkflowStep,
  name: string,
  run: (name: string) => Promise<Outcome<T>>,
): Promise<T> {
  for (let tries = 1;; tries++) {
    const outcome = await run(`${name}, try ${tries}`);
    if ("value" in outcome) return outcome.value;
    if ("failed" in outcome) throw new Error(outcome.failed);
    const { wait, why } = outcome;
    if (tries === MAX_TRIES) throw new Error(`${why} This was try ${tries}: resume later.`);
    await step.sleep(`${name}, after try ${tries}`, wait ?? Math.min(60, 2 ** tries) * 1_000);
  }
}

async function readOrder(env: Env, id: string): Promise<Order> {
  const order = await findOrder(env, id);
  if (order === undefined) throw new Error("The order is gone from R2.");
  return order;
}
