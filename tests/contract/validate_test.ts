// Bad input is refused before anything is sent: each row of the tables, by the constructor and by every method.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromBinary } from "@bufbuild/protobuf";
import { TsetsenTTS } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import {
  AuthenticationError,
  Client,
  type ClientOptions,
  type ConnectInterceptor,
  InvalidRequestError,
  TsetsenError,
} from "../../mod.ts";
import { batch, narrate } from "../../src/narration/mod.ts";
import {
  BAD_CLIENT_OPTIONS,
  BAD_METHODS,
  type BadValue,
  EXPECTED,
  SECRET_HEADER,
  SECRET_KEY,
  SECRET_TEXT,
} from "../fixtures/bad_input.ts";
import { cannedClient, cannedFetch, failureOf, grpcWeb, KEY } from "../support/canned_fetch.ts";
import { hex } from "../support/hex.ts";

// Whatever the error hands out: parts of the secrets that would still be telling.
const SECRETS = [KEY, SECRET_KEY, "нууц", "secret-0123456789", SECRET_TEXT, SECRET_HEADER, "pass@"];

function assertSecretsAbsent(error: Error, where: string): void {
  const own = Object.getOwnPropertyNames(error).filter((name) => name !== "stack");
  const shown = [
    `${error}`,
    error.message,
    error.stack?.split("\n")[0] ?? "",
    JSON.stringify(error),
    JSON.stringify(own.map((name) => (error as unknown as Record<string, unknown>)[name])),
    Deno.inspect({ ...error }),
    `${error.cause}`,
  ].join("\n");
  for (const secret of SECRETS) {
    assert(!shown.includes(secret), `${where} shows ${secret}: ${shown}`);
  }
}

function assertRefusal(error: Error, [field, , Class, came]: BadValue, where: string): void {
  assertEquals(error.constructor, Class, `${where}: ${error}`);
  assertMatch(error.message, EXPECTED[field]!, where);
  if (typeof came === "string") assertStringIncludes(error.message, `: got ${came}`, where);
  else assertMatch(error.message, came, where);
  assertSecretsAbsent(error, where);
}

const canned = cannedFetch(() => grpcWeb([]));

Deno.test("Client refuses each bad option: class, message, no secret, nothing sent", async () => {
  for (const bad of BAD_CLIENT_OPTIONS) {
    const [field, value] = bad;
    const where = `new Client with ${field}: ${Deno.inspect(value)}`;
    const error = await failureOf(() => cannedClient(canned, { [field]: value } as ClientOptions));
    assertRefusal(error, bad, where);
    if (error instanceof TsetsenError) assertEquals(error.charged, "no", where);
  }
  assertEquals(canned.sent.length, 0);
});

for (const { name, call, good, fields, options } of BAD_METHODS) {
  Deno.test(`Client.${name} refuses each bad field: class, message, no secret, nothing sent`, async () => {
    using client = cannedClient(canned);
    for (const bad of fields) {
      const [field, value] = bad;
      const where = `${name} with ${field}: ${Deno.inspect(value)}`;
      const error = await failureOf(() => call(client, { ...good, [field]: value }));
      assertRefusal(error, bad, where);
      // A download costs nothing, so its errors say nothing about money.
      if (error instanceof TsetsenError && name !== "downloadAudio") {
        assertEquals(error.charged, "no", where);
      }
    }
    assertEquals(canned.sent.length, 0);
  });

  Deno.test(`Client.${name} refuses each bad option: class, message, no secret, nothing sent`, async () => {
    using client = cannedClient(canned);
    for (const bad of options) {
      const [field, value] = bad;
      const where = `${name} with the option ${field}: ${Deno.inspect(value)}`;
      assertRefusal(await failureOf(() => call(client, good, { [field]: value })), bad, where);
    }
    assertEquals(canned.sent.length, 0);
  });

  Deno.test(`Client.${name} refuses a request or options of the wrong type`, async () => {
    using client = cannedClient(canned);
    for (const wrong of [null, 42, true, [], () => {}]) {
      const error = await failureOf(() => call(client, wrong));
      assert(error instanceof TypeError, `${name}(${Deno.inspect(wrong)}): ${error}`);
      assertMatch(error.message, /^(request|requestId|source) must be .+: got /);
    }
    for (const wrong of [null, 42, "signal", [], () => {}]) {
      const error = await failureOf(() => call(client, good, wrong as never));
      assert(error instanceof TypeError, `${name} with options ${Deno.inspect(wrong)}: ${error}`);
      assertMatch(error.message, /^options must be a value of type object: got /);
    }
    assertEquals(canned.sent.length, 0);
  });
}

Deno.test("Client refuses options of the wrong type", async () => {
  for (const wrong of [null, KEY, 42, true, [], () => {}]) {
    const error = await failureOf(() => new Client(wrong as ClientOptions));
    assert(error instanceof TypeError, `new Client(${Deno.inspect(wrong)}): ${error}`);
    assertMatch(error.message, /^options must be a value of type object: got /);
    assertSecretsAbsent(error, `new Client(${Deno.inspect(wrong)})`);
  }
});

Deno.test("Client refuses each bad field of backoff", async () => {
  const cases: [field: string, value: unknown, Class: unknown, message: RegExp][] = [
    ["baseDelay", 0, RangeError, /^baseDelay must be milliseconds above 0 .*: got 0$/],
    ["maxDelay", 2 ** 31, RangeError, /^maxDelay must be milliseconds .*: got 2147483648$/],
    ["backoffFactor", 0.5, RangeError, /^backoffFactor must be a finite number of at least 1: got/],
    ["backoffFactor", Infinity, RangeError, /^backoffFactor must be .*: got Infinity$/],
    ["jitter", 0.2, TypeError, /^jitter must be a value of type boolean: got 0.2$/],
  ];
  for (const [field, value, Class, message] of cases) {
    const options = { backoff: { [field]: value } } as ClientOptions;
    const error = await failureOf(() => cannedClient(canned, options));
    assertEquals(error.constructor, Class);
    assertMatch(error.message, message);
  }
});

Deno.test("Client refuses interceptors of which one is no function, and takes those that are", async () => {
  const interceptor: ConnectInterceptor = (next) => next;
  const cases: [unknown, string][] = [["x", "a string of 1 characters"], [null, "null"], [
    {},
    "object",
  ]];
  for (const [item, came] of cases) {
    const interceptors = [interceptor, item] as ConnectInterceptor[];
    const error = await failureOf(() => cannedClient(canned, { interceptors }));
    assertEquals(error.constructor, TypeError);
    const message = `each of interceptors must be a value of type function: got ${came}`;
    assertEquals(error.message, message);
  }
  cannedClient(canned, { interceptors: [interceptor] }).close();
});

Deno.test("Client.job refuses what is no job, and a key that is none, before anything is asked", async () => {
  using client = cannedClient(canned);
  const cases: [saved: unknown, Class: unknown, message: RegExp][] = [
    // What JSON.parse makes of what was never stored.
    [
      null,
      TypeError,
      /^saved must be the id of a job, or what JSON\.stringify\(job\) stored: got null$/,
    ],
    [undefined, TypeError, /^saved must be .*: got undefined$/],
    [7, TypeError, /^saved must be .*: got 7$/],
    [[], TypeError, /^saved must be .*: got array$/],
    [{}, TypeError, /requestId must be a non-empty string in well-formed Unicode: got undefined$/],
    ["", InvalidRequestError, /requestId must be .*: got an empty string$/],
    [{ requestId: "" }, InvalidRequestError, /requestId must be .*: got an empty string$/],
    [
      { requestId: "r1", apiKey: SECRET_KEY },
      AuthenticationError,
      /apiKey must be a key like .*: got a string of 25/,
    ],
    [{ requestId: "r1", apiKey: null }, TypeError, /apiKey must be a key like .*: got null$/],
  ];
  for (const [saved, Class, message] of cases) {
    const error = await failureOf(() => client.job(saved as string));
    assertEquals(error.constructor, Class, `${Deno.inspect(saved)}: ${error}`);
    assertMatch(error.message, message);
    assertSecretsAbsent(error, "job");
  }
  assertEquals(canned.sent.length, 0);
});

Deno.test("Client.job keeps to what it was given, whatever becomes of the object, and whatever else is in it", async () => {
  const status = cannedFetch(() => grpcWeb([hex("0a 02 72 31 10 03")]));
  using client = cannedClient(status);
  const own = `${KEY}-own`;
  const saved = { requestId: "r1", apiKey: own, text: "" };
  const job = client.job(saved);
  Object.assign(saved, { requestId: "another", apiKey: "nope" });
  await job.wait();
  const { input } = TsetsenTTS.method.checkStatus;
  const { requestId, apiKey } = fromBinary(input, status.sent[0]!.body.subarray(5));
  assertEquals([job.requestId, requestId, apiKey], ["r1", "r1", own]);
});

Deno.test("Client.checkStatus, watchStatus and waitForCompletion refuse a bad bare id", async () => {
  using client = cannedClient(canned);
  for (
    const [id, Class] of [["", InvalidRequestError], [" ", InvalidRequestError], [7, TypeError]]
  ) {
    const bad = id as string;
    for (
      const call of [
        () => client.checkStatus(bad),
        () => client.watchStatus(bad),
        () => client.waitForCompletion(bad),
      ]
    ) assertEquals((await failureOf(call)).constructor, Class);
  }
  assertEquals(canned.sent.length, 0);
});

Deno.test("Client.streamSpeech refuses the version that cannot stream, and sends those that it does not know", async () => {
  const live = cannedFetch(() => grpcWeb([hex("0a 02 01 02 10 01")]));
  using client = cannedClient(live);
  const request = { text: SECRET_TEXT, voiceId: "v1" };
  const cases: [version: string | undefined, sent: string | undefined][] = [
    ["beta-v0.1", undefined],
    [undefined, "beta-v0.2"],
    ["beta-v0.2", "beta-v0.2"],
    ["beta-v0.10", "beta-v0.10"],
    ["beta-v0.3", "beta-v0.3"],
    ["v1", "v1"],
  ];
  for (const [version, expected] of cases) {
    const before = live.sent.length;
    const stream = () => client.streamSpeech({ ...request, version });
    if (expected === undefined) {
      const error = await failureOf(stream);
      assertEquals([error.constructor, error.charged], [InvalidRequestError, "no"]);
      assertMatch(
        error.message,
        /version must be one that streams, "beta-v0\.2" .*: got "beta-v0\.1", which is for generateSpeech/,
      );
      assertSecretsAbsent(error, "streamSpeech");
      assertEquals(live.sent.length, before);
    } else {
      assertEquals((await stream().bytes()).length, 2);
      const body = live.sent[before]!.body.subarray(5);
      const { input } = TsetsenTTS.method.streamSpeech;
      assertEquals(fromBinary(input, body).version, expected);
    }
  }
});

Deno.test("narrate and batch refuse to stream a version that cannot, before anything is sent", async () => {
  using client = cannedClient(canned);
  const request = { text: SECRET_TEXT, voiceId: "v1", version: "beta-v0.1" };
  const method = "stream";
  const says = /version must be one that streams/;
  assertMatch((await failureOf(() => narrate(client, request, { method }))).message, says);
  const [result] = await Array.fromAsync(batch(client, [request], { method }));
  assertMatch(`${result!.status === "rejected" && result!.reason}`, says);
  assertEquals(canned.sent.length, 0);
});

Deno.test("Client.downloadAudio names the job whose audio cannot be fetched", async () => {
  using client = cannedClient(canned);
  const source = { requestId: "r1", audioUrl: undefined };
  const error = await failureOf(() => client.downloadAudio(source));
  assertEquals(error.requestId, "r1");
});

Deno.test("Client takes the values at the edges of each range", async () => {
  const one = cannedFetch(() => grpcWeb([new Uint8Array()]));
  using client = cannedClient(one, {
    timeout: 2 ** 31 - 1,
    maxRetries: 0,
    maxConcurrentCalls: 1,
    maxMessageBytes: 1,
    headers: {},
    backoff: { baseDelay: 0.1, backoffFactor: 1, maxDelay: 2 ** 31 - 1 },
  });
  const { signal } = new AbortController();
  await client.getUserBalance({}, { timeout: 1_000.5, maxRetries: 0, signal });
  await client.listVoices({ version: "b".repeat(64) });
  await failureOf(() => client.generateSpeech({ text: "😀", voiceId: "v", speed: 1e-45 }));
  await failureOf(() => client.generateSpeech({ text: "а", voiceId: "v", speed: 3.4e38 }));
  assertEquals(one.sent.length, 4);
});
