import { connect } from "node:net";
import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { Client } from "@tsetsen/sdk";
import { type Fault, type RunningEmulator, startEmulator } from "@tsetsen/sdk/emulator";
import { installPackage } from "../hosts/pack.ts";
import { pcmOf } from "./tools.ts";
import { type RunningWorker, startWorker } from "./workerd.ts";
import { until } from "../support/until.ts";

const KEY = "tsetsen-development-secret-of-the-worker";
const VOICE = "emulator-v2-sarnai";
const TEXT = "Сайн байна уу? Энэ бол жишээ, урт өгүүлбэр.";

interface Setting {
  readonly emulator: RunningEmulator;
  readonly worker: RunningWorker;
  /** Asks the Worker, and looks for the key in what it answers. */
  get(path: string, init?: RequestInit): Promise<Response>;
}

// One workerd for all: a start takes seconds. It outlives each test, and so do miniflare's connections to it.
const options = { sanitizeOps: false, sanitizeResources: false };
let setting: Promise<Setting> | undefined;
const open: AsyncDisposable[] = [];
Deno.test.afterAll(async () => {
  for (const thing of open.reverse()) await thing[Symbol.asyncDispose]();
});

function test(name: string, run: (setting: Setting) => Promise<void>): void {
  Deno.test(`examples/worker ${name}`, options, async () => {
    const ready = await (setting ??= start());
    ready.emulator.reset();
    await run(ready);
  });
}

async function start(): Promise<Setting> {
  const emulator = await startEmulator({
    apiKeys: { [KEY]: 10_000 },
    streamPace: 100,
    queueTime: 300,
    failWhen: (text) => text.startsWith("Алдаа") ? "cannot say that" : undefined,
  });
  open.push(emulator);
  const sdk = await installPackage();
  open.push(sdk);
  const env = { TSETSEN_API_KEY: KEY, TSETSEN_API_ENDPOINT: emulator.url };
  const worker = await startWorker(sdk, env);
  open.push(worker);
  const get = async (path: string, init?: RequestInit) => {
    const response = await fetch(`${await worker.url()}${path}`, init);
    const headers = JSON.stringify([...response.headers]);
    assertEquals(headers.includes(KEY), false, headers);
    return response;
  };
  return { emulator, worker, get };
}

/** A POST of JSON. */
function posting(body: unknown): RequestInit {
  const headers = { "content-type": "application/json" };
  return { method: "POST", headers, body: JSON.stringify(body) };
}

/** What to ask for a text to be spoken. */
const say = (text: string, voice = VOICE): [path: string, init: RequestInit] => [
  "/say",
  posting({ text, voice }),
];

test("POST /say sends a WAV while it is synthesised", async ({ emulator, get }) => {
  const response = await get(...say(TEXT));
  assertEquals([response.status, response.headers.get("content-type")], [200, "audio/wav"]);
  const chunks: Uint8Array[] = [];
  const stillSpeaking: boolean[] = [];
  for await (const chunk of response.body!) {
    chunks.push(chunk);
    stillSpeaking.push(emulator.activeStreams === 1);
  }
  assert(stillSpeaking.length >= 5, `${stillSpeaking.length} pieces`);
  assertEquals(stillSpeaking.slice(0, 3), [true, true, true]);

  using client = new Client({ apiKey: KEY, endpoint: emulator.url, secure: false });
  const wanted = await client.streamSpeech({ text: TEXT, voiceId: VOICE }).bytes();
  const wav = await new Blob(chunks as Uint8Array<ArrayBuffer>[]).bytes();
  assertEquals(pcmOf(wav), wanted);
});

test("POST /say ends the synthesis when the listener leaves", async ({ emulator, get }) => {
  const response = await get(...say(TEXT.repeat(8)));
  const reader = response.body!.getReader();
  await reader.read();
  assertEquals(emulator.activeStreams, 1);
  await reader.cancel();
  await until(() => emulator.activeStreams === 0, "the synthesis has ended");
  assertEquals(emulator.requests.map(({ method, aborted }) => [method, aborted]), [
    ["StreamSpeech", true],
  ]);
});

test("POST /say leaves the service when the listener leaves before any audio", async ({ emulator, worker }) => {
  emulator.addFault({ kind: "hang", method: "StreamSpeech" });
  // A reset: workerd takes a mere end of what the listener says for no leave, as HTTP allows.
  const { hostname, port } = new URL(await worker.url());
  const listener = connect(Number(port), hostname);
  const body = JSON.stringify({ text: TEXT, voice: VOICE });
  listener.write(
    `POST /say HTTP/1.1\r\nHost: ${hostname}\r\ncontent-type: application/json\r\n` +
      `content-length: ${new TextEncoder().encode(body).length}\r\n\r\n${body}`,
  );
  await until(() => emulator.requests.length === 1, "the call has come");
  assertEquals(emulator.requests[0]?.aborted, false);
  listener.resetAndDestroy();
  await until(() => emulator.requests[0]?.aborted, "the call was left");
});

test("POST /jobs submits once, and later requests of another process finish it", async ({ emulator, worker, get }) => {
  const submitted = await get("/jobs", posting({ text: TEXT, voice: VOICE }));
  assertEquals(submitted.status, 202);
  const path = submitted.headers.get("location") ?? "";
  assertEquals(await submitted.json(), { id: emulator.jobs[0]?.requestId });

  const early = await (await get(path)).json();
  assertMatch(early.status, /^(PENDING|PROCESSING)$/);
  assertEquals("audio" in early, false);
  await worker.restart();
  let late = early;
  await until(async () => {
    late = await (await get(path)).json();
    return late.status === "COMPLETED";
  }, "the job is done");
  assertEquals(late.audio, `${path}/audio`);
  const audio = await get(late.audio);
  assertEquals([audio.status, audio.headers.get("content-type")], [200, "audio/wav"]);
  const wav = await audio.bytes();
  assertEquals(wav, await (await fetch(`${emulator.url}/audio/${late.id}.wav`)).bytes());
  assertAlmostEquals(pcmOf(wav).length / 48_000, late.seconds, 1e-6);

  assertEquals(emulator.requests.filter(({ method }) => method === "GenerateSpeech").length, 1);
  assertEquals(emulator.ledger.charges.map(({ characters }) => characters), [[...TEXT].length]);
});

test("GET /jobs/<id>/audio waits for a job that is not done yet", async ({ get }) => {
  const { id } = await (await get("/jobs", posting({ text: TEXT, voice: VOICE }))).json();
  const audio = await get(`/jobs/${id}/audio`);
  assertEquals(audio.status, 200);
  assert(pcmOf(await audio.bytes()).length > 48_000);
});

const refused: Record<string, [path: string, status: number, init?: RequestInit]> = {
  "a page that is not there": ["/", 404],
  "no text": ["/say", 400, posting({ voice: VOICE })],
  "a text of blanks": ["/say", 400, posting({ text: "  ", voice: VOICE })],
  "a text of 501 characters": ["/say", 400, posting({ text: "а".repeat(501), voice: VOICE })],
  "a text of megabytes": ["/say", 400, posting({ text: "а".repeat(2_000_000), voice: VOICE })],
  "no voice": ["/say", 400, posting({ text: "Сайн" })],
  "a body that is not JSON": ["/jobs", 400, { ...posting({}), body: "text" }],
  "a job of 501 characters": ["/jobs", 400, posting({ text: "𐍈".repeat(501), voice: VOICE })],
  "GET, as of a link, a prefetch or a player": [`/say?text=${TEXT}&voice=${VOICE}`, 404],
  "HEAD": ["/say", 404, { method: "HEAD" }],
  "a form of another site, which can send no JSON": ["/say", 400, {
    ...posting({ text: TEXT, voice: VOICE }),
    headers: { "content-type": "text/plain" },
  }],
  "a question of another site's page": ["/say", 404, {
    method: "OPTIONS",
    headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
  }],
};

test("refuses what is not right, and the service never hears of it", async ({ emulator, get }) => {
  for (const [what, [path, status, init]] of Object.entries(refused)) {
    const response = await get(path, init);
    assertEquals(response.status, status, what);
    await response.body?.cancel();
  }
  assertEquals(emulator.requests, []);
  const longest = await get("/jobs", posting({ text: "𐍈".repeat(500), voice: VOICE }));
  assertEquals(longest.status, 202, "500 characters are fine, whatever they are made of");
  await longest.body?.cancel();
});

const on = { method: "StreamSpeech" } as const;
const faults: Record<string, [fault: Fault, status: number, code: string, retryAfter?: string]> = {
  "a rate limit that says when": [
    { ...on, kind: "error", code: "RESOURCE_EXHAUSTED", trailers: { "retry-after": "7" } },
    429,
    "rate_limit_exceeded",
    "7",
  ],
  "a rate limit that does not": [
    { ...on, kind: "error", code: "RESOURCE_EXHAUSTED" },
    429,
    "rate_limit_exceeded",
    "60",
  ],
  "a voice that is gone": [
    { ...on, kind: "error", code: "NOT_FOUND" },
    404,
    "resource_not_found",
  ],
  "a service that is down": [
    { ...on, kind: "error", code: "UNAVAILABLE" },
    503,
    "service_unavailable",
    "30",
  ],
  "a lost connection": [{ ...on, kind: "drop" }, 502, "connection_error"],
  "a page of a proxy": [{ ...on, kind: "http", status: 200 }, 502, "server_error"],
  "a deadline of the service": [
    { ...on, kind: "error", code: "DEADLINE_EXCEEDED" },
    504,
    "timeout",
    "5",
  ],
  "a key that is refused, and shown": [
    { ...on, kind: "error", code: "UNAUTHENTICATED", message: `no such key: ${KEY}` },
    500,
    "authentication_failed",
  ],
};

for (const [what, [fault, status, code, retryAfter]] of Object.entries(faults)) {
  test(`POST /say answers ${what} with ${status}`, async ({ emulator, get }) => {
    emulator.addFault(fault);
    const response = await get(...say(TEXT));
    const text = await response.text();
    assertEquals([response.status, JSON.parse(text).error], [status, code]);
    assertEquals(response.headers.get("retry-after"), retryAfter ?? null);
    assertEquals([text.includes(KEY), text.includes(TEXT)], [false, false]);
    assertEquals(emulator.requests.length, 1, "sent once");
  });
}

test("POST /say and POST /jobs answer an empty balance with 402", async ({ emulator, get }) => {
  emulator.addCredits(KEY, -10_000);
  const init = posting({ text: TEXT, voice: VOICE });
  for (const response of [await get(...say(TEXT)), await get("/jobs", init)]) {
    assertEquals([response.status, (await response.json()).error], [402, "insufficient_credits"]);
  }
  assertEquals(emulator.ledger.total, 0);
});

test("GET /jobs/<id> tells that a job FAILED, and its audio is 502", async ({ get }) => {
  const { id } = await (await get("/jobs", posting({ text: "Алдаа", voice: VOICE }))).json();
  const audio = await get(`/jobs/${id}/audio`);
  assertEquals([audio.status, (await audio.json()).error], [502, "job_failed"]);
  const { status, error } = await (await get(`/jobs/${id}`)).json();
  assertEquals([status, error], ["FAILED", "cannot say that"]);
});

test("GET /voices lists the voices that can stream", async ({ get }) => {
  const { voices } = await (await get("/voices")).json();
  assertEquals(voices.length, 4);
  assertEquals(voices[0].id, VOICE);
});
