import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  AuthenticationError,
  InsufficientCreditsError,
  JobFailedError,
  type TsetsenError,
} from "../../mod.ts";
import {
  batch,
  type BatchResult,
  type BatchState,
  type FulfilledItem,
  memoryStore,
  type Progress,
  type RejectedItem,
} from "../../src/narration/mod.ts";
import { bestBelow, KEY, rejection, setUp, sleep } from "../support/rig.ts";
import { FAST, jobAudio, paid, STREAM_VOICE, VOICE } from "./setup.ts";

const TEXTS = ["Нэг.", "Хоёр.", "Гурав.", "Дөрөв.", "Тав.", "Зургаа.", "Долоо.", "Найм."];
const ITEMS = TEXTS.map((text) => ({ text, ...VOICE }));

function fulfilled(result: BatchResult | undefined): FulfilledItem {
  if (result?.status !== "fulfilled") throw new Error("not fulfilled", { cause: result?.reason });
  return result;
}

function rejected(result: BatchResult | undefined): RejectedItem {
  if (result?.status !== "rejected") throw new Error("not rejected");
  return result;
}

function reasons(results: readonly BatchResult[]): (string | undefined)[][] {
  return results.map((result) => {
    if (result.status === "fulfilled") return ["fulfilled"];
    const { code, charged } = result.reason as TsetsenError;
    return [code, charged];
  });
}

Deno.test("batch gives the audio of each item, pays for each once, and submits in order", async () => {
  await using rig = await setUp();
  const { emulator, client, sent } = rig;
  const results = await batch(client, ITEMS, FAST).results();
  const audio = await jobAudio(emulator, emulator.url);
  assertEquals(results.map(({ index }) => index), [0, 1, 2, 3, 4, 5, 6, 7]);
  for (const [i, result] of results.map(fulfilled).entries()) {
    assertEquals(result.item, ITEMS[i]);
    assertEquals(result.format, "wav");
    assertEquals(result.audio?.subarray(44), audio[i]);
    assertEquals(result.job?.requestId, emulator.jobs[i]?.requestId);
  }
  assertEquals(paid(emulator), TEXTS);
  assertEquals(sent("GenerateSpeech").length, 8);
});

Deno.test("batch yields the items in the order in which they settle, with concurrency of them in flight", async () => {
  await using rig = await setUp();
  const { emulator, client, sent } = rig;
  // The first is not done until the others are.
  emulator.addFault({
    kind: "unknown-enum",
    method: "CheckStatus",
    times: Infinity,
    when: ({ message }) =>
      message?.["requestId"] === emulator.jobs[0]?.requestId && sent("Audio").length < 7,
  });
  const order: number[] = [];
  const items = batch(client, ITEMS, { ...FAST, concurrency: 2 });
  assertEquals(emulator.requests.length, 0);
  for await (const { index } of items) order.push(index);
  assertEquals(order, [1, 2, 3, 4, 5, 6, 7, 0]);
});

Deno.test("batch settles each item: what fails is a result, and the others go on", async () => {
  await using rig = await setUp({
    emulator: { failWhen: (text) => text === TEXTS[1] ? "no voice" : undefined },
  });
  const { emulator, client } = rig;
  const items = [...ITEMS.slice(0, 3), { text: " ", ...VOICE }, { text: "Ес.", voiceId: "none" }];
  emulator.addFault({
    kind: "drop",
    charged: true,
    method: "GenerateSpeech",
    when: ({ message }) => message?.["text"] === TEXTS[2],
  });
  const running = batch(client, items, FAST);
  const results = await running.results();
  assertEquals(reasons(results), [
    ["fulfilled"],
    ["job_failed", "yes"],
    ["connection_error", "unknown"],
    ["invalid_request", "no"],
    ["resource_not_found", "no"],
  ]);
  assert(rejected(results[1]).reason instanceof JobFailedError);
  assertEquals(running.state?.items.map(({ status }) => status), [
    "done",
    "failed",
    "unknown",
    "pending",
    "pending",
  ]);

  // What was paid for is not bought again; what is unknown, only when told to.
  const resume = JSON.parse(JSON.stringify(running.state)) as BatchState;
  const again = await batch(client, items, { ...FAST, resume }).results();
  assertEquals(reasons(again).slice(0, 3), [
    ["fulfilled"],
    ["job_failed", "yes"],
    ["invalid_request", "unknown"],
  ]);
  assertEquals(paid(emulator), [TEXTS[0], TEXTS[1], TEXTS[2], TEXTS[1]]);
  await batch(client, items, { ...FAST, resume, retryUnknown: true }).results();
  assertEquals(paid(emulator).filter((text) => text === TEXTS[2]).length, 2);
  assertEquals(paid(emulator).filter((text) => text === TEXTS[0]).length, 1);
});

Deno.test("batch slows down when the service asks it to, and pays for each item once", async () => {
  await using rig = await setUp({ emulator: { queueTime: 100 }, client: { maxRetries: 0 } });
  const { emulator, client, sent } = rig;
  emulator.addFault({
    kind: "error",
    code: "RESOURCE_EXHAUSTED",
    trailers: { "retry-after": "1" },
    method: "GenerateSpeech",
    times: 2,
    when: ({ message }) => message?.["text"] === TEXTS[3],
  });
  const waits: number[] = [];
  const onProgress = ({ wait }: Progress) => void (wait && waits.push(wait));
  const results = await batch(client, ITEMS, { ...FAST, concurrency: 4, onProgress }).results();
  assert(results.every(({ status }) => status === "fulfilled"));
  assertEquals(paid(emulator), TEXTS);
  const fourth = sent("GenerateSpeech").filter(({ message }) => message?.["text"] === TEXTS[3]);
  assertEquals(fourth.length, 3);
  for (let i = 1; i < 3; i++) assert(fourth[i]!.time - fourth[i - 1]!.time >= 1_000);
  assertEquals(waits.filter((ms) => ms >= 1_000).length, 2);
  // Halved twice: the next is submitted only when the one before is done.
  assert(emulator.jobs[4]!.acceptedAt >= emulator.jobs[3]!.endsAt);
});

Deno.test("batch tells items, characters, credits, bytes and the time left", async () => {
  await using rig = await setUp();
  let last: Progress | undefined;
  let estimated = 0;
  const onProgress = (progress: Progress) => {
    if (progress.estimatedLeft !== undefined && progress.estimatedLeft > 0) estimated++;
    last = progress;
  };
  const results = await batch(rig.client, ITEMS, { ...FAST, concurrency: 1, onProgress }).results();
  const bytes = results.reduce((sum, result) => sum + fulfilled(result).audio!.length, 0);
  const characters = TEXTS.join("").length;
  const { elapsed, ...rest } = last!;
  assertEquals(rest, {
    partsDone: 8,
    parts: 8,
    partsSubmitted: 8,
    charactersDone: characters,
    characters,
    creditsUsed: rig.emulator.ledger.total,
    bytes,
    estimatedLeft: 0,
    wait: undefined,
  });
  assert(elapsed > 0 && estimated >= 7);
});

Deno.test("batch stops submitting after the second unknown outcome in a row", async () => {
  await using rig = await setUp();
  const { emulator, client } = rig;
  const fault = { kind: "drop", charged: true, method: "GenerateSpeech" } as const;
  emulator.addFault({ ...fault, when: ({ message }) => message?.["text"] === TEXTS[1] });
  emulator.addFault({ ...fault, when: ({ message }) => message?.["text"] === TEXTS[3] });
  emulator.addFault({ ...fault, when: ({ message }) => message?.["text"] === TEXTS[4] });
  const results = await batch(client, ITEMS, FAST).results();
  const unknown = ["connection_error", "unknown"];
  const notSent = ["connection_error", "no"];
  const ok = ["fulfilled"];
  assertEquals(reasons(results), [ok, unknown, ok, unknown, unknown, notSent, notSent, notSent]);
  assertEquals(emulator.jobs.length, 5);
});

Deno.test("batch stops submitting when the key is refused, or credits are too few", async () => {
  await using rig = await setUp({ emulator: { apiKeys: { [KEY]: 12 } } });
  const { emulator, client, sent } = rig;
  const results = await batch(client, ITEMS, FAST).results();
  assertEquals(reasons(results).slice(0, 2), [["fulfilled"], ["fulfilled"]]);
  for (const { reason } of results.slice(2).map(rejected)) {
    assert(reason instanceof InsufficientCreditsError);
    assertEquals((reason as TsetsenError).charged, "no");
  }
  assertEquals(sent("GenerateSpeech").length, 3);
  const stranger = rig.open({ apiKey: "tsetsen-prod-stranger" });
  const refused = await batch(stranger, ITEMS, FAST).results();
  assert(refused.every((r) => r.status === "rejected" && r.reason instanceof AuthenticationError));
  assertEquals([sent("GenerateSpeech").length, emulator.jobs.length], [4, 2]);
});

Deno.test("batch stops before less than minBalance is left", async () => {
  await using rig = await setUp({ emulator: { apiKeys: { [KEY]: 100 } } });
  const options = { ...FAST, minBalance: 85, concurrency: 1 };
  const results = await batch(rig.client, ITEMS, options).results();
  assertEquals(results.filter(({ status }) => status === "fulfilled").length, 3);
  assertEquals(rig.emulator.ledger.balance(KEY), 85);
});

Deno.test("batch by streams gives WAV files, kept in the store for a second time", async () => {
  await using rig = await setUp({ emulator: { streamPace: 0 } });
  const { emulator, client, sent } = rig;
  const items = TEXTS.map((text) => ({ text, ...STREAM_VOICE }));
  const options = { method: "stream", store: memoryStore() } as const;
  const results = await batch(client, items, options).results();
  for (const [i, { job, audio }] of results.map(fulfilled).entries()) {
    assertEquals(job, undefined);
    assertEquals(audio, await client.streamSpeech(items[i]!).wav());
  }
  const count = sent("StreamSpeech").length;
  const audio = (list: BatchResult[]) => list.map((result) => fulfilled(result).audio);
  assertEquals(audio(await batch(client, items, options).results()), audio(results));
  assertEquals(sent("StreamSpeech").length, count);
  assertEquals(emulator.ledger.charges.length, 16);
});

Deno.test('batch with audio: "job" downloads nothing, and leaves jobs that have COMPLETED', async () => {
  await using rig = await setUp();
  const results = await batch(rig.client, ITEMS, { ...FAST, audio: "job" }).results();
  assertEquals(rig.sent("Audio").length, 0);
  const first = fulfilled(results[0]);
  assertEquals(first.audio, undefined);
  const [audio] = await jobAudio(rig.emulator, rig.emulator.url);
  assertEquals((await (await first.job!.audio()).bytes()).subarray(44), audio);
  const wrong = { audio: "job", method: "stream" } as const;
  assertThrows(() => batch(rig.client, ITEMS, wrong), RangeError);
});

Deno.test("Batch ends at once when it is left or aborted, and submits nothing any more", async () => {
  await using rig = await setUp({ emulator: { queueTime: 20 } });
  const { emulator, client } = rig;
  const left = batch(client, ITEMS, FAST);
  for await (const _ of left) break;
  await left.settled();
  const { length } = emulator.jobs;
  assert(length <= 4);
  await sleep(60);
  assertEquals(emulator.jobs.length, length);

  let state: BatchState | undefined;
  await bestBelow(50, async () => {
    const controller = new AbortController();
    const aborted = batch(client, ITEMS, { ...FAST, resume: state, signal: controller.signal });
    const result = rejection(aborted.results());
    await sleep(5);
    const reason = new Error("enough");
    const start = performance.now();
    controller.abort(reason);
    assertEquals(await result, reason);
    const took = performance.now() - start;
    await aborted.settled();
    state = aborted.state ?? state;
    return took;
  });
  await batch(client, ITEMS, { ...FAST, resume: state }).results();
  assertEquals(emulator.jobs.slice(length).map(({ text }) => text), TEXTS);
});

Deno.test("batch refuses the state of other items", async () => {
  await using rig = await setUp();
  const running = batch(rig.client, ITEMS, FAST);
  await running.results();
  const count = rig.emulator.requests.length;
  const state = running.state!;
  assert(!/[а-яёөү]/i.test(JSON.stringify(state)) && !JSON.stringify(state).includes(KEY));
  const others = TEXTS.map((text) => ({ text: `${text} Өөр.`, ...VOICE }));
  const error = await rejection(batch(rig.client, others, { ...FAST, resume: state }).results());
  assert((error as Error).message.includes("another batch"));
  const broken = { ...state, items: [{}] } as unknown as BatchState;
  assert(
    await rejection(batch(rig.client, ITEMS, { resume: broken }).results()) instanceof TypeError,
  );
  assertEquals(rig.emulator.requests.length, count);
});

Deno.test("batch keeps the key of an item, whatever is written into that object meanwhile", async () => {
  await using rig = await setUp();
  const item = { text: "Нэг.", ...VOICE, apiKey: KEY };
  const results = batch(rig.client, [item], FAST).results();
  item.apiKey = "tsetsen-development-of-another";
  fulfilled((await results)[0]);
  const [submission] = rig.sent("GenerateSpeech");
  assertEquals(submission?.headers["x-api-key"], KEY);
});

Deno.test("batch holds no result that was taken, however long another item takes", async () => {
  await using rig = await setUp({ emulator: { queueTime: 0, pace: 0 } });
  const { emulator, endpoint } = rig;
  emulator.addFault({ kind: "hang", method: "Audio" });
  const program = new URL("./programs/batch_memory.ts", import.meta.url).pathname;
  const args = ["run", "-A", "--no-check", "--v8-flags=--expose-gc", program];
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args, endpoint, VOICE.voiceId, "60"],
    signal: AbortSignal.timeout(120_000),
  }).output();
  assertEquals(new TextDecoder().decode(stderr), "");
  const { results, bytes, grown } = JSON.parse(new TextDecoder().decode(stdout));
  assertEquals(results, 59);
  assert(bytes > 30e6, `${bytes} bytes of audio`);
  assert(grown < 8e6, `it holds ${grown} bytes more`);
});
