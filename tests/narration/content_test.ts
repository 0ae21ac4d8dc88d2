// Parts are known by their content: what was bought once is used wherever the same text, voice, speed and version come again.

import { assert, assertEquals } from "@std/assert";
import { InvalidRequestError } from "../../mod.ts";
import {
  batch,
  type BatchResult,
  memoryStore,
  narrate,
  type NarrationOptions,
  toPcm,
} from "../../src/narration/mod.ts";
import { failure, setUp } from "../support/rig.ts";
import { FAST, paid, paragraphs, texts, VOICE } from "./setup.ts";

const TEXT = paragraphs(12);
const CORRECTED = TEXT.replace("бол 5 дүгээр", "бол тав дугаар");
const NEW = "Энэ бол тав дугаар хэсэг.";

async function whole(text: string, options: NarrationOptions = {}): Promise<Uint8Array> {
  await using rig = await setUp();
  return await narrate(rig.client, { text, ...VOICE }, { ...FAST, ...options }).bytes();
}

for (const key of ["book", undefined]) {
  Deno.test(`narrate buys one part for one corrected sentence, from its store (key: ${key ?? "the default"})`, async () => {
    await using rig = await setUp();
    const { client, emulator, sent } = rig;
    const options = { ...FAST, key, store: memoryStore() };
    await narrate(client, { text: TEXT, ...VOICE }, options).bytes();
    const bytes = await narrate(client, { text: CORRECTED, ...VOICE }, options).bytes();
    assertEquals(bytes, await whole(CORRECTED));
    assertEquals(paid(emulator), [...texts(TEXT), NEW]);
    assertEquals(sent("Audio").length, 13);
  });
}

Deno.test("narrate buys one part for one corrected sentence, from a state", async () => {
  await using rig = await setUp();
  const { client, emulator } = rig;
  const first = narrate(client, { text: TEXT, ...VOICE }, FAST);
  await first.bytes();
  const resume = JSON.parse(JSON.stringify(first.state));
  const second = narrate(client, { text: CORRECTED, ...VOICE }, { ...FAST, resume });
  assertEquals(await second.bytes(), await whole(CORRECTED));
  assertEquals(paid(emulator), [...texts(TEXT), NEW]);
  const other = narrate(client, { text: "Өөр ном.", ...VOICE }, { ...FAST, resume });
  assert(
    (await failure(InvalidRequestError, other.bytes())).message.includes("no part is the same"),
  );
});

Deno.test("narrate with other options of the cut follows them, and buys only parts whose text is new", async () => {
  const text = "Нэг нэг нэг. Хоёр хоёр!\n\nГурав гурав.";
  await using rig = await setUp();
  const { client, emulator } = rig;
  for (const options of [{ key: "k", store: memoryStore() }, { store: memoryStore() }]) {
    const before = paid(emulator).length;
    const run = async (more: NarrationOptions) => {
      const all = { ...FAST, ...options, ...more };
      assertEquals(await narrate(client, { text, ...VOICE }, all).bytes(), await whole(text, more));
      return paid(emulator).slice(before);
    };
    const together = ["Нэг нэг нэг. Хоёр хоёр!", "Гурав гурав."];
    assertEquals(await run({}), together);
    const apart = ["Нэг нэг нэг.", "Хоёр хоёр!"];
    assertEquals(await run({ captions: "sentence" }), [...together, ...apart]);
    assertEquals(await run({ pauses: { paragraph: 3_000 } }), [...together, ...apart]);
    assertEquals(await run({ maxCharacters: 13 }), [...together, ...apart]);
    assertEquals(await run({}), [...together, ...apart]);
  }
});

Deno.test("narrate with other options of the cut does not take the places of a state that was resumed", async () => {
  const text = "Нэг нэг нэг. Хоёр хоёр!";
  await using rig = await setUp();
  const first = narrate(rig.client, { text, ...VOICE }, { ...FAST, captions: "sentence" });
  await first.bytes();
  const options = {
    ...FAST,
    captions: "sentence",
    pauses: { exclamation: 9_000, period: 9_000 },
  } as const;
  const second = narrate(rig.client, { text, ...VOICE }, { ...options, resume: first.state });
  assertEquals(await second.bytes(), await whole(text, options));
  assertEquals(paid(rig.emulator).length, 2);
});

Deno.test("narrate buys a text that comes twice twice, as it always has, and shares each with the next run", async () => {
  await using rig = await setUp();
  const store = memoryStore();
  const request = { text: "Тийм.\n\nТийм.\n\nҮгүй.", ...VOICE };
  await narrate(rig.client, request, { ...FAST, store }).bytes();
  assertEquals(paid(rig.emulator), ["Тийм.", "Тийм.", "Үгүй."]);
  const more = { ...request, text: `${request.text}\n\nТийм.` };
  await narrate(rig.client, more, { ...FAST, store }).bytes();
  assertEquals(paid(rig.emulator), ["Тийм.", "Тийм.", "Үгүй.", "Тийм."]);
});

Deno.test("batch buys one item for one that is added, from its store and from its state", async () => {
  const items = ["Нэг.", "Хоёр.", "Гурав."].map((text) => ({ text, ...VOICE }));
  const more = [items[0]!, { text: "Шинэ.", ...VOICE }, items[1]!, items[2]!];
  const audio = (results: BatchResult[]) =>
    results.map((result) => result.status === "fulfilled" ? result.audio : undefined);
  for (const options of [{ key: "k", store: memoryStore() }, { store: memoryStore() }, {}]) {
    await using rig = await setUp();
    const first = batch(rig.client, items, { ...FAST, ...options });
    const before = audio(await first.results());
    const resume = "store" in options ? undefined : first.state;
    const second = await batch(rig.client, more, { ...FAST, ...options, resume }).results();
    assertEquals(audio(second).toSpliced(1, 1), before);
    assertEquals(paid(rig.emulator), ["Нэг.", "Хоёр.", "Гурав.", "Шинэ."]);
  }
});

Deno.test("narrate and batch share what is bought, and each gets the audio in its own form", async () => {
  await using rig = await setUp();
  const { client, emulator } = rig;
  const spoken = texts(TEXT);
  const items = spoken.map((text) => ({ text, ...VOICE }));
  for (const batchFirst of [true, false]) {
    emulator.reset();
    const store = memoryStore();
    const narrated = () => narrate(client, { text: TEXT, ...VOICE }, { ...FAST, store }).bytes();
    const results = () => batch(client, items, { ...FAST, store }).results();
    const [bytes, list] = batchFirst
      ? [await results(), await narrated()].reverse() as [Uint8Array, BatchResult[]]
      : [await narrated(), await results()];
    assertEquals(bytes, await whole(TEXT));
    for (const result of list) {
      if (result.status === "rejected") throw result.reason;
      assertEquals([result.format, toPcm([result.audio!]).length], ["wav", 1]);
    }
    assertEquals(paid(emulator), spoken);
  }
});

Deno.test("narrate shares a part with a run under another key that is submitting it at this moment", async () => {
  await using rig = await setUp();
  const { client, emulator } = rig;
  const store = memoryStore();
  emulator.addFault({
    kind: "delay",
    delay: 300,
    charged: true,
    method: "GenerateSpeech",
    times: 4,
  });
  const run = (text: string) => narrate(client, { text, ...VOICE }, { ...FAST, store }).bytes();
  const [first, second] = await Promise.all([run(TEXT), run(CORRECTED)]);
  assertEquals([first, second], [await whole(TEXT), await whole(CORRECTED)]);
  assertEquals(paid(emulator).sort(), [...texts(TEXT), NEW].sort());
});
