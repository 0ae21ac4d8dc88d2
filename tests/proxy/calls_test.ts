import { assert, assertEquals, assertRejects } from "@std/assert";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  GenerateSpeechRequestSchema,
  ListVoicesRequestSchema,
  TsetsenTTS,
} from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import {
  AuthenticationError,
  InvalidRequestError,
  PermissionDeniedError,
  RateLimitExceededError,
  RequestStatus,
  ServerError,
  TsetsenError,
} from "../../mod.ts";
import { createProxy, type ProxyCall, type ProxyOptions } from "../../src/proxy/mod.ts";
import { grpcWeb } from "../support/canned_fetch.ts";
import { crumbs } from "../support/crumbs.ts";
import { framed, post, SERVICE, setUp } from "./setup.ts";

const text = "Сайн байна уу?";

Deno.test("createProxy adds the key to body and metadata of every method", async () => {
  await using t = await setUp();
  const { page, emulator, voice: voiceId } = t;
  assertEquals((await page.listVoices({ version: "beta-v0.2" })).voices.length, 4);
  const { requestId } = await page.generateSpeech({ text, voiceId, speed: 1.25 });
  const done = await page.waitForCompletion(requestId, { pollInterval: 5 });
  assertEquals(done.status, RequestStatus.COMPLETED);
  assertEquals((await page.getUserBalance()).credits, 100_000 - [...text].length);
  const pcm = await page.streamSpeech({ text, voiceId: t.liveVoice }).bytes();
  assert(pcm.length > 1_000);
  const methods = new Set(emulator.requests.map(({ method }) => method));
  assertEquals(methods.size, 5);
  for (const { headers, message } of emulator.requests) {
    assertEquals(headers["x-api-key"], emulator.apiKey);
    assertEquals(headers["x-goog-api-key"], emulator.apiKey);
    assertEquals(message?.["apiKey"], emulator.apiKey);
  }
  const sent = emulator.requests.find(({ method }) => method === "GenerateSpeech")?.message;
  assertEquals(sent?.["speed"], 1.25);
  assertEquals(sent?.["version"], "beta-v0.1");
  assertEquals(emulator.ledger.charges.length, 2);
});

Deno.test("createProxy replaces a key that the visitor sends, and passes on no header of theirs", async () => {
  await using t = await setUp();
  const stolen = "tsetsen-prod-visitors-own";
  const response = await post(t.url, "ListVoices", ListVoicesRequestSchema, { apiKey: stolen }, {
    "x-api-key": stolen,
    "x-goog-api-key": stolen,
    "cookie": "session=secret",
    "authorization": "Bearer secret",
    "grpc-timeout": "5S",
  });
  assertEquals(response.headers.get("grpc-status"), null);
  await response.body?.cancel();
  const [seen] = t.emulator.requests;
  assertEquals(seen?.message?.["apiKey"], t.emulator.apiKey);
  assertEquals(seen?.headers["x-api-key"], t.emulator.apiKey);
  assertEquals(seen?.headers["x-goog-api-key"], t.emulator.apiKey);
  assertEquals(seen?.headers["cookie"], undefined);
  assertEquals(seen?.headers["authorization"], undefined);
  assertEquals(seen?.headers["grpc-timeout"], "5S");
});

Deno.test("createProxy allows nothing that costs credits or shows them by default", async () => {
  await using t = await setUp({ methods: undefined });
  const { page, voice: voiceId } = t;
  await page.listVoices();
  const denied = [
    () => page.generateSpeech({ text, voiceId }),
    () => page.streamSpeech({ text, voiceId: t.liveVoice }).bytes(),
    () => page.getUserBalance(),
  ];
  for (const call of denied) {
    const error = await assertRejects(call, PermissionDeniedError) as PermissionDeniedError;
    assertEquals(error.statusCode, 7);
  }
  assertEquals(t.emulator.requests.map(({ method }) => method), ["ListVoices"]);
});

type Case = readonly [
  what: string,
  options: ProxyOptions<Deno.ServeHandlerInfo<Deno.NetAddr>>,
  Class: new (...args: never[]) => TsetsenError,
  code: number,
];

const CASES: readonly Case[] = [
  ["a method", { methods: ["ListVoices"] }, PermissionDeniedError, 7],
  ["a voice", { voices: ["emulator-v2-bold"] }, PermissionDeniedError, 7],
  ["a version", { versions: ["beta-v0.3"] }, PermissionDeniedError, 7],
  ["a long text", { maxCharacters: 13 }, InvalidRequestError, 3],
  ["a large request", { maxRequestBytes: 40 }, InvalidRequestError, 3],
  ["an unauthorized call", { authorize: () => false }, AuthenticationError, 16],
  [
    "a call that authorize does not answer with true",
    { authorize: () => "yes" as unknown as boolean },
    AuthenticationError,
    16,
  ],
  [
    "a call by a Response of authorize",
    { authorize: () => Promise.resolve(new Response("no", { status: 403 })) },
    PermissionDeniedError,
    403,
  ],
  ["a call over the rate", { rateLimit: () => ({ retryAfter: 1_234 }) }, RateLimitExceededError, 8],
  [
    "a call when authorize throws",
    { authorize: () => Promise.reject(new Error("tsetsen: database down")) },
    ServerError,
    13,
  ],
];

for (const [what, options, Class, code] of CASES) {
  Deno.test(`createProxy refuses ${what}, and sends the service nothing`, async () => {
    await using t = await setUp(options);
    const calls = [
      () => t.page.generateSpeech({ text, voiceId: "emulator-v1-bold" }),
      () => t.page.streamSpeech({ text, voiceId: "emulator-v2-sarnai" }).bytes(),
    ];
    for (const call of calls) {
      const error = await assertRejects(call, Class) as TsetsenError;
      assertEquals(error.statusCode, code);
      assertEquals(error.charged, code === 13 ? "unknown" : "no");
      if (code === 8) assertEquals(error.retryAfter, 1_234);
      assert(!error.message.includes("database"), error.message);
      assert(!error.message.includes("Сайн"), error.message);
    }
    assertEquals(t.emulator.requests.length, 0);
    assertEquals(t.emulator.ledger.charges.length, 0);
    assertEquals(t.events.length, 2);
    assertEquals(t.events[0]?.type, code === 13 ? "hook_failed" : "refused");
    assertEquals(t.events[0]?.method, "GenerateSpeech");
  });
}

Deno.test("createProxy counts characters, not UTF-16 units, and lets the longest text through", async () => {
  await using t = await setUp({ maxCharacters: 3 });
  await t.page.generateSpeech({ text: "Ү😀н", voiceId: t.voice });
  assertEquals(t.emulator.ledger.charges.map(({ characters }) => characters), [3]);
});

Deno.test("createProxy shows only the allowed voices, and checks the version that is meant by none", async () => {
  await using t = await setUp({ voices: ["emulator-v1-bold"], versions: ["beta-v0.1"] });
  const { voices } = await t.page.listVoices();
  assertEquals(voices.map(({ id }) => id), ["emulator-v1-bold"]);
  await assertRejects(() => t.page.listVoices({ version: "beta-v0.2" }), PermissionDeniedError);
  await t.page.generateSpeech({ text, voiceId: "emulator-v1-bold" });
  // StreamSpeech without a version means beta-v0.2.
  await assertRejects(
    () => t.page.streamSpeech({ text, voiceId: "emulator-v1-bold" }).bytes(),
    PermissionDeniedError,
  );
  assertEquals(t.emulator.requests.map(({ method }) => method), ["ListVoices", "GenerateSpeech"]);
});

Deno.test("createProxy refuses what is not one well-formed message", async () => {
  await using t = await setUp();
  const message = toBinary(
    GenerateSpeechRequestSchema,
    create(GenerateSpeechRequestSchema, { text, voiceId: t.voice }),
  );
  const good = framed(0, message);
  const encode = (fields: { text?: string; voiceId?: string; speed?: number; version?: string }) =>
    framed(
      0,
      toBinary(
        GenerateSpeechRequestSchema,
        create(GenerateSpeechRequestSchema, { text, voiceId: t.voice, ...fields }),
      ),
    );
  const bodies = {
    "no bytes": new Uint8Array(0),
    "a cut frame": good.slice(0, -1),
    "two frames": new Uint8Array([...good, ...good]),
    "a frame and a half": new Uint8Array([...good, 0]),
    "another length": new Uint8Array([0, 0, 0, 0, 1, ...good.slice(5)]),
    "compressed": framed(1, message),
    "no protobuf": framed(0, new Uint8Array([0xff, 0xff, 0xff])),
    "broken UTF-8": framed(0, new Uint8Array([0x12, 2, 0xc3, 0x28])),
    "no text": encode({ text: " " }),
    "no voice": encode({ voiceId: "" }),
    "negative speed": encode({ speed: -1 }),
    "speed that is no number": encode({ speed: NaN }),
    "a strange version": encode({ version: "../x" }),
  };
  for (const [what, body] of Object.entries(bodies)) {
    const response = await fetch(`${t.url}/${SERVICE}/GenerateSpeech`, {
      method: "POST",
      headers: { "content-type": "application/grpc-web+proto" },
      body,
    });
    assertEquals(response.status, 200, what);
    assertEquals(response.headers.get("grpc-status"), "3", what);
    assert(!response.headers.get("grpc-message")?.includes(".."), what);
    assertEquals((await response.bytes()).length, 0, what);
  }
  assertEquals(t.emulator.requests.length, 0);
});

Deno.test("createProxy stops reading a request that is too large and does not say so", async () => {
  await using t = await setUp({ maxRequestBytes: 1_000 });
  let pulled = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      pulled += 1_000;
      controller.enqueue(new Uint8Array(1_000));
      if (pulled > 50_000_000) controller.close();
    },
  });
  const outcome = await fetch(`${t.url}/${SERVICE}/ListVoices`, {
    method: "POST",
    headers: { "content-type": "application/grpc-web+proto" },
    body: endless,
  }).then(async (response) => {
    await response.body?.cancel();
    return response.headers.get("grpc-status");
  }, () => "3"); // the connection may be closed under the upload
  assertEquals(outcome, "3");
  assert(pulled < 20_000_000, `${pulled}`);
  assertEquals(t.emulator.requests.length, 0);
});

Deno.test("createProxy keeps no small chunks of a request or an answer, each of which costs far more than its bytes", async () => {
  const voice = { id: "v".repeat(3_000) };
  const { input, output } = TsetsenTTS.method.listVoices;
  const answer = grpcWeb([toBinary(output, create(output, { voices: [voice] }))]);
  const whole = new Uint8Array(await answer.arrayBuffer());
  let sent: Request | undefined;
  const fetch = (url: string, init: RequestInit) => {
    sent = new Request(url, init);
    const { headers } = answer;
    return Promise.resolve(new Response(crumbs(whole), { headers }));
  };
  const proxy = createProxy({
    apiKey: "tsetsen-prod-a",
    endpoint: "tts.example",
    fetch: fetch as typeof globalThis.fetch,
  });
  const version = "beta-v0.2";
  const body = framed(0, toBinary(input, create(input, { version, apiKey: "k".repeat(3_000) })));
  const response = await proxy(
    new Request(`https://my.site/tts/${SERVICE}/ListVoices`, {
      method: "POST",
      headers: { "content-type": "application/grpc-web+proto" },
      body: crumbs(body),
      duplex: "half",
    } as RequestInit),
  );
  assertEquals(
    new Uint8Array(await response.arrayBuffer()).subarray(0, 3_000),
    whole.subarray(0, 3_000),
  );
  const message = new Uint8Array(await sent!.arrayBuffer()).subarray(5);
  assertEquals(fromBinary(input, message).version, version);
});

Deno.test("createProxy answers below any path, and nothing that is not a call", async () => {
  await using t = await setUp();
  const post = (path: string, init: RequestInit = {}) =>
    fetch(new URL(path, t.url), {
      method: "POST",
      headers: { "content-type": "application/grpc-web+proto" },
      body: framed(0, new Uint8Array(0)),
      ...init,
    });
  const outcomes = [
    await post(`/${SERVICE}/ListVoices`),
    await post(`/a/b%20c/${SERVICE}/ListVoices`),
    await post(`/tts/${SERVICE}/Nothing`),
    await post(`/tts/${SERVICE}/ListVoices/`),
    await post(`/tts/other.Service/ListVoices`),
    await post(`/tts/${SERVICE}/ListVoices`, { method: "GET", body: null }),
    await post(`/tts/${SERVICE}/ListVoices`, { headers: { "content-type": "application/json" } }),
    await post(`/tts/${SERVICE}/ListVoices`, {
      headers: { "content-type": "application/grpc-web-text" },
    }),
  ];
  const facts = [];
  for (const response of outcomes) {
    facts.push([response.status, response.headers.get("grpc-status")]);
    await response.body?.cancel();
  }
  assertEquals(facts, [
    [200, null],
    [200, null],
    [200, "12"],
    [404, null],
    [404, null],
    [405, null],
    [415, null],
    [415, null],
  ]);
  assertEquals(t.emulator.requests.length, 2);
});

Deno.test("createProxy tells the hooks what is asked for, without showing the text", async () => {
  const seen: ProxyCall<Deno.ServeHandlerInfo<Deno.NetAddr>>[] = [];
  const bearers: (string | null)[] = [];
  const addresses: string[] = [];
  await using t = await setUp(
    {
      authorize(request, call) {
        bearers.push(request.headers.get("authorization"));
        seen.push(call);
        addresses.push(call.context!.remoteAddr.hostname);
        return true;
      },
      rateLimit: (_request, call) => void seen.push(call),
    },
    {},
    { headers: { authorization: "Bearer visitor" } },
  );
  await t.page.generateSpeech({ text, voiceId: t.voice, speed: 2 });
  await assertRejects(() => t.page.checkStatus("job-1"), TsetsenError);
  assertEquals(seen.length, 4);
  assertEquals(bearers, ["Bearer visitor", "Bearer visitor"]);
  const [speech, , status] = seen;
  const { method, voiceId, version, speed, characters, requestId } = speech!;
  assertEquals(
    { method, voiceId, version, speed, characters, requestId },
    {
      method: "GenerateSpeech",
      voiceId: t.voice,
      version: "beta-v0.1",
      speed: 2,
      characters: [...text].length,
      requestId: undefined,
    },
  );
  assertEquals(addresses, ["127.0.0.1", "127.0.0.1"]);
  assertEquals(speech!.text(), text);
  assertEquals(status!.requestId, "job-1");
  assert(!Deno.inspect(speech).includes("Сайн"));
  assert(!JSON.stringify(speech).includes("Сайн"));
});

Deno.test("createProxy refuses a call over the rate so that the page's client waits as told", async () => {
  let asked = 0;
  await using t = await setUp(
    {
      rateLimit: () => ++asked === 1 ? { retryAfter: 300 } : undefined,
    },
    {},
    { maxRetries: 1, backoff: { baseDelay: 1, jitter: false } },
  );
  const start = performance.now();
  await t.page.generateSpeech({ text, voiceId: t.voice });
  assert(performance.now() - start >= 295);
  assertEquals(asked, 2);
  assertEquals(t.emulator.ledger.charges.length, 1);
});
