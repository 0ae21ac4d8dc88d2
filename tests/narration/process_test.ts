import { assert, assertEquals } from "@std/assert";
import { encodeWav, InvalidRequestError } from "../../mod.ts";
import { fileStore } from "../../src/narration/file_store.ts";
import {
  type Method,
  narrate,
  type NarrationState,
  savedNarration,
} from "../../src/narration/mod.ts";
import { failure, setUp } from "../support/rig.ts";
import {
  FAST,
  jobAudio,
  muchLater,
  paid,
  paragraphs,
  STREAM_VOICE,
  texts,
  VOICE,
} from "./setup.ts";
import { until } from "../support/until.ts";
import { concat } from "../support/hex.ts";

const TEXT = paragraphs(12);
const REQUEST = { text: TEXT, ...VOICE } as const;

function start(program: string, ...args: readonly string[]): Deno.ChildProcess {
  const file = new URL(`programs/${program}.ts`, import.meta.url).href;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--v8-flags=--expose-gc", file, ...args],
    stdout: "piped",
    stderr: "inherit",
  });
  return command.spawn();
}

/** What a process said; nothing when it was killed before. */
// deno-lint-ignore no-explicit-any -- the programs' own output
async function said(process: Deno.ChildProcess): Promise<any> {
  const { stdout } = await process.output();
  return JSON.parse(new TextDecoder().decode(stdout) || "{}");
}

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function stateIn(folder: string): Promise<NarrationState | undefined> {
  return await savedNarration(fileStore(folder), "book");
}

Deno.test("narrate resumes what a killed process has left, and pays for each part once", async () => {
  await using rig = await setUp();
  const { emulator, client, sent } = rig;
  // The first three jobs end, and no other.
  emulator.addFault({
    kind: "hang",
    method: "CheckStatus",
    times: Infinity,
    when: ({ message }) =>
      emulator.jobs.findIndex(({ requestId }) => requestId === message?.["requestId"]) >= 3,
  });
  await withFolder(async (folder) => {
    const process = start("narrate", JSON.stringify(REQUEST), emulator.url, folder);
    const count = (status: string) => known?.parts.filter((part) => part.status === status).length;
    let known: NarrationState | undefined;
    while (count("done") !== 3 || count("submitted") !== 3) {
      known = await stateIn(folder);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    process.kill("SIGKILL");
    assertEquals(await said(process), {});
    assertEquals(emulator.jobs.length, 6);
    emulator.clearFaults();

    const fetched = sent("Audio").length;
    const narration = narrate(client, REQUEST, { ...FAST, key: "book", store: fileStore(folder) });
    const bytes = await narration.bytes();
    assertEquals(paid(emulator), texts(TEXT));
    // The three that were done came from the store.
    assertEquals([fetched, sent("Audio").length], [3, 12]);
    const audio = await jobAudio(emulator, emulator.url);
    const pauses = narration.state!.parts.map(({ pause }) => new Uint8Array(2 * pause));
    assertEquals(bytes, concat(...audio.flatMap((part, i) => [part, pauses[i]!])));
  });
});

Deno.test("narrate knows that a submission was on its way when the process was killed, and does not repeat it unasked", async () => {
  await using rig = await setUp();
  const { emulator, client } = rig;
  await withFolder(async (folder) => {
    emulator.addFault({
      kind: "hang",
      charged: true,
      method: "GenerateSpeech",
      when: ({ message }) => message?.["text"] === texts(TEXT)[2],
    });
    const process = start("narrate", JSON.stringify(REQUEST), emulator.url, folder);
    await until(() => emulator.jobs.length === 3);
    process.kill("SIGKILL");
    await process.output();
    assertEquals((await stateIn(folder))?.parts[2]?.status, "submitting");

    const sent = emulator.requests.length;
    const options = { ...FAST, key: "book", store: fileStore(folder) };
    await muchLater(async () => {
      const error = await failure(InvalidRequestError, narrate(client, REQUEST, options).bytes());
      assertEquals([error.charged, emulator.requests.length], ["unknown", sent]);
      await narrate(client, REQUEST, { ...options, retryUnknown: true }).bytes();
    });
    assertEquals(paid(emulator).sort(), [...texts(TEXT), texts(TEXT)[2]].sort());
  });
});

Deno.test("narrate never pays twice unasked, at whatever moments its process is killed", async () => {
  await using rig = await setUp({ emulator: { queueTime: 5 } });
  const { emulator } = rig;
  const text = paragraphs(8);
  const request = JSON.stringify({ text, ...VOICE });
  await withFolder(async (folder) => {
    const twice = new Set<string>();
    let bytes: number | undefined;
    for (let round = 0; bytes === undefined && round < 40; round++) {
      const known = (await stateIn(folder))?.parts ?? [];
      const open = known.filter(({ status }) => status === "submitting");
      assert(open.length <= 1, "one part at most is left with unknown outcome");
      // The user's decision, by a look at the history: it may be paid twice only by it.
      for (const { start, end } of open) twice.add(text.slice(start, end).trim());
      const options = JSON.stringify({ retryUnknown: open.length > 0, later: round * 60_000 });
      const before = emulator.requests.length;
      const process = start("narrate", request, emulator.url, folder, options);
      const ended = said(process);
      // A process that finds all of it in the folder sends nothing.
      let isOver = false;
      ended.then(() => isOver = true);
      // Some requests on, and a moment: a busy machine gets as far as a fast one. Each round may go further than the one before,
      // because a process begins with the requests for what is under way already.
      const seen = before + Math.floor(Math.random() * (6 + round));
      await until(() => isOver || emulator.requests.length > seen);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
      try {
        process.kill("SIGKILL");
      } catch {
        // It was through.
      }
      ({ bytes } = await ended);
    }
    assert(bytes !== undefined);
    const all = paid(emulator);
    assertEquals([...new Set(all)].sort(), texts(text).sort());
    for (const part of all) {
      const times = all.filter((other) => other === part).length;
      assert(times === 1 || twice.has(part), `paid ${times} times`);
    }
  });
});

Deno.test("narrate buys each part once when two processes narrate under one key, and one of them reports success", async () => {
  await using rig = await setUp();
  const { emulator } = rig;
  for (let round = 0; round < 3; round++) {
    emulator.reset();
    // No later job ends before the second process has opened the key.
    emulator.addFault({
      kind: "unknown-enum",
      method: "CheckStatus",
      times: Infinity,
      when: ({ message }) =>
        emulator.jobs.findIndex(({ requestId }) => requestId === message?.["requestId"]) >=
          3 * round,
    });
    await withFolder(async (folder) => {
      const run = () => said(start("narrate", JSON.stringify(REQUEST), emulator.url, folder));
      const first = run();
      // At once, and when the first is in the middle of it.
      if (round > 0) await until(() => emulator.jobs.length >= 3 * round);
      const second = run();
      const store = fileStore(folder);
      while (Number((await store.load("narration/book"))?.version ?? 0) < 2) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      emulator.clearFaults();
      const ends = await Promise.all([first, second]);
      assertEquals(ends.filter(({ bytes }) => bytes > 0).length, 1, JSON.stringify(ends));
      assertEquals(ends.filter(({ code }) => code === "superseded").length, 1);
      assertEquals(paid(emulator).sort(), texts(TEXT).sort());
    });
  }
});

for (const method of ["generate", "stream"] as Method[]) {
  Deno.test(`narrate holds no more memory for a longer text when it is read as a stream (method: "${method}")`, async () => {
    const partBytes = 2_000_000;
    await using rig = await setUp({
      emulator: { streamBytes: partBytes, streamChunkBytes: 65_536 },
    });
    const { emulator } = rig;
    const body = encodeWav(new Uint8Array(partBytes));
    emulator.addFault({
      kind: "http",
      method: "Audio",
      status: 200,
      body,
      headers: {},
      times: Infinity,
    });
    const voice = method === "stream" ? STREAM_VOICE : VOICE;
    const request = JSON.stringify({ text: paragraphs(150), ...voice });
    const { bytes, grown } = await said(start("memory", request, emulator.url, method));
    assert(bytes >= 150 * partBytes);
    assert(grown < 64e6, `it grew by ${grown} bytes`);
  });
}
