// One program: some intents at once, through one client, among random faults.

import { type Client, type ClientOptions, TsetsenError } from "../../mod.ts";
import type { Route } from "../../src/emulator/mod.ts";
import { within } from "../support/rig.ts";
import { Broken, type DirectPlan, follow, randomDirect, runDirect } from "./direct.ts";
import { randomFault } from "./faults.ts";
import { type Interrupts, randomInterrupts } from "./interrupts.ts";
import { Random } from "./random.ts";
import { checkDirect, checkFollowed, must } from "./rules.ts";
import { audioOf, isSame } from "./speech.ts";
import { randomWork, runWork } from "./work.ts";
import { openWorld, WAYS, type World } from "./world.ts";

/** The longest time for one intent in milliseconds: its deadlines are far shorter, and a busy machine is slow. */
const MAX_INTENT_MS = 30_000;

/** What a call without a deadline of its own has, in milliseconds: a fault that hangs costs so much. */
const TIMEOUTS_MS = [40, 120, 300];

/** Runs the program of a seed. Throws what is wrong. Returns what it was, to count. */
export async function runProgram(seed: number): Promise<string> {
  const random = new Random(seed);
  const way = random.pick(WAYS);
  await using world = await openWorld(way);
  const { emulator } = world;
  const routes: readonly Route[] = [
    "GenerateSpeech",
    "GenerateSpeech",
    "StreamSpeech",
    "StreamSpeech",
    "CheckStatus",
    "Audio",
    "ListVoices",
    "GetUserBalance",
  ];
  const story: string[] = [way];
  for (let faults = random.below(6); faults > 0; faults--) {
    const fault = randomFault(random, random.pick(routes));
    story.push(JSON.stringify(fault));
    emulator.addFault(fault);
  }
  const settings: ClientOptions = {
    timeout: random.pick(TIMEOUTS_MS),
    maxConcurrentCalls: random.pick([1, 2, 64]),
    ...(random.percent(30) ? { maxRetries: random.below(3) } : {}),
  };
  const interrupts = randomInterrupts(random);
  story.push(JSON.stringify(settings), interrupts.story);
  const open = (given?: Interrupts): Client =>
    world.open({ ...settings, ...(given && { log: given.log }) });
  const lengths = [20, 31, 42].map((length) => length + random.below(10));
  try {
    if (random.percent(35)) {
      const plan = randomWork(random, lengths.slice(0, 1 + random.below(3)));
      story.push(JSON.stringify(plan));
      await within(runWork(world, open, plan, interrupts), MAX_INTENT_MS);
      return `${way} ${plan.kind} ${plan.method}`;
    }
    const plans = lengths.slice(0, 1 + random.below(3))
      .map(() => randomDirect(random, new Random(random.below(2 ** 31))));
    for (const { random: _, ...plan } of plans) story.push(JSON.stringify(plan));
    const client = open(interrupts);
    interrupts.start(client);
    const free = callFree(client, random, interrupts.open());
    const intents = plans.map((plan, i) => intend(world, client, plan, lengths[i]!, interrupts));
    const checks = await within(Promise.all([free, ...intents]), MAX_INTENT_MS);
    client.close();
    await world.settle();
    for (const check of checks) await check();
    return `${way} ${plans[0]!.call} ${plans[0]!.again}`;
  } catch (error) {
    for (const { method, aborted, done, message } of emulator.requests) {
      story.push(
        `${method} ${message?.["requestId"] ?? ""}${aborted ? " aborted" : ""}${
          done ? "" : " open"
        }`,
      );
    }
    throw new Error(`${(error as Error).message}\n  ${story.join("\n  ")}`, { cause: error });
  } finally {
    interrupts.stop();
  }
}

type Check = () => void | Promise<void>;

/** Makes a paid call and follows its job. @returns What checks it when the ledger is final. */
async function intend(
  world: World,
  client: Client,
  plan: DirectPlan,
  characters: number,
  interrupts: Interrupts,
): Promise<Check> {
  const signal = interrupts.open();
  const outcome = await runDirect(client, plan, characters, interrupts, signal);
  const reached = new Set(world.reached);
  let followed: { readonly error: unknown } | undefined;
  if (!outcome.failed && !plan.followsInside) {
    followed = await follow(client, plan, characters, outcome.value, { ...plan.options, signal })
      .then(() => undefined, (error) => ({ error }));
  }
  const { emulator } = world;
  return async () => {
    checkDirect(world, plan, characters, outcome, reached, signal);
    const id = emulator.jobs.find(({ text }) => [...text].length === characters)?.requestId;
    if (followed !== undefined) checkFollowed(plan.call === "speak", id, followed.error, signal);
    if (id === undefined || !plan.random.percent(20)) return;
    // Whatever has happened, a paid job is still to be had.
    emulator.clearFaults();
    const later = world.open({ timeout: 20_000 });
    const bytes = await (await later.job(id).audio({ pollInterval: 2 })).bytes();
    must(isSame(bytes, await audioOf(characters, "generate")), "resumed audio differs");
  };
}

/** Some calls that cost nothing, beside those that do. */
async function callFree(
  client: Client,
  random: Random,
  signal: AbortSignal | undefined,
): Promise<Check> {
  const calls = [
    async () => void await client.listVoices({}, { signal }),
    async () => void await client.getUserBalance({}, { signal }),
    async () => void await client.checkStatus("job-of-nobody", { signal }),
    async () => void await client.waitForCompletion("job-of-nobody", { signal, pollInterval: 2 }),
  ];
  for (let left = random.below(3); left > 0; left--) {
    try {
      await random.pick(calls)();
    } catch (error) {
      const isKnown = error instanceof TsetsenError || (signal?.aborted && error === signal.reason);
      if (!isKnown) throw new Broken(`a free call rejected with ${error}`);
    }
  }
  return () => {};
}
