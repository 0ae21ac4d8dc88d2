// Two runs under one key: the one that began last goes on, and the other buys nothing more.

import { assertEquals } from "@std/assert";
import { interruptedJobs, TsetsenError } from "../../mod.ts";
import {
  batch,
  memoryStore,
  narrate,
  type NarrationOptions,
  savedNarration,
  type Store,
} from "../../src/narration/mod.ts";
import { failure, rejection, setUp } from "../support/rig.ts";
import { FAST, muchLater, paid, paragraphs, texts, VOICE } from "./setup.ts";
import { until } from "../support/until.ts";

const TEXT = paragraphs(12);
const REQUEST = { text: TEXT, ...VOICE } as const;

/** What a run ends with. */
async function endOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
    return "done";
  } catch (error) {
    return error instanceof TsetsenError ? [error.code, error.charged] : error;
  }
}

Deno.test("narrate refuses a run that another has replaced, before it buys, and tells it by its code", async () => {
  await using rig = await setUp({ emulator: { queueTime: 20 } });
  const { client, emulator } = rig;
  const options = { ...FAST, key: "book", store: memoryStore() };
  const first = narrate(client, REQUEST, options);
  const end = endOf(first.bytes());
  await until(() => emulator.jobs.length === 4);
  const second = narrate(client, REQUEST, options).bytes();
  assertEquals(await end, ["superseded", "no"]);
  await first.settled();
  await second;
  assertEquals(paid(emulator).sort(), texts(TEXT).sort());
});

Deno.test("narrate buys each part once, and one run alone reports success, whenever the second begins", async () => {
  await using rig = await setUp();
  const { client, emulator } = rig;
  for (let intents = 0; intents <= 12; intents++) {
    emulator.reset();
    const memory = memoryStore();
    let begin = () => {};
    const hasBegun = new Promise<void>((resolve) => begin = resolve);
    let waits = () => {};
    const isWaiting = new Promise<void>((resolve) => waits = resolve);
    let left = intents;
    // The first run stops at one of its saves until the second has opened the key.
    const first: Store = {
      ...memory,
      save: async (name, value, follows) => {
        if (
          value.includes('"submitting"') && left-- === 0 || value.includes("done") && left === 0
        ) {
          waits();
          await hasBegun;
        }
        return await memory.save(name, value, follows);
      },
    };
    const second: Store = {
      ...memory,
      save: async (name, value, follows) => {
        const version = await memory.save(name, value, follows);
        if (name === "narration/book") begin();
        return version;
      },
    };
    const options = { ...FAST, key: "book" };
    const one = endOf(narrate(client, REQUEST, { ...options, store: first }).bytes());
    await isWaiting;
    const two = endOf(narrate(client, REQUEST, { ...options, store: second }).bytes());
    assertEquals([await one, await two], [["superseded", "no"], "done"]);
    assertEquals(paid(emulator).sort(), texts(TEXT).sort());
  }
});

Deno.test("narrate finds all bought, and buys nothing, when its rival has ended before it claims the key", async () => {
  await using rig = await setUp();
  const { client, emulator } = rig;
  const memory = memoryStore();
  let go = () => {};
  const held = new Promise<void>((resolve) => go = resolve);
  let isWaiting = false;
  // It has read that nothing is bought, and claims the key late.
  const late: Store = {
    ...memory,
    save: async (name, value, follows) => {
      if (name === "narration/book") {
        isWaiting = true;
        await held;
      }
      return await memory.save(name, value, follows);
    },
  };
  const second = narrate(client, REQUEST, { ...FAST, key: "book", store: late }).bytes();
  await until(() => isWaiting);
  const first = await narrate(client, REQUEST, { ...FAST, key: "book", store: memory }).bytes();
  go();
  assertEquals(await second, first);
  assertEquals(paid(emulator), texts(TEXT));
});

Deno.test("batch buys each item once when two runs work under one key, and one alone reports success", async () => {
  await using rig = await setUp({ emulator: { queueTime: 10 } });
  const { client, emulator } = rig;
  const items = texts(TEXT).map((text) => ({ text, ...VOICE }));
  const options = { ...FAST, key: "list", store: memoryStore() };
  const first = endOf(batch(client, items, options).results());
  await until(() => emulator.jobs.length === 4);
  const second = batch(client, items, options).results();
  assertEquals(await first, ["superseded", "no"]);
  assertEquals((await second).map(({ status }) => status), items.map(() => "fulfilled"));
  assertEquals(paid(emulator).sort(), texts(TEXT).sort());
});

Deno.test("narrate follows the job whose submission the run before it had not finished", async () => {
  await using rig = await setUp();
  const { client, emulator } = rig;
  const when = ({ message }: { message?: Readonly<Record<string, unknown>> | undefined }) =>
    message?.["text"] === texts(TEXT)[4];
  emulator.addFault({ kind: "delay", delay: 2_000, charged: true, method: "GenerateSpeech", when });
  const options = { ...FAST, key: "book", store: memoryStore(), retryUnknown: true };
  const first = endOf(narrate(client, REQUEST, options).bytes());
  await until(() => emulator.jobs.length === 5);
  // The first run waits for its answer now.
  await narrate(client, REQUEST, options).bytes();
  assertEquals(await first, ["superseded", "no"]);
  assertEquals(paid(emulator).sort(), texts(TEXT).sort());
});

Deno.test("narrate tells the id of a job whose record another run has replaced by the caller's decision", async () => {
  await using rig = await setUp();
  const { client, emulator } = rig;
  let answer = () => {};
  const held = new Promise<void>((resolve) => answer = resolve);
  const memory = memoryStore();
  // The answer comes, and its record comes late.
  const store: Store = {
    ...memory,
    save: async (name, value, follows) => {
      if (value.includes('"submitted"')) await held;
      return await memory.save(name, value, follows);
    },
  };
  const request = { text: "Нэг.", ...VOICE };
  const first = rejection(narrate(client, request, { ...FAST, key: "k", store }).bytes());
  await until(() => emulator.jobs.length === 1);
  const options: NarrationOptions = { ...FAST, key: "k", store: memory, retryUnknown: true };
  await muchLater(() => narrate(client, request, options).bytes());
  answer();
  const error = await first;
  const { requestId } = emulator.jobs[0]!;
  assertEquals(interruptedJobs(error), [{ requestId, charged: "yes" }]);
  assertEquals((error as TsetsenError).code, "superseded");
  const state = await savedNarration(memory, "k");
  assertEquals(state?.parts[0]?.requestId, emulator.jobs[1]?.requestId);
});

Deno.test("narrate claims no key for a run that was cancelled while it was opened", async () => {
  await using rig = await setUp();
  const { client, emulator } = rig;
  const memory = memoryStore();
  let go = () => {};
  const held = new Promise<void>((resolve) => go = resolve);
  let opens = 0;
  const slow: Store = {
    ...memory,
    load: async (name) => {
      if (name.startsWith("part/") && opens++ === 0) await held;
      return await memory.load(name);
    },
  };
  const first = narrate(client, REQUEST, { ...FAST, key: "book", store: slow });
  const end = first.next();
  await until(() => opens > 0);
  await first.cancel();
  await end;
  const second = narrate(client, REQUEST, { ...FAST, key: "book", store: memory });
  await second.next();
  go();
  await first.settled();
  for await (const _ of second);
  assertEquals(paid(emulator), texts(TEXT));
});

Deno.test("narrate refuses a store of version 0.1 and one that never takes a record, and sends nothing", async () => {
  await using rig = await setUp();
  const { client, emulator } = rig;
  const states = new Map<string, unknown>();
  const earlier = {
    load: (key: string) => Promise.resolve(states.get(key)),
    save: (key: string, state: unknown) => Promise.resolve(void states.set(key, { state })),
  } as unknown as Store;
  const never: Store = { ...memoryStore(), save: () => Promise.resolve(undefined) };
  const memory = memoryStore();
  const noParts: Store = {
    ...memory,
    save: async (name, ...rest) =>
      name.startsWith("part/") ? undefined : await memory.save(name, ...rest),
  };
  for (const store of [earlier, never, noParts]) {
    await failure(TypeError, narrate(client, REQUEST, { ...FAST, store }).bytes());
  }
  assertEquals(emulator.requests.length, 0);
});
