import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { encodeWav, SAMPLE_RATE } from "@tsetsen/sdk";
import { type Fault, type RunningEmulator, startEmulator } from "@tsetsen/sdk/emulator";
import { toSrt, toWebVtt } from "@tsetsen/sdk/narration";
import { installPackage } from "../hosts/pack.ts";
import { splitSentences, splitText } from "../../src/text/mod.ts";
import { systemClock } from "../../src/emulator/clock.ts";
import { jobAudio, paid, paragraphs, texts, UDHR } from "../narration/setup.ts";
import { pcmOf } from "./tools.ts";
import { Engine } from "./workflow_engine.ts";
import { until } from "../support/until.ts";
import { concat } from "../support/hex.ts";

const KEY = "tsetsen-development-secret-of-the-workflow";
const TOKEN = "a-token-that-callers-know";
const VOICE = "emulator-v1-bold";
/** A fast speaker makes short audio. */
const SPEED = 20;
const CREDITS = 100_000;
const TEXT = paragraphs(6);

interface Setting {
  readonly emulator: RunningEmulator;
  readonly engine: Engine;
  /** Stops the clock of the service: no job ends. */
  hold(): void;
  /** Lets it go on: all jobs end. */
  release(): void;
  /** An id of its own for each test. */
  readonly id: string;
  ask(method: string, path: string, body?: unknown): Promise<Response>;
  /** Orders a text under the id. */
  order(text?: string, more?: object): Promise<Response>;
  /** What the status page says. */
  // deno-lint-ignore no-explicit-any -- the Worker's own JSON
  status(): Promise<any>;
  /** Waits until it ended, and says how. */
  // deno-lint-ignore no-explicit-any -- the Worker's own JSON
  ended(): Promise<any>;
}

// One engine for all: a start takes seconds. It outlives each test, and so do miniflare's connections to it.
const options = { sanitizeOps: false, sanitizeResources: false };
let common: Promise<Omit<Setting, "id" | "ask" | "order" | "status" | "ended">> | undefined;
let folder = "";
const open: AsyncDisposable[] = [];
Deno.test.afterAll(async () => {
  for (const thing of open.reverse()) await thing[Symbol.asyncDispose]();
});

let tests = 0;
function test(name: string, run: (setting: Setting) => Promise<void>): void {
  const id = `narration-${++tests}`;
  Deno.test(`examples/workflow ${name}`, options, async () => {
    const { emulator, engine, hold, release } = await (common ??= start());
    release();
    emulator.reset();
    const ask: Setting["ask"] = async (method, path, body) => {
      const headers = { authorization: `Bearer ${TOKEN}` };
      const init = { method, headers, body: body === undefined ? null : JSON.stringify(body) };
      return await fetch(`${await engine.url()}/narrations/${id}${path}`, init);
    };
    const status = async () => {
      const text = await (await ask("GET", "")).text();
      assertEquals(text.includes(KEY), false, text);
      return JSON.parse(text);
    };
    const ended = async () => {
      let told = await status();
      await until(
        async () => {
          told = await status();
          return told.status === "complete" || told.status === "errored";
        },
        "it ends",
      );
      return told;
    };
    const order: Setting["order"] = (text = TEXT, more = {}) =>
      ask("PUT", "", { text, voice: VOICE, speed: SPEED, ...more });
    await run({ emulator, engine, hold, release, id, ask, order, status, ended });
  });
}

async function start() {
  let stopped: number | undefined;
  const emulator = await startEmulator({
    apiKeys: { [KEY]: CREDITS },
    queueTime: 1,
    pace: 0,
    failWhen: (text) => text.startsWith("Алдаа") ? "cannot say that" : undefined,
    clock: { ...systemClock, now: () => stopped ?? Date.now() },
  });
  open.push(emulator);
  const sdk = await installPackage();
  open.push(sdk);
  folder = await Deno.makeTempDir({ prefix: "tsetsen-workflow-" });
  open.push({ [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) });
  const bindings = {
    TSETSEN_API_KEY: KEY,
    TSETSEN_API_ENDPOINT: emulator.url,
    NARRATION_TOKEN: TOKEN,
  };
  const engine = await Engine.start(sdk, bindings, folder);
  open.push(engine);
  return {
    emulator,
    engine,
    hold: () => void (stopped = Date.now()),
    release: () => void (stopped = undefined),
  };
}

/** What the service is asked for, as often as it was. */
function submissions({ requests }: RunningEmulator): number {
  return requests.filter(({ method }) => method === "GenerateSpeech").length;
}

/** The parts of a text, and where each stands in the audio, in samples. */
async function score(emulator: RunningEmulator, text: string, captions?: "sentence") {
  const parts = splitText(text, { joinSentences: captions === undefined, pauseScale: 1 / SPEED });
  const jobs = await jobAudio(emulator, emulator.url);
  // Jobs are accepted in order, a part without a letter or a digit has none.
  let at = 0;
  return parts.map((part) => {
    const pcm = part.speakable ? jobs.shift()! : new Uint8Array();
    const from = at;
    const to = from + pcm.length / 2;
    const pause = Math.round(part.pause * SAMPLE_RATE / 1_000);
    at = to + pause;
    return { ...part, pcm, from, to, pause };
  });
}

test("narrates a text through the queue into one WAV file and its captions, to the sample", async ({ emulator, ask, order, ended }) => {
  const ordered = await order(UDHR, { captions: "sentence" });
  const wanted = texts(UDHR, { captions: "sentence" });
  assertEquals([ordered.status, (await ordered.json()).parts], [202, wanted.length]);
  const told = await ended();
  assertEquals([told.status, told.done, told.parts], ["complete", wanted.length, wanted.length]);

  assertEquals(paid(emulator), wanted, "each part is paid for once, in order");
  assertEquals(submissions(emulator), wanted.length);
  assertEquals(told.credits, emulator.ledger.total);

  const parts = await score(emulator, UDHR, "sentence");
  const pcm = concat(...parts.flatMap((part) => [part.pcm, new Uint8Array(2 * part.pause)]));
  const audio = await ask("GET", "/audio.wav");
  const { headers } = audio;
  const wav = await audio.bytes();
  assertEquals(headers.get("content-type"), "audio/wav");
  assertEquals(headers.get("content-length"), `${wav.length}`);
  assertEquals(new DataView(wav.buffer).getUint32(40, true), pcm.length);
  assertEquals(pcmOf(wav), pcm);
  assertEquals(told.seconds, pcm.length / 2 / SAMPLE_RATE);

  const ms = (samples: number) => Math.round(samples * 1_000 / SAMPLE_RATE);
  // A sentence of more than 500 characters has several parts.
  const cues = splitSentences(UDHR).map(({ text, start, end }) => {
    const from = parts.find((part) => part.start === start)!.from;
    const to = parts.find((part) => part.end === end)!.to;
    const words = (text: string) => text.trim().replaceAll(/\s+/g, " ");
    const cue = { start: ms(from), end: ms(to), text: words(text), exact: true };
    const held = parts.filter((part) =>
      part.start >= start && part.end <= end && part.pcm.length > 0
    );
    if (held.length === 1) return cue;
    const pieces = held.map((part) => ({
      start: ms(part.from),
      end: ms(part.to),
      text: words(UDHR.slice(part.start, part.end)),
      exact: true,
    }));
    return { ...cue, pieces };
  });
  assertEquals(await (await ask("GET", "/captions.vtt")).text(), toWebVtt(cues));
  assertEquals(await (await ask("GET", "/captions.srt")).text(), toSrt(cues));
});

test("delivers a message again without paying again, before the end and after it", async ({ emulator, engine, id, hold, release, order, ended }) => {
  hold();
  await order();
  await until(() => emulator.jobs.length === 3, "three jobs are under way");
  await engine.deliver(id);
  assertEquals((await order()).status, 202);
  await engine.deliver(id);
  release();
  assertEquals((await ended()).status, "complete");
  await engine.deliver(id);
  assertEquals((await order()).status, 202);
  // The queue waits a second for more messages before it delivers.
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  assertEquals((await ended()).status, "complete");
  assertEquals([paid(emulator), submissions(emulator)], [texts(TEXT), texts(TEXT).length]);
});

test("has three parts under way at most, and submits them in order", async ({ emulator, hold, release, order, ended, status }) => {
  hold();
  await order();
  await until(() => emulator.jobs.length === 3, "three jobs are under way");
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  assertEquals([emulator.jobs.length, (await status()).done], [3, 0]);
  release();
  assertEquals((await ended()).status, "complete");
  assertEquals(paid(emulator), texts(TEXT));
});

test("goes on after a crash while jobs are under way, and while the engine sleeps", async ({ emulator, engine, id, hold, release, order, ended }) => {
  hold();
  await order();
  await until(async () => await known(engine, id) === 3, "three request ids are kept");
  await engine.crash();
  // Deployed, the engine wakes by itself; miniflare's does so when the message comes again.
  await engine.deliver(id);
  const polls = () => emulator.requests.filter(({ method }) => method === "CheckStatus").length;
  const before = polls();
  await until(() => polls() > before, "the jobs are polled again");
  // After five seconds the steps give up and the engine sleeps for two.
  await new Promise((resolve) => setTimeout(resolve, 5_500));
  await engine.crash();
  release();
  await engine.deliver(id);
  assertEquals((await ended()).status, "complete");
  assertEquals([paid(emulator), submissions(emulator)], [texts(TEXT), texts(TEXT).length]);
});

test("sends nothing again after a crash between a submission and its result, and says what to do", async ({ emulator, engine, id, ask, order, ended }) => {
  const third = texts(TEXT)[2]!;
  emulator.addFault({
    kind: "hang",
    charged: true,
    method: "GenerateSpeech",
    when: ({ message }) => message?.["text"] === third,
  });
  await order();
  await until(() => emulator.jobs.length === 3, "the third is accepted");
  await engine.crash();
  await engine.deliver(id);
  const { status, error, done } = await ended();
  assertEquals([status, done], ["errored", 2]);
  assertStringIncludes(error, "Part 3 of 6");
  assertStringIncludes(error, "charged: unknown");
  assertStringIncludes(error, '{ "buyAgain": [3] }');
  assertEquals(submissions(emulator), 3);

  // To resume is no decision about money.
  assertEquals((await ask("POST", "/resume")).status, 202);
  assertStringIncludes((await ended()).error, "charged: unknown");
  assertEquals(submissions(emulator), 3);
  assertEquals((await ask("POST", "/resume", { buyAgain: [3] })).status, 202);
  assertEquals((await ended()).status, "complete");
  assertEquals(paid(emulator).sort(), [...texts(TEXT), third].sort());
});

test("joins after a crash in the join, and fetches nothing twice", async ({ emulator, engine, id, order, ended, ask }) => {
  // So long that it takes a while to join.
  const pcm = Uint8Array.from({ length: 6_000_000 }, (_, i) => i);
  const body = encodeWav(pcm);
  emulator.addFault({ kind: "http", method: "Audio", status: 200, headers: {}, body, times: 6 });
  await order();
  // In a file that is larger than any part, the result is on its way.
  await until(() => largest(`${folder}/r2`) > 2 * pcm.length, "the join has begun");
  await engine.crash();
  assertEquals((await kept(engine, `narrations/${id}/`)).includes("audio.wav"), false);
  await engine.deliver(id);
  assertEquals((await ended()).status, "complete");
  const fetched = emulator.requests.filter(({ method }) => method === "Audio").length;
  assertEquals([paid(emulator), fetched], [texts(TEXT), 6]);
  const pauses = (await score(emulator, TEXT)).map(({ pause }) => new Uint8Array(2 * pause));
  const wav = pcmOf(await (await ask("GET", "/audio.wav")).bytes());
  const wanted = concat(...pauses.flatMap((pause) => [pcm, pause]));
  // Comparing them number by number takes seconds.
  assertEquals([await hash(wav), wav.length], [await hash(wanted), wanted.length]);
});

test("never pays twice unasked, at whatever moments it crashes", async ({ emulator, engine, id, ask, order, ended, status }) => {
  const text = paragraphs(12);
  await order(text);
  const again: number[] = [];
  let told = await status();
  for (let crashes = 0; crashes < 6 && told.status !== "complete"; crashes++) {
    const before = emulator.requests.length;
    await until(async () => {
      told = await status();
      return emulator.requests.length > before || told.status === "complete" ||
        told.status === "errored";
    }, "it does something");
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 200));
    await engine.crash();
    told = await status();
    if (told.status === "errored") {
      assertStringIncludes(told.error, "charged: unknown");
      const part = Number(/Part (\d+)/.exec(told.error)?.[1]);
      again.push(part);
      assertEquals((await ask("POST", "/resume", { buyAgain: [part] })).status, 202);
    } else await engine.deliver(id);
  }
  for (told = await ended(); told.status === "errored"; told = await ended()) {
    assertStringIncludes(told.error, "charged: unknown");
    const part = Number(/Part (\d+)/.exec(told.error)?.[1]);
    again.push(part);
    assertEquals((await ask("POST", "/resume", { buyAgain: [part] })).status, 202);
  }
  const all = paid(emulator);
  assertEquals([...new Set(all)].sort(), texts(text).sort());
  texts(text).forEach((part, i) => {
    const times = all.filter((other) => other === part).length;
    const decided = again.filter((other) => other === i + 1).length;
    assert(times <= 1 + decided, `part ${i + 1} was paid ${times} times, ${decided} by decision`);
  });
});

test("ends with what the service said when a job FAILED, and buys it again when told", async ({ emulator, ask, order, ended }) => {
  const text = "Нэг.\n\nАлдаа гарна.\n\nГурав.";
  await order(text);
  const { status, error } = await ended();
  assertEquals(status, "errored");
  assertMatch(
    error,
    /^Part 2 of 3: job_failed: .*cannot say that.*charged: yes.*"buyAgain": \[2\]/,
  );
  const once = submissions(emulator);
  assert(once <= 3);

  await ask("POST", "/resume");
  assertEquals((await ended()).status, "errored");
  assertEquals(paid(emulator).filter((part) => part === "Алдаа гарна."), ["Алдаа гарна."]);
  await ask("POST", "/resume", { buyAgain: [2] });
  assertEquals((await ended()).status, "errored");
  assertEquals(paid(emulator).filter((part) => part === "Алдаа гарна.").length, 2);
});

test("stops when the credits are used up, and goes on when there are more", async ({ emulator, ask, order, ended }) => {
  const [first = "", second = ""] = texts(TEXT);
  emulator.addCredits(KEY, -CREDITS + [...first, ...second].length);
  await order();
  const { status, error, done } = await ended();
  assertEquals([status, done], ["errored", 2]);
  assertMatch(error, /^Part 3 of 6: insufficient_credits: .*\(charged: no\)$/);
  assertEquals(paid(emulator), [first, second]);
  emulator.addCredits(KEY, CREDITS);
  assertEquals((await ask("POST", "/resume")).status, 202);
  assertEquals((await ended()).status, "complete");
  assertEquals(paid(emulator), texts(TEXT));
});

test("waits out a rate limit, and asks no sooner than it was told", async ({ emulator, order, ended }) => {
  const trailers = { "retry-after": "2" };
  const second = texts(TEXT)[1];
  emulator.addFault({
    kind: "error",
    code: "RESOURCE_EXHAUSTED",
    method: "GenerateSpeech",
    trailers,
    when: ({ message }) => message?.["text"] === second,
  });
  await order();
  assertEquals((await ended()).status, "complete");
  assertEquals(paid(emulator), texts(TEXT));
  const [refused, accepted] = emulator.requests.filter(({ message }) =>
    message?.["text"] === second
  );
  assert(accepted!.time - refused!.time >= 2_000);
});

const lost: Record<string, Fault> = {
  "a connection that breaks": { kind: "drop", charged: true },
  "an answer that makes no sense": { kind: "http", status: 502, charged: true },
};
for (const [what, fault] of Object.entries(lost)) {
  test(`does not submit again after ${what}`, async ({ emulator, ask, order, ended }) => {
    emulator.addFault({ ...fault, method: "GenerateSpeech" });
    await order();
    for (const resumed of [false, true]) {
      if (resumed) await ask("POST", "/resume");
      const { status, error } = await ended();
      assertEquals(status, "errored");
      assertMatch(error, /^Part 1 of 6: .*charged: unknown.*"buyAgain": \[1\]/);
      assertEquals([paid(emulator).length, submissions(emulator)], [1, 1]);
    }
  });
}

test("says what to do when the audio cannot be joined, and resumes when it can", async ({ emulator, ask, order, ended }) => {
  const mp3 = new TextEncoder().encode(`ID3${"\0".repeat(2_000)}`);
  const headers = { "content-type": "audio/mpeg" };
  emulator.addFault({ kind: "http", method: "Audio", status: 200, body: mp3, headers });
  await order("Нэг.");
  const { status, error } = await ended();
  assertEquals(status, "errored");
  assertMatch(error, /^Part 1 of 1: server_error: The audio is MP3: .*\(charged: yes\)/);
  await ask("POST", "/resume");
  assertEquals((await ended()).status, "complete");
  assertEquals(paid(emulator), ["Нэг."]);
});

test("fetches audio again that broke off, which costs nothing", async ({ emulator, order, ended }) => {
  emulator.addFault({ kind: "drop", method: "Audio", afterBytes: 100, times: 2 });
  await order("Нэг.");
  assertEquals((await ended()).status, "complete");
  assertEquals(paid(emulator), ["Нэг."]);
});

test("keeps neither the key nor the text in messages and steps", async ({ order, ended }) => {
  await order();
  assertEquals((await ended()).status, "complete");
  let bytes = 0;
  for await (const { name } of files(`${folder}/workflows`)) {
    const content = new TextDecoder().decode(await Deno.readFile(name));
    assertEquals([content.includes(KEY), content.includes("дүгээр хэсэг")], [false, false], name);
    bytes += content.length;
  }
  assert(bytes > 10_000, "the engine's own files are there");
});

test("refuses what is not right, and the service never hears of it", async ({ emulator, engine, id, ask, order }) => {
  const refused: [status: number, method: string, path: string, body?: unknown][] = [
    [404, "GET", ""],
    [404, "POST", "/resume"],
    [404, "GET", "/audio.wav"],
    [404, "DELETE", ""],
    [404, "GET", "/nothing"],
    [400, "PUT", "", "text"],
    [400, "PUT", "", { voice: VOICE }],
    [400, "PUT", "", { text: "", voice: VOICE }],
    [400, "PUT", "", { text: "* * *", voice: VOICE }],
    [400, "PUT", "", { text: TEXT }],
    [400, "PUT", "", { text: TEXT, voice: VOICE, speed: 0 }],
    [400, "PUT", "", { text: TEXT, voice: VOICE, captions: "word" }],
    [400, "PUT", "", { text: paragraphs(1_001), voice: VOICE }],
  ];
  for (const [status, method, path, body] of refused) {
    const response = await ask(method, path, body);
    const { error } = await response.json();
    assertEquals(response.status, status, `${method} ${path} ${error}`);
    assert(error.length > 10 && !error.includes(TEXT), error);
  }
  for (const authorization of ["", "Bearer ", "Bearer another", TOKEN]) {
    const response = await fetch(`${await engine.url()}/narrations/${id}`, {
      method: "PUT",
      headers: { authorization },
      body: JSON.stringify({ text: TEXT, voice: VOICE }),
    });
    assertEquals(response.status, 401);
    await response.body?.cancel();
  }
  assertEquals(emulator.requests, []);

  await order();
  assertEquals((await order("Өөр бичвэр.")).status, 409, "the first text under an id stays");
  assertEquals((await ask("POST", "/resume", { buyAgain: [7] })).status, 400);
});

/** The size of the largest file. */
function largest(path: string): number {
  try {
    const { isFile, size } = Deno.statSync(path);
    if (isFile) return size;
    return Math.max(
      0,
      ...[...Deno.readDirSync(path)].map(({ name }) => largest(`${path}/${name}`)),
    );
  } catch (error) {
    // Gone in between.
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

/** What is in R2. */
async function kept(engine: Engine, prefix: string): Promise<string[]> {
  const { objects } = await (await engine.bucket()).list({ prefix });
  return objects.map(({ key }) => key.slice(prefix.length));
}

/** How many request ids are kept in R2. */
async function known(engine: Engine, id: string): Promise<number> {
  const bucket = await engine.bucket();
  const prefix = `narrations/${id}/records/`;
  const records = (await kept(engine, prefix)).map(async (name) =>
    (await bucket.get(prefix + name))?.text()
  );
  return (await Promise.all(records)).filter((record) => record?.includes("requestId")).length;
}

async function hash(bytes: Uint8Array): Promise<string> {
  return `${new Uint8Array(
    await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>),
  )}`;
}

async function* files(path: string): AsyncGenerator<{ name: string }> {
  for await (const { name, isDirectory } of Deno.readDir(path)) {
    if (isDirectory) yield* files(`${path}/${name}`);
    else yield { name: `${path}/${name}` };
  }
}
