// Random faults, aborts, deaths and rivals, from a seed: nothing is bought twice but by the caller's decision, and no run that reports
// success lacks a sample.

import { assert, assertEquals } from "@std/assert";
import type { Fault } from "../../src/emulator/mod.ts";
import {
  batch,
  memoryStore,
  narrate,
  type NarrationOptions,
  type Purchase,
  savedBatch,
  savedNarration,
  type Store,
} from "../../src/narration/mod.ts";
import { type Rig, setUp } from "../support/rig.ts";
import { FAST, paragraphs, STREAM_VOICE, texts, VOICE } from "./setup.ts";

/** How many runs there are; each is told by its seed. `TSETSEN_RUNS` sets another number, `TSETSEN_SEED` the first seed. */
const RUNS = Number(Deno.env.get("TSETSEN_RUNS") ?? 300);
const SEED = Number(Deno.env.get("TSETSEN_SEED") ?? 1);

const PARTS = 5;
const TEXT = paragraphs(PARTS);
const SPOKEN = texts(TEXT);

type Kind = "narrate" | "stream" | "batch";
type Random = (below: number) => number;

/** Mulberry32. */
function randomOf(seed: number): Random {
  let state = seed;
  return (below) => {
    state = state + 0x6d2b79f5 | 0;
    let t = Math.imul(state ^ state >>> 15, 1 | state);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    return ((t ^ t >>> 14) >>> 0) % below;
  };
}

/** Faults of submissions, by which the money is or is not charged. */
const PAYING: readonly Omit<Fault, "method">[] = [
  { kind: "drop", charged: true },
  { kind: "drop", charged: false },
  { kind: "drop", charged: true, afterBytes: 3 },
  { kind: "error", code: "UNAVAILABLE" },
  { kind: "error", code: "INTERNAL", charged: true },
  { kind: "error", code: "RESOURCE_EXHAUSTED" },
  { kind: "error", code: "PERMISSION_DENIED" },
  { kind: "no-trailers" },
  { kind: "truncate" },
  { kind: "garbage", charged: true },
  { kind: "http", status: 503, charged: true },
  { kind: "http", status: 502 },
] as Omit<Fault, "method">[];

/** What a host of audio that knows no more says. */
const BINARY = { "content-type": "application/octet-stream" } as const;

/** Faults of what costs nothing. */
const FREE: readonly Fault[] = [
  { kind: "drop", method: "CheckStatus" },
  { kind: "error", code: "NOT_FOUND", method: "CheckStatus" },
  { kind: "error", code: "UNAVAILABLE", method: "CheckStatus", times: 4 },
  { kind: "no-trailers", method: "CheckStatus" },
  { kind: "drop", method: "Audio" },
  { kind: "http", method: "Audio", status: 404, headers: {} },
  { kind: "http", method: "Audio", status: 200, body: '{"error": "gateway"}', headers: BINARY },
  { kind: "http", method: "Audio", status: 200, body: "", headers: BINARY },
] as Fault[];

/** A store that dies after some steps, before or behind one that it was asked for. */
function mortal(store: Store, steps: number, isBehind: boolean): Store {
  let left = steps;
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    const isLast = left-- === 0;
    if (left < 0 && !isLast || isLast && !isBehind) throw new Error("no power");
    const result = await work();
    if (isLast) throw new Error("no power");
    return result;
  };
  return {
    load: (...args) => step(() => store.load(...args)),
    save: (...args) => step(() => store.save(...args)),
    loadAudio: (name) => step(() => store.loadAudio!(name)),
    saveAudio: (name, audio) => step(() => store.saveAudio!(name, audio)),
  };
}

/** What a run did with the head of its key: it claimed it, or looked whether the claim still stood. */
interface HeadStep {
  readonly rival: number;
  readonly step: "claim" | "look";
}

/** A store that notes what a rival does with the head. */
function noting(store: Store, rival: number, steps: HeadStep[]): Store {
  const isHead = (name: string) => name.endsWith("/k");
  return {
    ...store,
    load: async (name) => {
      const record = await store.load(name);
      if (isHead(name)) steps.push({ rival, step: "look" });
      return record;
    },
    save: async (name, value, follows) => {
      const version = await store.save(name, value, follows);
      if (isHead(name) && version !== undefined) steps.push({ rival, step: "claim" });
      return version;
    },
  };
}

/** Whether the rival that claimed the key first had looked for the last time when the other claimed it: it was over by then. */
function wasOver(steps: readonly HeadStep[]): boolean {
  const claims = steps.flatMap(({ step }, i) => step === "claim" ? [i] : []);
  const first = steps[claims[0] ?? -1]?.rival;
  const lastLook = steps.findLastIndex(({ rival, step }) => rival === first && step === "look");
  return claims.length === 2 && lastLook > claims[0]! && lastLook < claims[1]!;
}

/** What the store knows of each part. */
async function known(kind: Kind, store: Store): Promise<readonly Purchase[]> {
  if (kind === "batch") return (await savedBatch(store, "k"))?.items ?? [];
  return (await savedNarration(store, "k"))?.parts ?? [];
}

/** Works once. @returns The audio, or `undefined` for a run that did not report success. */
async function work(
  { client }: Rig,
  kind: Kind,
  options: Omit<NarrationOptions, "resume">,
): Promise<Uint8Array | undefined> {
  try {
    if (kind === "batch") {
      const items = SPOKEN.map((text) => ({ text, ...VOICE }));
      const running = batch(client, items, options);
      const results = await running.results();
      await running.settled().catch(() => {});
      return results.every(({ status }) => status === "fulfilled") ? new Uint8Array() : undefined;
    }
    const request = { text: TEXT, ...(kind === "stream" ? STREAM_VOICE : VOICE) };
    const narration = narrate(client, request, options);
    const bytes = await narration.bytes().catch(async () => {
      await narration.settled().catch(() => {});
      return undefined;
    });
    return bytes;
  } catch {
    return undefined;
  }
}

/** Runs one narration or batch through its troubles to its end. */
async function run(
  rig: Rig,
  seed: number,
  whole: Record<Kind, number>,
  later: () => void,
): Promise<void> {
  const { emulator } = rig;
  const random = randomOf(seed);
  emulator.reset();
  emulator.clearFaults();
  const kind = (["narrate", "stream", "batch"] as const)[random(3)]!;
  const paying = kind === "stream" ? "StreamSpeech" : "GenerateSpeech";
  const store = memoryStore();
  let decided = 0;
  let reports = 0;
  let steps: HeadStep[] = [];
  for (let tries = 0; reports === 0; tries++) {
    assert(tries < 30, "it comes to an end");
    later();
    emulator.clearFaults();
    const isCalm = tries > 8;
    if (!isCalm) {
      for (let i = random(3); i > 0; i--) {
        const skip = random(PARTS);
        let seen = 0;
        const fault = PAYING[random(PAYING.length)]!;
        emulator.addFault({ ...fault, method: paying, when: () => seen++ >= skip } as Fault);
      }
      for (let i = random(3); i > 0; i--) emulator.addFault(FREE[random(FREE.length)]!);
    }
    const before = await known(kind, store);
    const open = before.filter(({ status }) => status === "submitting" || status === "unknown");
    // What broke off behind its charge is bought again by resuming.
    decided += before.filter(({ status }) => status === "failed").length;
    const retryUnknown = open.length > 0 && random(2) === 0;
    if (retryUnknown) decided += open.length;
    const controller = new AbortController();
    const dies = !isCalm && random(3) === 0;
    const options: Omit<NarrationOptions, "resume"> = {
      ...FAST,
      key: "k",
      method: kind === "stream" ? "stream" : "generate",
      concurrency: 1 + random(4),
      rateLimitTimeout: 1,
      retryUnknown,
      signal: controller.signal,
      store: dies ? mortal(store, random(30), random(2) === 0) : store,
    };
    const aborts = !isCalm && random(4) === 0
      ? setTimeout(() => controller.abort(), random(30))
      : 0;
    // The intent of a rival that has died holds the other up: that is another test.
    const rivals = !dies && aborts === 0 && random(4) === 0 ? [1, 2] : [1];
    steps = [];
    const ends = await Promise.all(
      rivals.map((rival) =>
        work(rig, kind, { ...options, store: noting(options.store as Store, rival, steps) })
      ),
    );
    clearTimeout(aborts);
    for (const bytes of ends) {
      if (bytes === undefined) continue;
      reports++;
      assertEquals(bytes.length, whole[kind]);
    }
  }
  // One rival may be over before the other claims the key, which then finds all bought.
  if (reports > 1) assert(wasOver(steps), "two rivals at a time do not both report success");
  // Rivals may each have been given the caller's decision.
  const charges = emulator.ledger.charges.length;
  assert(charges >= PARTS, `${charges} charges`);
  assert(charges <= PARTS + 2 * decided, `${charges} charges, ${decided} decided`);
  if (decided === 0) assertEquals(charges, PARTS);
}

Deno.test(`narrate and batch buy nothing twice in ${RUNS} random runs of faults, aborts, deaths and rivals`, async () => {
  await using rig = await setUp({ emulator: { streamPace: 0 }, client: { maxRetries: 1 } });
  const { now } = Date;
  let offset = 0;
  // Each try is much later than the one before: nobody is submitting any more.
  Date.now = () => now() + offset;
  try {
    const bytes = async (kind: Kind) => {
      const method = kind === "stream" ? "stream" : "generate";
      return (await work(rig, kind, { ...FAST, method }))!.length;
    };
    const whole = { narrate: await bytes("narrate"), stream: await bytes("stream"), batch: 0 };
    for (let seed = SEED; seed < SEED + RUNS; seed++) {
      try {
        await run(rig, seed, whole, () => offset += 86_400_000);
      } catch (error) {
        throw new Error(`seed ${seed}: ${(error as Error).message}`, { cause: error });
      }
    }
  } finally {
    Date.now = now;
  }
});
