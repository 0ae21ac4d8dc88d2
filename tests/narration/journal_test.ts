// What a narration and a batch write: a record for each step of a part, whatever their number.

import { assert, assertEquals } from "@std/assert";
import { batch, memoryStore, narrate, type Store } from "../../src/narration/mod.ts";
import { setUp } from "../support/rig.ts";
import { FAST, paragraphs, texts, VOICE } from "./setup.ts";

/** A store that counts what it is given. */
function counting(): Store & { bytes: number; largest: number } {
  const memory = memoryStore();
  const encoder = new TextEncoder();
  const store = {
    ...memory,
    bytes: 0,
    largest: 0,
    save: (name: string, value: string, follows: string | undefined) => {
      const { length } = encoder.encode(value);
      store.bytes += length + encoder.encode(name).length;
      store.largest = Math.max(store.largest, length);
      return memory.save(name, value, follows);
    },
  };
  return store;
}

const WAYS = {
  narrate: (text: string, store: Store) => async () => {
    await using rig = await setUp();
    await narrate(rig.client, { text, ...VOICE }, { ...FAST, store, concurrency: 8 }).bytes();
  },
  batch: (text: string, store: Store) => async () => {
    await using rig = await setUp();
    const items = texts(text).map((part) => ({ text: part, ...VOICE }));
    await batch(rig.client, items, { ...FAST, store, concurrency: 8 }).results();
  },
};

for (const [name, way] of Object.entries(WAYS)) {
  Deno.test(`${name} writes as much for a part of 160 as for a part of 40, below 1,000 bytes`, async () => {
    const bytes: number[] = [];
    for (const parts of [40, 160]) {
      const store = counting();
      await way(paragraphs(parts), store)();
      bytes.push(store.bytes / parts);
    }
    const [few = 0, many = 0] = bytes;
    assert(many < 1_000 && many < few * 1.05, `${few} and ${many} bytes a part`);
  });
}

Deno.test("narrate keeps the plan of 8,000 parts in records of at most 60,000 bytes", async () => {
  await using rig = await setUp();
  const store = counting();
  const narration = narrate(rig.client, { text: paragraphs(8_000), ...VOICE }, { ...FAST, store });
  await narration.next();
  await narration.cancel();
  await narration.settled();
  assert(store.largest <= 60_000, `${store.largest} bytes`);
  assert(store.bytes / 8_000 < 200, `${store.bytes / 8_000} bytes a part`);
  assertEquals(narration.state?.parts.length, 8_000);
});

Deno.test("narrate keeps neither the key nor the text in its store", async () => {
  await using rig = await setUp();
  const values: string[] = [];
  const memory = memoryStore();
  const store: Store = {
    ...memory,
    save: (name, value, follows) => {
      values.push(name, value);
      return memory.save(name, value, follows);
    },
  };
  await narrate(rig.client, { text: paragraphs(3), ...VOICE }, { ...FAST, store }).bytes();
  assert(values.length > 10);
  assert(!/[а-яёөү]|tsetsen-/i.test(values.join("")));
});
