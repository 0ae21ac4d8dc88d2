// Promise 4: the key goes to the configured endpoint only, the text into no error and no log.

import { assert, assertEquals } from "@std/assert";
import { type Client, InvalidRequestError, type LogEvent, TsetsenError } from "../../mod.ts";
import type { Fault } from "../../src/emulator/mod.ts";
import { FAULTS } from "../support/faults.ts";
import { closedPort, rawServer } from "../support/raw_server.ts";
import { clientOf, failure, isRetry, rejection, type Rig, setUp } from "../support/rig.ts";

const KEY = "tsetsen-prod-S3cr3t_key-0123456789abcdef";
const TEXT = "Нууц захидал: маргааш үүрээр голын эрэг дээр уулзъя, хэнд ч бүү хэлээрэй.";
const GENERATE = { text: TEXT, voiceId: "emulator-v1-bold" };
const STREAM = { text: TEXT, voiceId: "emulator-v2-bold" };

/** Parts of the secrets that would give them away; pieces of a word do not. */
const KEY_PARTS = [KEY, KEY.slice(13)];
const TELLTALE = [...KEY_PARTS, TEXT, TEXT.slice(0, 24), TEXT.slice(-24)];

const CALLS: Readonly<Record<string, (client: Client) => Promise<unknown>>> = {
  getUserBalance: (client) => client.getUserBalance(),
  generateSpeech: (client) => client.generateSpeech(GENERATE),
  streamSpeech: (client) => client.streamSpeech(STREAM).bytes(),
  waitForCompletion: (client) => client.waitForCompletion("job-unheard-of"),
};

/** All that anyone could print of a value. */
function allOf(value: unknown, depth = 0): string {
  if (typeof value !== "object" || value === null || depth > 8) return String(value);
  const properties = Object.getOwnPropertyNames(value).map((name) =>
    `${name}: ${allOf((value as Record<string, unknown>)[name], depth + 1)}`
  );
  return [String(value), JSON.stringify(value), Deno.inspect(value, { depth: 10 }), ...properties]
    .join("\n");
}

/** Where a value shows a secret, with its surroundings. */
function leaks(value: unknown, where: string, parts: readonly string[] = TELLTALE): string[] {
  const all = allOf(value);
  const forms = parts.flatMap((part) => [part, encodeURIComponent(part)]);
  const shown = forms.map((form) => all.indexOf(form)).filter((at) => at >= 0);
  return shown.map((at) => `${where}: …${all.slice(Math.max(0, at - 80), at + 80)}…`);
}

function assertSecret(value: unknown, where: string): void {
  assertEquals(leaks(value, where), []);
}

async function setUpSecret(log: LogEvent[]): Promise<Rig> {
  const client = {
    apiKey: KEY,
    timeout: 300,
    maxRetries: 1,
    log: (event: LogEvent) => log.push(event),
  };
  return await setUp({ emulator: { apiKeys: { [KEY]: 100_000 } }, client });
}

/** The faults of the table, and some that say the secrets aloud. */
function faults(): Fault[] {
  const aloud = `cannot speak "${TEXT}" for ${KEY}`;
  const value = new TextEncoder().encode(aloud);
  const echo = { "x-echo": encodeURIComponent(KEY), "x-key": KEY };
  return [
    ...FAULTS.flatMap(({ fault }) => fault === undefined ? [] : [fault]),
    ...["INVALID_ARGUMENT", "RESOURCE_EXHAUSTED", "INTERNAL", "UNAVAILABLE", "NOT_FOUND"].map(
      (code) => ({
        kind: "error" as const,
        code: code as "INTERNAL",
        message: aloud,
        details: [{ type: "google.rpc.DebugInfo", value }],
        trailers: echo,
        headers: { "x-more": KEY },
      }),
    ),
    { kind: "error", code: "UNKNOWN", message: `${aloud.slice(0, 60)}…` },
    { kind: "error", code: "UNKNOWN", message: aloud.slice(20), trailersOnly: true },
    { kind: "http", status: 200, body: aloud, headers: echo },
    { kind: "http", status: 500, body: aloud, headers: { "content-type": KEY } },
    { kind: "http", status: 302, headers: { location: `/?key=${KEY}` } },
    { kind: "content-type", contentType: `text/${KEY}` },
    { kind: "garbage", bytes: value },
    { kind: "stream", errorMessage: aloud, afterChunks: 0 },
    { kind: "stream", errorMessage: `no credits: ${aloud}` },
  ];
}

Deno.test("Client shows neither key nor text in any error, log event or URL, and prints nothing", async () => {
  const log: LogEvent[] = [];
  const printed: unknown[] = [];
  const found: string[] = [];
  const names = ["log", "info", "warn", "error", "debug", "trace"] as const;
  const real = names.map((name) => console[name]);
  await using rig = await setUpSecret(log);
  const { emulator, client } = rig;
  for (const name of names) console[name] = (...args: unknown[]) => void printed.push(args);
  try {
    let failures = 0;
    for (const fault of faults()) {
      emulator.addFault({ ...fault, times: Infinity });
      const runs = Object.entries(CALLS).map(async ([name, run]) => {
        const error = await run(client).then(() => undefined, (error) => error);
        if (error === undefined) return;
        failures++;
        assert(error instanceof TsetsenError, `${error}`);
        // A call without a text cannot know what the text of another one is.
        const parts = /speech/i.test(name) ? TELLTALE : KEY_PARTS;
        found.push(...leaks(error, `the error of ${name} after ${fault.kind}`, parts));
      });
      await Promise.all(runs);
      emulator.clearFaults();
    }
    assert(failures > 3 * FAULTS.length, `${failures}`);
    assert(log.length > 20, `${log.length}`);
  } finally {
    names.forEach((name, index) => console[name] = real[index]!);
  }
  assertEquals(printed, []);
  for (const event of log) {
    found.push(...leaks(event, "the log", /Speech/.test(event.method) ? TELLTALE : KEY_PARTS));
  }
  assertEquals(found, []);
  assertSecret(emulator.requests.map(({ url }) => url), "a URL");
});

Deno.test("Job shows no text in the errors of its polls and of its failure", async () => {
  const log: LogEvent[] = [];
  const failWhen = () => `cannot say "${TEXT}"`;
  const rig = await setUp({
    emulator: { apiKeys: { [KEY]: 100_000 }, failWhen },
    client: { apiKey: KEY, maxRetries: 1, log: (event) => log.push(event) },
  });
  await using _ = rig;
  const job = await rig.client.submit(GENERATE);
  const code = "UNAVAILABLE";
  const message = failWhen();
  rig.emulator.addFault({ kind: "error", code, message, method: "CheckStatus", times: 2 });
  for (const work of [() => job.wait(), () => job.wait(), () => job.audio()]) {
    const error = await failure(TsetsenError, work());
    assertSecret(error, error.name);
    assert(error.message.includes("[redacted]"), error.message);
  }
  assertEquals(log.filter(isRetry).map(({ type }) => type), ["poll_failed"]);
  assertSecret(log, "the log");
});

const aloud = `failed to send ${TEXT} with ${KEY}`;
const nested = [1, 2, 3, 4, 5].reduce<Error>(
  (cause, level) => new Error(`level ${level}`, { cause }),
  new Error(aloud),
);
const thrown: Readonly<Record<string, unknown>> = {
  "a message": new TypeError(aloud),
  "the message of a cause": new TypeError("failed", { cause: new Error(aloud) }),
  "the message of a deep cause": nested,
  // As HTTP libraries do that show their request in their errors.
  "a property": Object.assign(new TypeError("failed"), { headers: { "x-api-key": KEY } }),
  "a property that is text": Object.assign(new TypeError("failed"), { request: { body: TEXT } }),
  "one of many errors": new AggregateError([new Error(aloud)], "failed"),
  "a string": aloud,
  "an object": { message: aloud },
};

for (const [where, error] of Object.entries(thrown)) {
  Deno.test(`Client shows neither key nor text when its fetch fails with them in ${where}`, async () => {
    using client = clientOf("127.0.0.1:1", {
      apiKey: KEY,
      maxRetries: 0,
      fetch: () => Promise.reject(error),
    });
    for (const run of [CALLS["generateSpeech"]!, CALLS["streamSpeech"]!]) {
      const failed = await failure(TsetsenError, run(client));
      assertEquals(failed.code, "connection_error");
      assertSecret(failed, "the error");
    }
  });
}

Deno.test("Client shows neither key nor text when no connection comes about", async () => {
  const log: LogEvent[] = [];
  using client = clientOf(`127.0.0.1:${closedPort()}`, { apiKey: KEY, log: (e) => log.push(e) });
  for (const [name, run] of Object.entries(CALLS)) {
    assertSecret(await rejection(run(client)), `the error of ${name}`);
  }
  assertSecret(log, "the log");
  assertSecret(client, "the client itself");
});

Deno.test("Job shows neither key nor text in its JSON, its inspection and the error of a failed job", async () => {
  const apiKeys = { [KEY]: 100_000 };
  const failWhen = (text: string) => `the engine cannot say "${text}" (${KEY})`;
  await using rig = await setUp({ emulator: { apiKeys, failWhen }, client: { apiKey: KEY } });
  const job = await rig.client.submit({ ...GENERATE, apiKey: KEY });
  assertSecret(job, "the job");
  assertSecret(await rejection(job.wait()), "the error of the job");
});

Deno.test("Client follows no redirect: another server gets neither the key nor a connection", async () => {
  await using other = rawServer((connection) => connection.close());
  await using rig = await setUpSecret([]);
  for (const status of [301, 302, 303, 307, 308]) {
    const headers = { location: `${other.url}/tsetsen.api.v1.TsetsenTTS/GetUserBalance` };
    // A free call may be sent twice on a busy machine.
    rig.emulator.addFault({ kind: "http", status, headers, times: Infinity });
    await failure(TsetsenError, rig.client.getUserBalance());
    rig.emulator.clearFaults();
  }
  assertEquals(other.connections, 0);
});

Deno.test("Client.downloadAudio sends neither key nor credentials, to a redirect neither", async () => {
  await using rig = await setUpSecret([]);
  const { emulator, client } = rig;
  const { requestId } = await client.generateSpeech(GENERATE);
  const done = await client.waitForCompletion(requestId);
  await using other = rawServer(async (connection) => {
    await connection.write(
      new TextEncoder().encode("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nID3"),
    );
  });
  emulator.addFault({ kind: "delay", delay: 0, method: "Audio" });
  emulator.addFault({
    kind: "http",
    method: "Audio",
    status: 302,
    headers: { location: `${other.url}/elsewhere.wav`, "set-cookie": "a=b" },
  });
  await client.downloadAudio(done).bytes();
  assertEquals(await client.downloadAudio(done).bytes(), new TextEncoder().encode("ID3"));
  const downloads = rig.sent("Audio");
  assertEquals(downloads.length, 2);
  assertEquals(other.requests.length, 1);
  const heads = [
    ...downloads.map(({ headers }) => Object.entries(headers).join("\n")),
    other.requests[0]!.head,
  ];
  for (const head of heads) {
    assertSecret(head, "the head of a download");
    assert(!/^(x-api-key|x-goog-api-key|authorization|cookie|referer)\b/im.test(head), head);
  }
});

Deno.test("Client refuses plaintext http unless secure: false says so", async () => {
  await using rig = await setUpSecret([]);
  const error = await rejection((async () => {
    const options = { endpoint: "http://tts.example:50051", apiKey: KEY, secure: true };
    await rig.open({ ...options, transport: undefined }).getUserBalance();
  })());
  assert(error instanceof InvalidRequestError);
  assertSecret(error, "the error");
  assertEquals(rig.emulator.requests, []);
  // On the way to this machine nobody can read it.
  await rig.open({ endpoint: rig.emulator.url, apiKey: KEY, secure: true }).getUserBalance();
  assertEquals(rig.emulator.requests.length, 1);
});
