import { assert, assertEquals, assertRejects } from "@std/assert";
import { ManualClock } from "../../src/emulator/mod.ts";
import {
  ClientClosedError,
  ConnectionError,
  InsufficientCreditsError,
  interruptedJobs,
  InvalidRequestError,
  isSafeToRetry,
  JobFailedError,
  RateLimitExceededError,
  ResourceNotFoundError,
  type TsetsenError,
} from "../../mod.ts";
import type { Fault } from "../../src/emulator/mod.ts";
import {
  batch,
  memoryStore,
  narrate,
  type NarrationState,
  type Progress,
  type RejectedItem,
  savedNarration,
  type Store,
} from "../../src/narration/mod.ts";
import { bestBelow, failure, KEY, rejection, setUp, sleep } from "../support/rig.ts";
import { FAST, muchLater, paid, paragraphs, STREAM_VOICE, texts, VOICE } from "./setup.ts";
import { until } from "../support/until.ts";

const TEN = paragraphs(10);
const REQUEST = { text: TEN, ...VOICE } as const;

/** What goes through JSON, as between two processes. */
function stored(state: NarrationState | undefined): NarrationState {
  return JSON.parse(JSON.stringify(state));
}

/** Hits the submission of one part. */
function atPart(number: number): Pick<Fault, "method" | "when"> {
  return {
    method: "GenerateSpeech",
    when: ({ message }) => `${message?.["text"]}`.includes(`бол ${number} дүгээр`),
  };
}

/** The whole narration, bought in one go elsewhere: what a resumed one must equal. */
async function whole(): Promise<Uint8Array> {
  await using rig = await setUp();
  return await narrate(rig.client, REQUEST, FAST).bytes();
}

function statuses(state: NarrationState | undefined): string {
  return state!.parts.map(({ status }) => status[0]).join("");
}

Deno.test("narrate gives all parts before the one whose job FAILED, and resuming buys that one and what is missing", async () => {
  let broken = true;
  const failWhen = (text: string) => broken && text.includes("бол 7 ") ? "no voice" : undefined;
  await using rig = await setUp({ emulator: { failWhen } });
  const { emulator, client } = rig;
  const narration = narrate(client, REQUEST, FAST);
  let bytes = 0;
  const error = await failure(
    JobFailedError,
    (async () => {
      for await (const chunk of narration) bytes += chunk.length;
    })(),
  );
  await narration.settled();
  assertEquals(narration.failedPart, 6);
  assertEquals(error.requestId, emulator.jobs[6]?.requestId);
  assert(emulator.jobs.length <= 9, "nothing behind the parts in flight is bought");
  const state = stored(narration.state);
  assertEquals(state.parts[6]?.status, "failed");
  const before = state.parts.slice(0, 6);
  assertEquals(bytes, before.reduce((sum, { samples, pause }) => sum + 2 * (samples! + pause), 0));

  broken = false;
  // The emulator decides at acceptance, so the failed job stays failed: a new one is needed.
  let spent = 0;
  const onProgress = ({ creditsUsed }: Progress) => spent = creditsUsed;
  const resumed = narrate(client, REQUEST, { ...FAST, resume: state, onProgress });
  assertEquals(await resumed.bytes(), await whole());
  assertEquals(spent, emulator.ledger.total);
  const seventh = texts(TEN)[6]!;
  const others = paid(emulator).filter((text) => text !== seventh);
  assertEquals(paid(emulator).length - others.length, 2);
  assertEquals(others.sort(), texts(TEN).filter((text) => text !== seventh).sort());
});

Deno.test("narrate follows the job of a submission that failed after its id had come, and never buys it again", async () => {
  await using rig = await setUp();
  const { emulator, client } = rig;
  emulator.addFault({ kind: "no-trailers", ...atPart(4) });
  const narration = narrate(client, REQUEST, FAST);
  const error = await failure(ConnectionError, narration.bytes());
  await narration.settled();
  const { requestId } = emulator.jobs[3]!;
  assertEquals([error.charged, error.requestId], ["yes", requestId]);
  const state = stored(narration.state);
  assertEquals([state.parts[3]?.status, state.parts[3]?.requestId], ["submitted", requestId]);
  const resumed = narrate(client, REQUEST, { ...FAST, resume: state });
  assertEquals(await resumed.bytes(), await whole());
  assertEquals(paid(emulator).length, 10);
});

Deno.test("narrate stops at a submission whose outcome is not known, and resumes only when told to", async () => {
  await using rig = await setUp();
  const { emulator, client } = rig;
  emulator.addFault({ kind: "drop", charged: true, ...atPart(4) });
  const narration = narrate(client, REQUEST, FAST);
  const error = await failure(ConnectionError, narration.bytes());
  await narration.settled();
  assertEquals(error.charged, "unknown");
  assertEquals(narration.failedPart, 3);
  assertEquals(emulator.jobs.length, 4, "nothing is submitted behind it");
  assertEquals(statuses(narration.state).slice(2), "dupppppp".slice(0, 8));

  const state = stored(narration.state);
  const sent = emulator.requests.length;
  const refused = narrate(client, REQUEST, { ...FAST, resume: state });
  const refusal = await failure(InvalidRequestError, refused.bytes());
  assertEquals(refusal.charged, "unknown");
  assert(refusal.message.includes("retryUnknown"));
  assertEquals(emulator.requests.length, sent, "nothing is sent");
  assertEquals(stored(refused.state), state);

  const options = { ...FAST, resume: state, retryUnknown: true };
  assertEquals(await narrate(client, REQUEST, options).bytes(), await whole());
  const fourth = texts(TEN)[3]!;
  assertEquals(paid(emulator).filter((text) => text === fourth).length, 2);
  assertEquals(paid(emulator).length, 11);
});

Deno.test("narrate keeps a part that was refused pending: a refusal costs nothing and is no unknown outcome", async () => {
  await using rig = await setUp();
  rig.emulator.addFault({ kind: "error", code: "PERMISSION_DENIED", ...atPart(3) });
  const narration = narrate(rig.client, REQUEST, FAST);
  const error = await rejection(narration.bytes()) as TsetsenError;
  await narration.settled();
  assertEquals([error.code, error.charged], ["permission_denied", "no"]);
  assertEquals(statuses(narration.state), "ddpppppppp");
  await narrate(rig.client, REQUEST, { ...FAST, resume: stored(narration.state) }).bytes();
  assertEquals(paid(rig.emulator), texts(TEN));
});

Deno.test("narrate ends at once when aborted, and records each job that was under way or being submitted once, for the caller's signal", async () => {
  await bestBelow(50, async () => {
    const clock = new ManualClock();
    await using rig = await setUp({ emulator: { clock, queueTime: 1_000 } });
    const { emulator, client } = rig;
    emulator.addFault({ kind: "delay", delay: 300, charged: true, ...atPart(3) });
    const controller = new AbortController();
    const { signal } = controller;
    const store = memoryStore();
    const narration = narrate(client, REQUEST, { ...FAST, signal, store });
    const result = rejection(narration.bytes());
    await until(() => emulator.jobs.length === 3 && clock.sleepers === 1);
    const reason = new Error("enough");
    const start = performance.now();
    controller.abort(reason);
    assertEquals(await result, reason);
    const took = performance.now() - start;
    const [first, second] = emulator.jobs;
    const interrupted = [
      { requestId: first!.requestId, charged: "yes" },
      { requestId: second!.requestId, charged: "yes" },
      { requestId: undefined, charged: "unknown" },
    ] as const;
    assertEquals(interruptedJobs(reason, signal), interrupted);
    assertEquals(interruptedJobs(reason), interrupted);
    assertEquals(interruptedJobs(reason, new AbortController().signal), []);
    assertEquals(isSafeToRetry(reason), false);

    const settled = narration.settled();
    await clock.advance(300);
    await settled;
    const third = narration.state?.parts[2];
    assertEquals([third?.status, third?.requestId], ["submitted", emulator.jobs[2]?.requestId]);
    assertEquals(emulator.jobs.length, 3, "nothing is submitted after the abort");
    // The store knows it, too.
    let isDone = false;
    const rest = narrate(client, REQUEST, { ...FAST, store }).bytes();
    rest.finally(() => isDone = true).catch(() => {});
    while (!isDone) {
      await clock.advance(1_000);
      await sleep(1);
    }
    assertEquals(await rest, await whole());
    assertEquals(paid(emulator), texts(TEN));
    return took;
  });
});

Deno.test("Narration stops submitting when its loop is left, and resumes without paying twice", async () => {
  await using rig = await setUp({ emulator: { queueTime: 20 } });
  const { emulator, client } = rig;
  const narration = narrate(client, REQUEST, FAST);
  for await (const _ of narration) break;
  await narration.settled();
  const { length } = emulator.jobs;
  assert(length >= 1 && length <= 4);
  await sleep(60);
  assertEquals(emulator.jobs.length, length);
  const ids = narration.state?.parts.flatMap(({ requestId }) => requestId ?? []);
  assertEquals(ids, emulator.jobs.map(({ requestId }) => requestId));
  await narrate(client, REQUEST, { ...FAST, resume: stored(narration.state) }).bytes();
  assertEquals(paid(emulator), texts(TEN));
});

Deno.test("narrate ends with the client", async () => {
  await using rig = await setUp({ emulator: { queueTime: 10_000 } });
  const narration = narrate(rig.client, REQUEST, FAST);
  const result = failure(ClientClosedError, narration.bytes());
  await until(() => rig.emulator.jobs.length === 3);
  await until(() => rig.sent("CheckStatus").length > 3);
  rig.client.close();
  await result;
  await narration.settled();
  assertEquals(narration.state?.parts.filter(({ requestId }) => requestId).length, 3);
});

Deno.test("narrate waits for a rate limit to pass as long as the service asks, with fewer parts in flight", async () => {
  await using rig = await setUp({
    emulator: { queueTime: 100 },
    client: { maxRetries: 0 },
  });
  const { emulator, client, sent } = rig;
  const refuse = { kind: "error", code: "RESOURCE_EXHAUSTED", ...atPart(4) } as const;
  emulator.addFault({ ...refuse, times: 2, trailers: { "retry-after": "1" } });
  const waits: number[] = [];
  const onProgress = ({ wait }: Progress) => waits.push(wait ?? 0);
  await narrate(client, REQUEST, { ...FAST, concurrency: 4, onProgress }).bytes();
  assertEquals(paid(emulator), texts(TEN));
  const fourth = sent("GenerateSpeech").filter(({ message }) =>
    message?.["text"] === texts(TEN)[3]
  );
  assertEquals(fourth.length, 3);
  for (let i = 1; i < 3; i++) assert(fourth[i]!.time - fourth[i - 1]!.time >= 1_000);
  assertEquals(waits.filter((ms) => ms >= 1_000).length, 2);
  // Halved twice: the next is submitted only when the one before is done.
  const [, , , first, second] = emulator.jobs;
  assert(second!.acceptedAt >= first!.endsAt);
});

Deno.test("narrate waits longer than the client alone would", async () => {
  await using rig = await setUp();
  const { emulator, client } = rig;
  const trailers = { "retry-after": "90" };
  emulator.addFault({ kind: "error", code: "RESOURCE_EXHAUSTED", trailers, ...atPart(2) });
  const { setTimeout } = globalThis;
  const waited: number[] = [];
  // A minute and a half of waiting passes in no time.
  globalThis.setTimeout = ((fn: () => void, ms = 0) => {
    if (ms >= 60_000) waited.push(ms);
    return setTimeout(fn, ms >= 60_000 ? 1 : ms);
  }) as typeof setTimeout;
  try {
    await narrate(client, REQUEST, FAST).bytes();
  } finally {
    globalThis.setTimeout = setTimeout;
  }
  assertEquals(waited, [90_000]);
  assertEquals(paid(emulator), texts(TEN));
});

Deno.test("narrate gives up on a rate limit beyond rateLimitTimeout, and says how long to wait", async () => {
  await using rig = await setUp();
  const trailers = { "retry-after": "90" };
  rig.emulator.addFault({ kind: "error", code: "RESOURCE_EXHAUSTED", trailers, ...atPart(2) });
  const narration = narrate(rig.client, REQUEST, { ...FAST, rateLimitTimeout: 60_000 });
  const error = await failure(RateLimitExceededError, narration.bytes());
  await narration.settled();
  assertEquals([error.retryAfter, error.charged], [90_000, "no"]);
  assertEquals(statuses(narration.state), "dppppppppp");
});

Deno.test("narrate waits out a rate limit of the download, too", async () => {
  await using rig = await setUp({ client: { maxRetries: 0 } });
  const { emulator, client, sent } = rig;
  emulator.addFault({ kind: "http", method: "Audio", status: 429, headers: {} });
  await narrate(client, { text: "Нэг.", ...VOICE }, FAST).bytes();
  assertEquals([emulator.jobs.length, sent("Audio").length], [1, 2]);
});

Deno.test("narrate stops before a submission that would leave less than minBalance", async () => {
  const text = TEN;
  const cost = texts(text)[0]!.length;
  const credits = 10 * cost;
  await using rig = await setUp({ emulator: { apiKeys: { [KEY]: credits } } });
  const { emulator, client, sent } = rig;
  const minBalance = credits - 4 * cost - 1;
  const options = { ...FAST, minBalance, concurrency: 1 };
  const narration = narrate(client, REQUEST, options);
  const error = await failure(InsufficientCreditsError, narration.bytes());
  await narration.settled();
  assertEquals(error.charged, "no");
  assertEquals(statuses(narration.state), "ddddpppppp");
  assertEquals(emulator.ledger.balance(KEY), credits - 4 * cost);
  assertEquals([sent("GetUserBalance").length, sent("GenerateSpeech").length], [5, 4]);

  emulator.addCredits(KEY, 100 * cost);
  const resume = stored(narration.state);
  await narrate(client, REQUEST, { ...options, resume }).bytes();
  assertEquals(paid(emulator), texts(text));
});

Deno.test("narrate and batch say that nothing was charged for a part when the balance could not be asked for", async () => {
  await using rig = await setUp({ client: { maxRetries: 0 } });
  const { emulator, client } = rig;
  for (const code of ["INTERNAL", "UNAVAILABLE", "PERMISSION_DENIED"] as const) {
    emulator.addFault({ kind: "error", code, method: "GetUserBalance", times: 2 });
    const options = { ...FAST, minBalance: 1 };
    const error = await rejection(narrate(client, REQUEST, options).bytes()) as TsetsenError;
    const [result] = await batch(client, [REQUEST], options).results();
    const reason = (result as RejectedItem).reason as TsetsenError;
    assertEquals([error.charged, reason.charged], ["no", "no"]);
  }
  assertEquals(emulator.jobs.length, 0);
});

Deno.test("narrate gets a paid job's audio without buying it again, also when its download had failed", async () => {
  await using rig = await setUp({ client: { maxRetries: 0 } });
  const { emulator, client } = rig;
  emulator.addFault({ kind: "drop", method: "Audio", times: 3 });
  const narration = narrate(client, REQUEST, FAST);
  const error = await failure(ConnectionError, narration.bytes());
  await narration.settled();
  assertEquals([error.requestId, error.charged], [emulator.jobs[0]?.requestId, "yes"]);
  const resume = stored(narration.state);
  assertEquals(await narrate(client, REQUEST, { ...FAST, resume }).bytes(), await whole());
  assertEquals(paid(emulator), texts(TEN));
});

Deno.test("narrate buys a job that the service has forgotten again only with retryLost", async () => {
  await using rig = await setUp();
  const { emulator, client } = rig;
  const narration = narrate(client, REQUEST, FAST);
  const bytes = await narration.bytes();
  const resume = stored(narration.state);
  emulator.reset();
  const error = await failure(
    ResourceNotFoundError,
    narrate(client, REQUEST, { ...FAST, resume }).bytes(),
  );
  assertEquals(error.requestId, resume.parts[0]?.requestId);
  assertEquals(emulator.jobs.length, 0);
  await muchLater(async () => {
    const again = narrate(client, REQUEST, { ...FAST, resume, retryLost: true });
    assertEquals(await again.bytes(), bytes);
  });
  assertEquals(paid(emulator).sort(), texts(TEN).sort());
});

Deno.test("narrate with retryLost does not buy a job again that CheckStatus knows, whatever the host of the audio says", async () => {
  await using rig = await setUp({ client: { maxRetries: 0 } });
  const { emulator, client, sent } = rig;
  const request = { text: "Нэг.", ...VOICE };
  const options = { ...FAST, retryLost: true } as const;
  for (const status of [404, 410, 403]) {
    emulator.reset();
    emulator.addFault({ kind: "http", method: "Audio", status, headers: {}, times: Infinity });
    const narration = narrate(client, request, options);
    const error = await rejection(muchLater(() => narration.bytes())) as TsetsenError;
    assertEquals([error.charged, error.requestId], ["yes", emulator.jobs[0]?.requestId]);
    emulator.clearFaults();
    await muchLater(() =>
      narrate(client, request, { ...options, resume: narration.state }).bytes()
    );
    assertEquals([emulator.jobs.length, sent("GenerateSpeech").length], [1, 1]);
  }
});

Deno.test("narrate with retryLost asks again before it takes a young job for lost: 10 seconds after its submission, as the client", async () => {
  await using rig = await setUp({ client: { maxRetries: 0 } });
  const { emulator, client, sent } = rig;
  const request = { text: "Нэг.", ...VOICE };
  const first = narrate(client, request, FAST);
  await first.bytes();
  const polls = sent("CheckStatus").length;
  // Its status is not known everywhere for a moment.
  emulator.addFault({ kind: "error", code: "NOT_FOUND", method: "CheckStatus" });
  const knownAt = Date.now() + 250;
  const { parts, ...head } = stored(first.state);
  const young = parts.map((part) => ({ ...part, submittedAt: knownAt - 10_000 }));
  const options = { ...FAST, resume: { ...head, parts: young }, retryLost: true } as const;
  await failure(ResourceNotFoundError, narrate(client, request, options).bytes());
  // Timers may be early by a millisecond.
  assert(Date.now() >= knownAt - 2);
  assertEquals([sent("CheckStatus").length - polls, emulator.jobs.length], [2, 1]);
});

Deno.test("narrate refuses a state of another request, or of another form, and sends nothing", async () => {
  await using rig = await setUp();
  const { emulator, client } = rig;
  const narration = narrate(client, REQUEST, FAST);
  await narration.bytes();
  const state = stored(narration.state);
  const sent = emulator.requests.length;
  for (
    const [request, says] of [
      [{ ...REQUEST, text: "Өөр текст." }, "text"],
      [{ ...REQUEST, voiceId: "emulator-v1-sarnai" }, "voiceId"],
      [{ ...REQUEST, speed: 19 }, "speed"],
      [{ ...REQUEST, version: "beta-v0.2" }, "version"],
    ] as const
  ) {
    const other = narrate(client, request, { ...FAST, resume: state });
    const error = await failure(InvalidRequestError, other.bytes());
    assert(error.message.includes(`its ${says} differs`), error.message);
  }
  for (
    const wrong of [
      {},
      { ...state, format: 3 },
      { ...state, kind: "batch" },
      { ...state, parts: state.parts.slice(1) },
      { ...state, parts: state.parts.slice(0, -1) },
      { ...state, parts: state.parts.map((part) => ({ ...part, status: "sold" })) },
      { ...state, parts: state.parts.map((part) => ({ ...part, requestId: "" })) },
      { ...state, parts: state.parts.map((part) => ({ ...part, pause: -1 })) },
      { ...state, parts: state.parts.map((part) => ({ ...part, pause: 2e9 })) },
      { ...state, parts: state.parts.map((part) => ({ ...part, pause: 1.5 })) },
      { ...state, parts: state.parts.map((part) => ({ ...part, samples: -1 })) },
      { ...state, parts: state.parts.map((part) => ({ ...part, lead: 1e12 })) },
      { ...state, parts: state.parts.map((part) => ({ ...part, hash: "../.." })) },
      { ...state, parts: state.parts.map((part) => ({ ...part, boundary: "song" })) },
      { ...state, parts: state.parts.map((part) => ({ ...part, creditsUsed: -5 })) },
      { ...state, paragraphs: "page" },
      { ...state, method: "guess" },
    ]
  ) {
    const resume = wrong as NarrationState;
    await failure(TypeError, narrate(client, REQUEST, { ...FAST, resume }).bytes());
  }
  assertEquals(emulator.requests.length, sent);
});

Deno.test("NarrationState holds neither the key nor the text", async () => {
  await using rig = await setUp();
  const narration = narrate(rig.client, REQUEST, FAST);
  await narration.bytes();
  const json = JSON.stringify(narration.state);
  assert(!json.includes(KEY));
  assert(!/[а-яёөү]/i.test(json));
});

Deno.test("narrate does nothing with a request id before the store has it", async () => {
  await using rig = await setUp();
  const { client, sent } = rig;
  const store = memoryStore();
  let keep = () => {};
  const held = new Promise<void>((resolve) => keep = resolve);
  const save = async (name: string, value: string, follows: string | undefined) => {
    if (value.includes("requestId")) await held;
    return await store.save(name, value, follows);
  };
  const bytes = narrate(client, REQUEST, { ...FAST, store: { ...store, save } }).bytes();
  await until(() => sent("GenerateSpeech").length === 1);
  await sleep(50);
  assertEquals([sent("GenerateSpeech").length, sent("CheckStatus").length], [1, 0]);
  keep();
  await bytes;
});

Deno.test("narrate does not take audio from the store that is not as long as what was paid for", async () => {
  await using rig = await setUp();
  const { client, sent } = rig;
  const store = memoryStore();
  const bytes = await narrate(client, REQUEST, { ...FAST, key: "k", store }).bytes();
  const { hash } = (await savedNarration(store, "k"))!.parts[3]!;
  await store.saveAudio(`part/${hash}`, new Uint8Array(10));
  assertEquals(await narrate(client, REQUEST, { ...FAST, key: "k", store }).bytes(), bytes);
  assertEquals([sent("GenerateSpeech").length, sent("Audio").length], [10, 11]);
});

Deno.test("narrate submits nothing when the store cannot keep the intent, and tells the id when it cannot keep that", async () => {
  for (const fails of [0, 1]) {
    await using rig = await setUp();
    let saves = 0;
    const full = new Error("the disk is full");
    const memory = memoryStore();
    const store: Store = {
      ...memory,
      save: (name, ...rest) =>
        name.startsWith("part/") && saves++ >= fails
          ? Promise.reject(full)
          : memory.save(name, ...rest),
    };
    const narration = narrate(rig.client, REQUEST, { ...FAST, store });
    assertEquals(await rejection(narration.bytes()), full);
    await rejection(narration.settled());
    const { jobs } = rig.emulator;
    assertEquals(jobs.length, fails);
    const known = jobs.map(({ requestId }) => ({ requestId, charged: "yes" as const }));
    assertEquals(interruptedJobs(full), known);
    assertEquals(narration.state?.parts[0]?.requestId, jobs[0]?.requestId);
  }
});

Deno.test("narrate leaves no doubt about a part whose intent a store could not keep: the next run buys it unasked", async () => {
  await using rig = await setUp();
  const memory = memoryStore();
  let [isFull, hasRoom] = [false, false];
  const store: Store = {
    ...memory,
    save: (name, value, follows) => {
      isFull = !hasRoom && rig.emulator.jobs.length === 1 &&
        (isFull || value.includes('"submitting"'));
      if (isFull) throw new Error("ENOSPC: no space left on device");
      return memory.save(name, value, follows);
    },
  };
  const text = paragraphs(3);
  const run = () => narrate(rig.client, { text, ...VOICE }, { ...FAST, store, key: "book" });
  const first = run();
  await assertRejects(() => first.bytes(), Error, "no space left");
  // Whoever makes room before the end has all that is known.
  hasRoom = true;
  const { length } = rig.emulator.jobs;
  await first.settled();
  const state = await savedNarration(store, "book");
  assertEquals(state?.parts.map(({ status }) => status).slice(1), ["pending", "pending"]);
  assertEquals([length, rig.emulator.jobs.length], [1, 1]);
  await run().bytes();
  assertEquals(paid(rig.emulator), texts(text));
});

Deno.test("narrate by streams resumes from the audio that its store has, and buys nothing lost unless told to", async () => {
  await using rig = await setUp({ emulator: { streamPace: 0 } });
  const { emulator, client, sent } = rig;
  const request = { text: TEN, ...STREAM_VOICE } as const;
  const spoken = () => sent("StreamSpeech").map(({ message }) => message?.["text"]);
  const failing = () =>
    emulator.addFault({
      kind: "error",
      code: "UNAVAILABLE",
      times: Infinity,
      method: "StreamSpeech",
      when: ({ message }) => `${message?.["text"]}`.includes("бол 4 "),
    });

  const store = memoryStore();
  const options = { method: "stream", store } as const;
  failing();
  const narration = narrate(client, request, options);
  await rejection(narration.bytes());
  await narration.settled();
  emulator.clearFaults();
  const known = statuses(narration.state);
  assertEquals(known.slice(0, 4), "dddu");
  const bytes = await narrate(client, request, { ...options, retryUnknown: true }).bytes();
  assertEquals(emulator.ledger.charges.length, 10);
  assertEquals([...new Set(spoken())], texts(TEN));

  // Without the audio: nothing is bought silently.
  const resume = stored(narration.state);
  const settings = { method: "stream", resume, retryUnknown: true } as const;
  const error = await failure(InvalidRequestError, narrate(client, request, settings).bytes());
  assert(error.message.includes("retryLost"), error.message);
  const again = narrate(client, request, { ...settings, retryLost: true });
  assertEquals(await again.bytes(), bytes);
});

Deno.test("narrate tells a stream that broke off after it was charged from one that was refused", async () => {
  await using rig = await setUp({ emulator: { streamPace: 0, streamChunkBytes: 500 } });
  const { emulator, client } = rig;
  const request = { text: TEN, ...STREAM_VOICE } as const;
  const second = (extra: Fault) =>
    ({
      ...extra,
      method: "StreamSpeech",
      when: ({ message }) => `${message?.["text"]}`.includes("бол 2 "),
    }) as Fault;
  emulator.addFault(second({ kind: "stream", errorMessage: "no voice", afterChunks: 1 }));
  const broken = narrate(client, request, { method: "stream", concurrency: 1 });
  assertEquals((await rejection(broken.bytes()) as TsetsenError).charged, "yes");
  assertEquals(statuses(broken.state), "dfpppppppp");
  emulator.addFault(second({ kind: "error", code: "INVALID_ARGUMENT" }));
  const refused = narrate(client, request, { method: "stream", concurrency: 1 });
  assertEquals((await rejection(refused.bytes()) as TsetsenError).charged, "no");
  assertEquals(statuses(refused.state), "dppppppppp");
});
