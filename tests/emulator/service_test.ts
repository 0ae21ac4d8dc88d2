import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { Code, ConnectError } from "@connectrpc/connect";
import { createEmulator, ManualClock } from "../../src/emulator/mod.ts";
import { setUp } from "./setup.ts";

async function failure(call: Promise<unknown>): Promise<ConnectError> {
  return await assertRejects(() => call, ConnectError) as ConnectError;
}

async function drain(stream: AsyncIterable<{ audioChunk: Uint8Array; isFinal: boolean }>) {
  const messages = [];
  for await (const message of stream) messages.push(message);
  return messages;
}

Deno.test("createEmulator has no side effect that needs closing", () => {
  createEmulator();
});

Deno.test("createEmulator refuses options out of their range, without naming a key", () => {
  for (
    const options of [
      { pace: -1 },
      { streamChunkBytes: 0 },
      { streamBytes: 0.5 },
      { apiKeys: { "tsetsen-prod-x": 1.5 } },
      { apiKeys: { "my-secret": 1 } },
      { publicUrl: "nowhere" },
      { voices: [{ id: "a/b", name: "", gender: "male", version: "beta-v0.1" } as const] },
    ]
  ) {
    try {
      createEmulator(options);
    } catch (error) {
      assertEquals(error instanceof RangeError, true);
      assertEquals(String(error).includes("my-secret"), false);
      continue;
    }
    throw new Error(`accepted ${JSON.stringify(options)}`);
  }
});

Deno.test("startEmulator lists voices of both genders for each version", async () => {
  await using running = await setUp();
  const { client, apiKey } = running;
  const first = await client.listVoices({ apiKey });
  const second = await client.listVoices({ apiKey, version: "beta-v0.2" });
  assertEquals(new Set(first.voices.map(({ gender }) => gender)), new Set([1, 2]));
  assertEquals(new Set(second.voices.map(({ gender }) => gender)), new Set([1, 2]));
  assertEquals(first.voices.some(({ id }) => second.voices.some((v) => v.id === id)), false);
  for (const { previewUrl } of second.voices) {
    const preview = await fetch(previewUrl);
    assertEquals(preview.status, 200);
    assertEquals((await preview.arrayBuffer()).byteLength > 10_000, true);
  }
  assertEquals((await failure(client.listVoices({ apiKey, version: "v9" }))).code, 3);
});

Deno.test("startEmulator moves a job from PENDING to COMPLETED by the clock", async () => {
  const clock = new ManualClock(1_000);
  await using running = await setUp({ clock, queueTime: 100, pace: 10 });
  const { client, apiKey, emulator } = running;
  const text = "Сайн уу";
  const { requestId, status } = await client.generateSpeech({
    apiKey,
    text,
    voiceId: "emulator-v1-bold",
  });
  assertEquals(status, 1);
  assertEquals((await client.checkStatus({ apiKey, requestId })).status, 1);
  await clock.advance(100);
  assertEquals((await client.checkStatus({ apiKey, requestId })).status, 2);
  await clock.advance(69);
  assertEquals((await client.checkStatus({ apiKey, requestId })).metrics, undefined);
  await clock.advance(1);
  const done = await client.checkStatus({ apiKey, requestId });
  assertEquals(done.status, 3);
  assertEquals(done.metrics?.queueTime, 100);
  assertEquals(done.metrics?.processingTime, 70);
  assertEquals(done.metrics?.totalTime, 170);
  assertEquals(done.metrics?.creditsUsed, 7);
  assertEquals(done.metrics?.characterCount, 7);
  const audio = await (await fetch(done.audioUrl)).arrayBuffer();
  const seconds = (audio.byteLength - 44) / 48_000;
  assertEquals(Math.abs(seconds - (done.metrics?.audioLength ?? 0)) < 0.001, true);
  assertEquals(emulator.jobs[0]?.status, "COMPLETED");
  assertEquals(emulator.jobs[0]?.acceptedAt, 1_000);
});

Deno.test("startEmulator fails the jobs that failWhen names, and keeps their charge", async () => {
  const failWhen = (text: string) => text.includes("алдаа") ? "synthesis failed" : undefined;
  await using running = await setUp({ failWhen });
  const { client, apiKey, emulator, speech } = running;
  const { requestId } = await client.generateSpeech({ ...speech, text: "алдаа" });
  const failed = await client.checkStatus({ apiKey, requestId });
  assertEquals([failed.status, failed.errorMessage], [4, "synthesis failed"]);
  assertEquals(failed.audioUrl, "");
  assertEquals(emulator.ledger.total, 5);
  assertEquals(emulator.ledger.balance(apiKey), 99_995);
  const url = `${emulator.url}/audio/${requestId}.wav`;
  const audio = await fetch(url);
  await audio.body?.cancel();
  assertEquals(audio.status, 404);
});

Deno.test("startEmulator refuses a text about which failWhen answers neither a string nor undefined", async () => {
  for (const answer of [null, 5, Promise.resolve(undefined)]) {
    await using running = await setUp({ failWhen: () => answer as never });
    const { client, emulator, speech } = running;
    const stream = async () => await Array.fromAsync(client.streamSpeech(speech));
    for (const call of [() => client.generateSpeech(speech), stream]) {
      const { code, rawMessage } = await assertRejects(call, ConnectError);
      assertEquals(code, Code.Internal);
      assertMatch(rawMessage, /^failWhen must answer a string or undefined: got /);
    }
    assertEquals([emulator.jobs.length, emulator.ledger.total], [0, 0]);
  }
});

Deno.test("startEmulator refuses keys that are absent, malformed, unknown or different", async () => {
  await using running = await setUp();
  const { client, apiKey, calls } = running;
  const cases: [string, Record<string, string>][] = [
    ["", { "x-api-key": apiKey }],
    [apiKey, {}],
    [apiKey, { "x-api-key": "tsetsen-prod-other" }],
    [apiKey, { "x-api-key": apiKey, "x-goog-api-key": "tsetsen-prod-other" }],
    ["nonsense", { "x-api-key": "nonsense" }],
    ["tsetsen-prod-unknown", { "x-api-key": "tsetsen-prod-unknown" }],
  ];
  for (const [key, headers] of cases) {
    calls.headers = headers;
    const error = await failure(client.getUserBalance({ apiKey: key }));
    assertEquals(error.code, Code.Unauthenticated);
  }
  calls.headers = { "x-goog-api-key": apiKey };
  assertEquals((await client.getUserBalance({ apiKey })).credits, 100_000);
});

Deno.test("startEmulator lets in any well-formed key with allowAnyKey", async () => {
  await using running = await setUp({ allowAnyKey: true });
  const { client, calls } = running;
  calls.headers = { "x-api-key": "tsetsen-prod-anyone" };
  const { credits } = await client.getUserBalance({ apiKey: "tsetsen-prod-anyone" });
  assertEquals(credits, 100_000);
});

Deno.test("startEmulator refuses wrong requests for speech with the documented codes, uncharged", async () => {
  await using running = await setUp({ maxTextLength: 20 });
  const { client, emulator, speech, apiKey } = running;
  const cases: [Partial<typeof speech> & { speed?: number }, Code][] = [
    [{ text: "" }, Code.InvalidArgument],
    [{ text: "а".repeat(21) }, Code.InvalidArgument],
    [{ voiceId: "" }, Code.InvalidArgument],
    [{ voiceId: "nobody" }, Code.NotFound],
    [{ voiceId: "emulator-v1-bold" }, Code.InvalidArgument],
    [{ version: "beta-v9" }, Code.InvalidArgument],
    [{ speed: -1 }, Code.InvalidArgument],
    [{ speed: NaN }, Code.InvalidArgument],
  ];
  for (const [change, code] of cases) {
    const request = { ...speech, ...change };
    assertEquals((await failure(client.generateSpeech(request))).code, code);
    assertEquals((await failure(drain(client.streamSpeech(request)))).code, code);
  }
  const old = { ...speech, version: "beta-v0.1", voiceId: "emulator-v1-bold" };
  assertEquals((await failure(drain(client.streamSpeech(old)))).code, Code.InvalidArgument);
  const unknown = await failure(client.checkStatus({ apiKey, requestId: "job-none" }));
  assertEquals(unknown.code, Code.NotFound);
  assertEquals(emulator.ledger.charges, []);
});

Deno.test("startEmulator hides a job from other keys", async () => {
  const apiKeys = { "tsetsen-prod-a": 100, "tsetsen-prod-b": 100 };
  await using running = await setUp({ apiKeys });
  const { client, calls, speech } = running;
  const { requestId } = await client.generateSpeech(speech);
  calls.headers = { "x-api-key": "tsetsen-prod-b" };
  const error = await failure(client.checkStatus({ apiKey: "tsetsen-prod-b", requestId }));
  assertEquals(error.code, Code.NotFound);
});

Deno.test("startEmulator refuses what the credits do not pay for, with details", async () => {
  await using running = await setUp({ apiKeys: { "tsetsen-prod-poor": 13 } });
  const { client, speech, emulator } = running;
  const calls = [() => client.generateSpeech(speech), () => drain(client.streamSpeech(speech))];
  for (const call of calls) {
    const error = await failure(call());
    assertEquals(error.code, Code.ResourceExhausted);
    assertStringIncludes(error.rawMessage, "credits");
    const [detail] = error.details as { type: string; value: Uint8Array }[];
    assertEquals(detail?.type, "google.rpc.ErrorInfo");
    assertStringIncludes(new TextDecoder().decode(detail?.value), "INSUFFICIENT_CREDITS");
    assertStringIncludes(new TextDecoder().decode(detail?.value), "tsetsen.ai");
  }
  assertEquals(emulator.addCredits("tsetsen-prod-poor", 1), 14);
  await client.generateSpeech(speech);
  assertEquals(emulator.ledger.balance("tsetsen-prod-poor"), 0);
  assertEquals(emulator.ledger.charges.map(({ account, credits }) => [account, credits]), [[
    0,
    14,
  ]]);
});

Deno.test("startEmulator streams the bytes that the job's file holds, the last one final", async () => {
  await using running = await setUp({ streamChunkBytes: 777 });
  const { client, speech, emulator, apiKey } = running;
  const messages = await drain(client.streamSpeech(speech));
  assertEquals(messages.filter(({ isFinal }) => isFinal).length, 1);
  assertEquals(messages.at(-1)?.isFinal, true);
  const { requestId } = await client.generateSpeech(speech);
  const { audioUrl } = await client.checkStatus({ apiKey, requestId });
  const file = new Uint8Array(await (await fetch(audioUrl)).arrayBuffer()).subarray(44);
  const streamed = new Uint8Array(messages.flatMap(({ audioChunk }) => [...audioChunk]));
  assertEquals(streamed, file);
  assertEquals(emulator.ledger.charges.map(({ kind }) => kind), ["stream", "generate"]);
  assertEquals(emulator.activeStreams, 0);
});

Deno.test("startEmulator refuses a second stream within a minute when told to", async () => {
  const clock = new ManualClock();
  const options = { clock, streamPace: 0, streamLimits: { perMinute: 1 } };
  await using running = await setUp(options);
  const { client, speech, emulator } = running;
  await drain(client.streamSpeech(speech));
  await clock.advance(20_500);
  const error = await failure(drain(client.streamSpeech(speech)));
  assertEquals(error.code, Code.ResourceExhausted);
  assertEquals(error.metadata.get("retry-after"), "40");
  const details = error.details as { type: string; value: Uint8Array }[];
  const wait = details.find(({ type }) => type === "google.rpc.RetryInfo");
  // A Duration of 39 seconds and 500,000,000 nanoseconds.
  assertEquals([...wait?.value ?? []], [10, 8, 8, 39, 16, 128, 202, 181, 238, 1]);
  assertEquals(emulator.ledger.charges.length, 1);
  await clock.advance(39_500);
  await drain(client.streamSpeech(speech));
});

Deno.test("startEmulator refuses a stream of more than five minutes, uncharged", async () => {
  await using running = await setUp();
  const { client, speech, emulator } = running;
  const text = "уншина ".repeat(1_000);
  const error = await failure(drain(client.streamSpeech({ ...speech, text })));
  assertEquals(error.code, Code.InvalidArgument);
  assertEquals(emulator.ledger.total, 0);
});

Deno.test("startEmulator divides the length of the audio by the speed", async () => {
  await using running = await setUp();
  const { client, speech } = running;
  const bytes = [];
  for (const speed of [1, 2]) {
    const messages = await drain(client.streamSpeech({ ...speech, speed }));
    bytes.push(messages.reduce((sum, { audioChunk }) => sum + audioChunk.length, 0));
  }
  assertEquals(Math.abs((bytes[0] ?? 0) / (bytes[1] ?? 1) - 2) < 0.01, true);
});

Deno.test("createEmulator is found under a prefix, and under its public URL", async () => {
  const emulator = createEmulator();
  const hosted = createEmulator({ publicUrl: "https://tts.example/" });
  const { apiKey } = emulator;
  for (
    const [service, start] of [[emulator, "http://h/a/b/"], [
      hosted,
      "https://tts.example/",
    ]] as const
  ) {
    const response = await service.fetch("http://h/a/b/tsetsen.api.v1.TsetsenTTS/ListVoices", {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": apiKey },
      body: JSON.stringify({ apiKey }),
    });
    const { voices } = await response.json();
    assertStringIncludes(voices[0].previewUrl, `${start}audio/`);
  }
});

Deno.test("startEmulator records what came, and forgets it on reset", async () => {
  await using running = await setUp();
  const { client, speech, emulator } = running;
  await client.generateSpeech(speech);
  const [request] = emulator.requests;
  assertEquals(request?.method, "GenerateSpeech");
  assertEquals(request?.headers["x-api-key"], speech.apiKey);
  assertEquals(request?.message?.["text"], speech.text);
  assertEquals([request?.done, request?.aborted], [true, false]);
  assertEquals((request?.bodyBytes ?? 0) > 50, true);
  emulator.reset();
  assertEquals([emulator.requests, emulator.jobs, emulator.ledger.charges], [[], [], []]);
  assertEquals(emulator.ledger.balance(speech.apiKey), 100_000);
});

Deno.test("createEmulator stops a stream whose body is cancelled or whose request is aborted", async () => {
  const emulator = createEmulator({ streamPace: 5, streamChunkBytes: 100 });
  const { apiKey } = emulator;
  const message = { apiKey, text: "уншина ".repeat(100), voiceId: "emulator-v2-bold" };
  const data = new TextEncoder().encode(JSON.stringify(message));
  const leave = new AbortController();
  const open = async () => {
    const response = await emulator.fetch("http://h/tsetsen.api.v1.TsetsenTTS/StreamSpeech", {
      method: "POST",
      headers: { "content-type": "application/grpc-web+json", "x-api-key": apiKey },
      body: new Uint8Array([0, 0, 0, data.length >> 8, data.length & 0xff, ...data]),
      signal: leave.signal,
    });
    const reader = response.body!.getReader();
    await reader.read();
    assertEquals(emulator.activeStreams, 1);
    return reader;
  };
  const cancelled = await open();
  await cancelled.cancel();
  assertEquals(emulator.activeStreams, 0);
  const aborted = await open();
  const next = aborted.read();
  leave.abort("enough");
  assertEquals(await next.catch((reason) => reason), "enough");
  assertEquals(emulator.activeStreams, 0);
  assertEquals(emulator.requests.map((request) => request.aborted), [true, true]);
});

Deno.test("startEmulator answers a request that is too large with HTTP 413, announced or not, and goes on", async () => {
  await using running = await setUp();
  const { emulator } = running;
  const url = `${emulator.url}/tsetsen.api.v1.TsetsenTTS/GenerateSpeech`;
  const body = new Uint8Array(17 * 1024 * 1024);
  for (const sent of [body, new Blob([body]).stream()]) {
    const response = await fetch(url, { method: "POST", body: sent });
    assertEquals([response.status, await response.text()], [413, "the request is too large\n"]);
  }
  assertEquals((await running.client.getUserBalance({ apiKey: running.apiKey })).credits, 100_000);
});

Deno.test("startEmulator goes on when a client leaves in the middle of its request", async () => {
  await using running = await setUp();
  const { emulator } = running;
  const head = "POST /tsetsen.api.v1.TsetsenTTS/GenerateSpeech HTTP/1.1\r\nhost: x\r\n";
  for (
    const rest of ["content-length: 1000\r\n\r\nabc", "transfer-encoding: chunked\r\n\r\n3\r\nabc"]
  ) {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port: emulator.port });
    await conn.write(new TextEncoder().encode(head + rest));
    conn.close();
  }
  assertEquals((await running.client.getUserBalance({ apiKey: running.apiKey })).credits, 100_000);
});
