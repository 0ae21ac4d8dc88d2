// Stores that are not quite as documented, and stores that do not answer.

import { assertEquals, assertRejects } from "@std/assert";
import { interruptedJobs } from "../../mod.ts";
import { fileStore } from "../../src/narration/file_store.ts";
import {
  batch,
  memoryStore,
  narrate,
  savedNarration,
  type Store,
} from "../../src/narration/mod.ts";
import { failure, rejection, setUp } from "../support/rig.ts";
import { FAST, paid, paragraphs, texts, VOICE } from "./setup.ts";
import { until } from "../support/until.ts";

const TEXT = paragraphs(3);
const REQUEST = { text: TEXT, ...VOICE } as const;

Deno.test("narrate takes null from a store for a refusal, as clients of databases give it", async () => {
  await using rig = await setUp();
  const memory = memoryStore();
  let refusals = 0;
  const store: Store = {
    ...memory,
    // Another run has opened the key in this moment.
    save: async (name, ...rest) =>
      name === "narration/book" && refusals++ < 3
        ? null as never
        : await memory.save(name, ...rest) ?? null as never,
  };
  await narrate(rig.client, REQUEST, { ...FAST, store, key: "book" }).bytes();
  assertEquals(refusals, 4);
  assertEquals(paid(rig.emulator), texts(TEXT));
});

Deno.test("narrate and batch refuse a store whose versions are numbers, and send nothing", async () => {
  await using rig = await setUp();
  const memory = memoryStore();
  const store: Store = {
    ...memory,
    save: async (...args) => Number(await memory.save(...args)) as never,
  };
  for (const key of ["book", undefined]) {
    const options = { ...FAST, store, key };
    for (
      const work of [
        narrate(rig.client, REQUEST, options).bytes(),
        batch(rig.client, [REQUEST], options).results(),
      ]
    ) {
      const { message } = await failure(TypeError, work);
      assertEquals(
        message.includes("store.save must resolve with the new version, a string"),
        true,
      );
    }
  }
  assertEquals(rig.emulator.requests.length, 0);
});

Deno.test("narrate ends at its abort while the store does not answer about the intent of another run", async () => {
  await using rig = await setUp();
  const memory = memoryStore();
  rig.emulator.addFault({ kind: "hang", method: "GenerateSpeech" });
  const other = narrate(rig.client, REQUEST, { ...FAST, store: memory, key: "other" });
  const end = rejection(other.bytes());
  await until(() => rig.sent("GenerateSpeech").length === 1);

  const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>();
  let loads = 0;
  const store: Store = {
    ...memory,
    load: async (name) => {
      if (!name.startsWith("part/") || ++loads <= texts(TEXT).length) {
        return await memory.load(name);
      }
      isAsked();
      return await new Promise<never>(() => {});
    },
  };
  const controller = new AbortController();
  const options = { ...FAST, store, key: "book", signal: controller.signal };
  const work = rejection(narrate(rig.client, REQUEST, options).bytes());
  await asked;
  const reason = new Error("enough");
  controller.abort(reason);
  assertEquals(await work, reason);
  rig.client.close();
  await end;
  await other.settled();
});

Deno.test("narrate names the paid jobs when its store cannot keep their audio", async () => {
  await using rig = await setUp();
  const full = new Error("no space left");
  const store: Store = { ...memoryStore(), saveAudio: () => Promise.reject(full) };
  const narration = narrate(rig.client, REQUEST, { ...FAST, store, concurrency: 1 });
  const error = await rejection(narration.bytes());
  assertEquals(error, full);
  assertEquals(
    interruptedJobs(error),
    rig.emulator.jobs.map(({ requestId }) => ({ requestId, charged: "yes" as const })),
  );
  assertEquals(rig.emulator.jobs.length, 1);
});

Deno.test("FileStore.remove refuses a key with a slash, and deletes nothing of another key", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using rig = await setUp();
    const store = fileStore(folder);
    await narrate(rig.client, REQUEST, { ...FAST, store, key: "book" }).bytes();
    for (const key of ["book/narration", "book/batch", "book/a"]) {
      await assertRejects(() => store.remove(key), RangeError, "key of a file store");
    }
    const parts = (await savedNarration(store, "book"))?.parts ?? [];
    assertEquals(parts.map(({ status }) => status), ["done", "done", "done"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
