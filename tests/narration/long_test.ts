// A long narration that fails far behind its beginning.

import { assert, assertEquals } from "@std/assert";
import { JobFailedError } from "../../mod.ts";
import { fileStore } from "../../src/narration/file_store.ts";
import { memoryStore, narrate, type NarrationState, type Store } from "../../src/narration/mod.ts";
import { failure, setUp } from "../support/rig.ts";
import { FAST, paid, paragraphs, texts, VOICE } from "./setup.ts";

const TEXT = paragraphs(50);
const REQUEST = { text: TEXT, ...VOICE } as const;
const PARTS = texts(TEXT);

/** Makes a narration fail in part 37, then resumes it elsewhere, and looks at what was paid for. */
async function failAndResume(
  stores: { readonly first?: Store; readonly second?: Store },
  downloadsAgain: boolean,
): Promise<void> {
  let hoarse = true;
  const failWhen = (text: string) =>
    hoarse && text === PARTS[36] ? "the voice is hoarse" : undefined;
  await using rig = await setUp({ emulator: { failWhen } });
  const { emulator, client, sent } = rig;
  const narration = narrate(client, REQUEST, { ...FAST, store: stores.first });
  let came = 0;
  const error = await failure(
    JobFailedError,
    (async () => {
      for await (const chunk of narration) came += chunk.length;
    })(),
  );
  await narration.settled();
  assertEquals(narration.failedPart, 36);
  assertEquals(error.requestId, emulator.jobs[36]?.requestId);
  const state = narration.state!;
  const before = state.parts.slice(0, 36);
  assert(before.every(({ status, requestId }) => status === "done" && requestId));
  // The reader had all of them, with their pauses.
  assertEquals(came, before.reduce((sum, { samples, pause }) => sum + 2 * (samples! + pause), 0));
  assertEquals(paid(emulator).slice(0, 36), PARTS.slice(0, 36));
  const bought = paid(emulator).length;
  assert(bought <= 39, "nothing behind the parts in flight is bought");

  hoarse = false;
  rig.client.close();
  const fetched = sent("Audio").length;
  const stored = JSON.parse(JSON.stringify(state)) as NarrationState;
  const rest = stores.second ? { store: stores.second } : { resume: stored };
  const bytes = await narrate(rig.open(), REQUEST, { ...FAST, ...rest }).bytes();
  // Each part once, and the one whose job had failed once more.
  assertEquals(paid(emulator).length, 51);
  for (const part of PARTS) {
    assertEquals(paid(emulator).filter((text) => text === part).length, part === PARTS[36] ? 2 : 1);
  }
  // With a store of audio what was there is not even downloaded again.
  const kept = state.parts.filter(({ status }) => status === "done").length;
  assertEquals(sent("Audio").length - fetched, downloadsAgain ? 50 : 50 - kept);

  await using other = await setUp();
  assertEquals(bytes, await narrate(other.client, REQUEST, FAST).bytes());
}

Deno.test("narrate keeps the 36 paid parts of a narration whose part 37 fails, in a state that goes through JSON", () =>
  failAndResume({}, true));

Deno.test("narrate keeps the 36 paid parts of a narration whose part 37 fails, in memory", () => {
  const store = memoryStore();
  return failAndResume({ first: store, second: store }, false);
});

Deno.test("narrate keeps the 36 paid parts of a narration whose part 37 fails, in files", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await failAndResume({ first: fileStore(folder), second: fileStore(folder) }, false);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
