// States in the form of version 0.1 of the SDK: one JSON value, and audio under the numbers of the parts.

import { assertEquals } from "@std/assert";
import type { Client } from "../../mod.ts";
import { fileStore } from "../../src/narration/file_store.ts";
import {
  batch,
  type BatchState,
  memoryStore,
  narrate,
  type NarrationState,
  savedNarration,
} from "../../src/narration/mod.ts";
import { type Rig, setUp } from "../support/rig.ts";
import { FAST, jobAudio, muchLater, paid, VOICE } from "./setup.ts";

const SPOKEN = [1, 2, 3, 4].map((n) => `Энэ бол ${n} дүгээр хэсэг.`);
const TEXT = SPOKEN.join("\n\n* * *\n\n");
const REQUEST = { text: TEXT, ...VOICE } as const;

async function sha256(text: string): Promise<string> {
  const bytes = new Uint8Array(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)),
  );
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A narration whose first part is done, whose second is submitted, and whose third failed: as version 0.1 kept it. */
async function narrationOf(client: Client): Promise<NarrationState> {
  const jobs = [];
  for (const text of SPOKEN.slice(0, 2)) jobs.push(await client.submit({ text, ...VOICE }));
  const place = (index: number, start: number, end: number) =>
    ({
      start,
      end,
      boundary: index === 6 ? "end" : "paragraph",
      pause: index === 6 ? 0 : 960,
    }) as const;
  const silent = { status: "done", samples: 0 } as const;
  return {
    format: 1,
    kind: "narration",
    textHash: await sha256(TEXT),
    voiceId: VOICE.voiceId,
    speed: 20,
    version: "beta-v0.1",
    method: "generate",
    paragraphs: "blank-line",
    parts: [
      {
        ...place(0, 0, 25),
        status: "done",
        requestId: jobs[0]!.requestId,
        creditsUsed: 23,
        samples: 2_400,
      },
      { ...place(1, 25, 32), ...silent },
      { ...place(2, 32, 57), status: "submitted", requestId: jobs[1]!.requestId },
      { ...place(3, 57, 64), ...silent },
      { ...place(4, 64, 89), status: "failed", creditsUsed: 23 },
      { ...place(5, 89, 96), ...silent },
      { ...place(6, 96, 119), status: "pending" },
    ],
  };
}

/** The key that version 0.1 took by default. */
async function earlierKey(): Promise<string> {
  const facts = [await sha256(TEXT), VOICE.voiceId, 20, "beta-v0.1", "generate"];
  return await sha256(JSON.stringify(facts));
}

async function inFolder(run: (rig: Rig, folder: string) => Promise<void>): Promise<void> {
  await using rig = await setUp();
  const folder = await Deno.makeTempDir();
  try {
    await run(rig, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function whole(): Promise<Uint8Array> {
  await using rig = await setUp();
  return await narrate(rig.client, REQUEST, FAST).bytes();
}

for (const key of ["book", undefined]) {
  Deno.test(`narrate goes on with a folder of version 0.1, audio included (key: ${key ?? "the default"})`, () =>
    inFolder(async ({ client, emulator, sent }, folder) => {
      const state = await narrationOf(client);
      const place = `${folder}/${key ?? await earlierKey()}`;
      await Deno.mkdir(place);
      await Deno.writeTextFile(`${place}/state.json`, JSON.stringify(state));
      const [audio] = await jobAudio(emulator, emulator.url);
      await Deno.writeFile(`${place}/0.pcm`, audio!);
      const fetched = sent("Audio").length;

      const options = { ...FAST, key, store: fileStore(folder) };
      if (key) assertEquals(await savedNarration(options.store, key), state);
      const narration = narrate(client, REQUEST, options);
      assertEquals(await narration.bytes(), await whole());
      assertEquals(paid(emulator), SPOKEN);
      // The first part came from the folder.
      assertEquals(sent("Audio").length - fetched, 3);
      assertEquals(narration.state?.format, 2);
      // The next run has it all in the new form.
      await Deno.remove(`${place}/state.json`);
      assertEquals(await narrate(client, REQUEST, options).bytes(), await whole());
      assertEquals([paid(emulator).length, sent("Audio").length - fetched], [4, 3]);
    }));
}

Deno.test("narrate buys nothing twice when it is stopped at any save while it takes over a state of version 0.1", async () => {
  for (let saves = 0; saves < 12; saves++) {
    await inFolder(async ({ client, emulator }, folder) => {
      const state = await narrationOf(client);
      await Deno.mkdir(`${folder}/book`);
      await Deno.writeTextFile(`${folder}/book/state.json`, JSON.stringify(state));
      const whole = fileStore(folder);
      let left = saves;
      const store = {
        ...whole,
        save: (name: string, value: string, follows: string | undefined) =>
          left-- > 0 ? whole.save(name, value, follows) : Promise.reject(new Error("no power")),
      };
      const stopped = narrate(client, REQUEST, { ...FAST, key: "book", store });
      await stopped.bytes().catch(() => {});
      await stopped.settled().catch(() => {});
      const options = { ...FAST, key: "book", store: whole };
      const open = (await savedNarration(whole, "book"))?.parts.some(({ status }) =>
        status === "submitting" || status === "unknown"
      );
      await muchLater(() => narrate(client, REQUEST, { ...options, retryUnknown: open }).bytes());
      const twice = paid(emulator).filter((text, i, all) => all.indexOf(text) !== i);
      // A power cut between a submission and its record is the one case that the user decides.
      if (!open) assertEquals(twice, []);
      assertEquals([...new Set(paid(emulator))], SPOKEN);
    });
  }
});

Deno.test("narrate and batch resume states of version 0.1 that the caller has kept", async () => {
  await using rig = await setUp();
  const { client, emulator } = rig;
  const resume = JSON.parse(JSON.stringify(await narrationOf(client))) as NarrationState;
  assertEquals(await narrate(client, REQUEST, { ...FAST, resume }).bytes(), await whole());
  assertEquals(paid(emulator), SPOKEN);

  const items = ["Нэг.", "Хоёр."].map((text) => ({ text, ...VOICE }));
  const { requestId } = await client.submit(items[0]!);
  const hashes = await Promise.all(
    items.map(({ text }) => sha256(JSON.stringify([text, VOICE.voiceId, 20, "beta-v0.1"]))),
  );
  const state: BatchState = {
    format: 1,
    kind: "batch",
    method: "generate",
    items: [
      { hash: hashes[0]!, status: "submitted", requestId },
      { hash: hashes[1]!, status: "pending" },
    ],
  };
  const results = await batch(client, items, { ...FAST, resume: state, store: memoryStore() })
    .results();
  assertEquals(results.map(({ status }) => status), ["fulfilled", "fulfilled"]);
  assertEquals(paid(emulator).slice(4), ["Нэг.", "Хоёр."]);
});
