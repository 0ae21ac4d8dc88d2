import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  InsufficientCreditsError,
  InvalidRequestError,
  PermissionDeniedError,
  RateLimitExceededError,
  ResourceNotFoundError,
  ServerError,
  ServiceUnavailableError,
  TimeoutError,
  type TsetsenError,
} from "../../mod.ts";
import type { Fault } from "../../src/emulator/mod.ts";
import { framed, setUp, startProxy, startUpstream, trailers } from "./setup.ts";
import { bestBelow } from "../support/rig.ts";
import { until } from "../support/until.ts";

const text = "Сайн байна уу?";
const html = { "content-type": "text/html" };

type Case = readonly [
  what: string,
  fault: Fault,
  Class: new (...args: never[]) => TsetsenError,
  status: number,
  event: string | undefined,
  charged?: string,
];

const CASES: readonly Case[] = [
  ["UNAUTHENTICATED", error("UNAUTHENTICATED"), ServerError, 13, "key_refused"],
  [
    "UNAUTHENTICATED in the headers",
    { ...error("UNAUTHENTICATED"), trailersOnly: true },
    ServerError,
    13,
    "key_refused",
  ],
  [
    "INVALID_ARGUMENT for the key",
    error("INVALID_ARGUMENT", "API key not valid. Please pass a valid API key."),
    ServerError,
    13,
    "key_refused",
  ],
  [
    "PERMISSION_DENIED for the key",
    {
      ...error("PERMISSION_DENIED", "denied"),
      details: [{
        type: "google.rpc.ErrorInfo",
        value: new TextEncoder().encode("\n\x0fAPI_KEY_INVALID"),
      }],
    },
    ServerError,
    13,
    "key_refused",
  ],
  ["HTTP 401", { kind: "http", status: 401 }, ServerError, 13, "key_refused"],
  ["HTTP 403", { kind: "http", status: 403 }, ServerError, 13, "key_refused"],
  ["PERMISSION_DENIED", error("PERMISSION_DENIED"), PermissionDeniedError, 7, undefined, "no"],
  ["INVALID_ARGUMENT", error("INVALID_ARGUMENT"), InvalidRequestError, 3, undefined, "no"],
  ["NOT_FOUND", error("NOT_FOUND"), ResourceNotFoundError, 5, undefined, "no"],
  [
    "RESOURCE_EXHAUSTED",
    { ...error("RESOURCE_EXHAUSTED"), trailers: { "retry-after": "7" } },
    RateLimitExceededError,
    8,
    undefined,
    "no",
  ],
  [
    "a lack of credits in the headers",
    {
      ...error("RESOURCE_EXHAUSTED", "no"),
      trailersOnly: true,
      headers: { "x-reason": "insufficient_credits" },
    },
    InsufficientCreditsError,
    8,
    undefined,
    "no",
  ],
  [
    "HTTP 429",
    { kind: "http", status: 429, headers: { ...html, "retry-after": "7" } },
    RateLimitExceededError,
    8,
    "upstream_failed",
    "no",
  ],
  ["UNAVAILABLE", error("UNAVAILABLE"), ServiceUnavailableError, 14, undefined],
  ["HTTP 503", { kind: "http", status: 503 }, ServiceUnavailableError, 14, "upstream_failed"],
  ["HTTP 404", { kind: "http", status: 404 }, ServerError, 13, "upstream_failed"],
  [
    "a redirect",
    { kind: "http", status: 302, headers: { location: "http://127.0.0.1:1/" } },
    ServerError,
    13,
    "upstream_failed",
  ],
  ["HTML with 200", { kind: "http", status: 200 }, ServerError, 13, "upstream_failed"],
  ["garbage", { kind: "garbage" }, ServerError, 13, "upstream_failed"],
  ["a compressed frame", { kind: "frame-flags" }, ServerError, 13, "upstream_failed"],
  ["a lost connection", { kind: "drop" }, ServiceUnavailableError, 14, "upstream_failed"],
  ["no trailers", { kind: "drop", afterBytes: 0 }, ServiceUnavailableError, 14, "upstream_failed"],
];

function error(
  code:
    | "UNAUTHENTICATED"
    | "NOT_FOUND"
    | "UNAVAILABLE"
    | "RESOURCE_EXHAUSTED"
    | "INVALID_ARGUMENT"
    | "PERMISSION_DENIED",
  message = "as the service says",
) {
  return { kind: "error", code, message } as const;
}

for (const [what, fault, Class, status, event, charged = "unknown"] of CASES) {
  Deno.test(`createProxy passes on ${what} as ${Class.prototype.name} ${status}`, async () => {
    await using t = await setUp();
    t.emulator.addFault({ ...fault, times: 2 });
    const calls = [
      () => t.page.generateSpeech({ text, voiceId: t.voice }),
      () => t.page.streamSpeech({ text, voiceId: t.liveVoice }).bytes(),
    ];
    for (const call of calls) {
      const caught = await assertRejects(call, Class) as TsetsenError;
      assertEquals(caught.statusCode, status);
      assertEquals(caught.charged, charged);
      if (event === "key_refused") {
        assertEquals(caught.rawMessage, "The speech service refused the call of this site.");
        const metadata = Object.keys(caught.details).filter((name) =>
          !/^(x-accel|accept)-/.test(name)
        );
        assertEquals(metadata, []);
      }
      if (status === 8 && Class === RateLimitExceededError) assertEquals(caught.retryAfter, 7_000);
    }
    assertEquals(
      t.events.map(({ type }) => type),
      event === undefined ? [] : [event, event] as never,
    );
    assertEquals(t.emulator.requests.length, 2, "each call is sent once");
  });
}

Deno.test("createProxy passes on a Retry-After that is a date, or no whole number of seconds", async () => {
  await using t = await setUp();
  const date = new Date(Date.now() + 3_600_000).toUTCString();
  for (
    const [given, least, most] of [[date, 3_000_000, 3_600_000], ["1.5", 1_500, 2_000]] as const
  ) {
    const headers = { "content-type": "text/html", "retry-after": given };
    t.emulator.addFault({ kind: "http", status: 429, headers });
    const caught = await assertRejects(() => t.page.listVoices(), RateLimitExceededError);
    const { retryAfter = 0 } = caught as RateLimitExceededError;
    assert(retryAfter >= least && retryAfter <= most, `${given}: ${retryAfter}`);
  }
});

Deno.test("createProxy says UNAVAILABLE when the service cannot be reached", async () => {
  const gone = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const { port } = gone.addr as Deno.NetAddr;
  gone.close();
  await using t = startProxy({
    apiKey: "tsetsen-prod-Xy12345678",
    endpoint: `http://127.0.0.1:${port}`,
  });
  const caught = await assertRejects(() => t.page.listVoices(), ServiceUnavailableError);
  assertEquals((caught as ServiceUnavailableError).statusCode, 14);
  assert(!t.received().includes(`${port}`), "where the service is stays with the owner");
  assertEquals(t.events.map(({ type }) => type), ["upstream_failed"]);
});

Deno.test("createProxy says DEADLINE_EXCEEDED when the service is silent, and leaves it", async () => {
  await using t = await setUp({ timeout: 150 });
  t.emulator.addFault({ kind: "hang", times: 1 });
  t.emulator.addFault({ kind: "hang", times: 1, afterBytes: 0 });
  for (let i = 0; i < 2; i++) {
    const caught = await assertRejects(() => t.page.listVoices(), TimeoutError) as TimeoutError;
    assertEquals(caught.statusCode, 4);
  }
  await until(() => t.emulator.requests.every(({ aborted }) => aborted));
});

Deno.test("createProxy passes on whole messages, and says in the trailers that the answer breaks off", async () => {
  const message = framed(0, new Uint8Array([0x0a, 4, 1, 2, 3, 4]));
  let cut = message.length;
  await using upstream = startUpstream(() => {
    const bytes = message.slice(0, cut);
    return new Response(bytes, { headers: { "content-type": "application/grpc-web+proto" } });
  });
  await using t = startProxy({ apiKey: "tsetsen-prod-Xy12345678", endpoint: upstream.url });
  const speak = () => t.page.streamSpeech({ text, voiceId: "v" }).bytes();
  const between = await assertRejects(speak, ServiceUnavailableError);
  assertEquals(between.charged, "yes");
  cut -= 2;
  const inside = await assertRejects(speak, ServiceUnavailableError);
  assertEquals(inside.charged, "unknown");
  assertEquals(t.events.map(({ type }) => type), ["upstream_failed", "upstream_failed"]);
});

Deno.test("createProxy never sends a call again that may cost credits", async () => {
  await using t = await setUp({}, {}, { maxRetries: 3, backoff: { baseDelay: 1 } });
  // A kept connection that closes before the answer: the case in which Deno's fetch sends again by itself.
  for (let i = 0; i < 5; i++) {
    await t.page.listVoices();
    t.emulator.addFault({ kind: "drop", charged: true });
    const caught = await assertRejects(
      () => t.page.generateSpeech({ text, voiceId: t.voice }),
      ServiceUnavailableError,
    ) as ServiceUnavailableError;
    assertEquals(caught.charged, "unknown");
    assertEquals(t.emulator.ledger.charges.length, i + 1);
  }
  assertEquals(t.emulator.requests.filter(({ method }) => method === "GenerateSpeech").length, 5);
});

Deno.test("createProxy streams: audio arrives while the service still speaks", async () => {
  await using t = await setUp({}, { streamPace: 50 });
  const stream = t.page.streamSpeech({ text: text.repeat(70), voiceId: t.liveVoice });
  for (let chunks = 0; chunks < 5; chunks++) {
    assertEquals((await stream.next()).done, false);
    assertEquals(t.emulator.activeStreams, 1);
  }
  await stream.cancel();
});

Deno.test("createProxy leaves a stream within 200 ms when the page leaves it", async () => {
  await bestBelow(200, async () => {
    await using t = await setUp({}, { streamPace: 20 });
    const request = { text: text.repeat(50), voiceId: t.liveVoice };
    for await (const _ of t.page.streamSpeech(request)) break;
    const ms = await until(() => t.emulator.activeStreams === 0);
    assertEquals(t.emulator.requests[0]?.aborted, true);
    return ms;
  });
});

for (
  const [where, afterBytes] of [["before the answer", undefined], ["in the answer", 3]] as const
) {
  Deno.test(`createProxy leaves a silent service within 200 ms when the page leaves ${where}`, async () => {
    await bestBelow(200, async () => {
      await using t = await setUp();
      t.emulator.addFault({
        kind: "hang",
        times: 2,
        ...afterBytes !== undefined && { afterBytes },
      });
      const leaving = new AbortController();
      const { signal } = leaving;
      const calls = [
        t.page.listVoices({}, { signal }),
        t.page.streamSpeech({ text, voiceId: t.liveVoice }, { signal }).bytes(),
      ];
      await until(() => t.emulator.requests.length === 2);
      await new Promise((resolve) => setTimeout(resolve, 50));
      leaving.abort(new Error("enough"));
      for (const call of calls) await assertRejects(() => call, Error, "enough");
      const ms = await until(() => t.emulator.requests.every(({ aborted }) => aborted));
      assertEquals(t.events, [], "nobody failed");
      return ms;
    });
  });
}

Deno.test("createProxy takes no more from the service than the page reads", async () => {
  const frame = framed(0, new Uint8Array([0x0a, 0x80, 0x80, 4, ...new Uint8Array(65_536)]));
  let sent = 0;
  await using upstream = startUpstream(() => {
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent >= 200_000_000) {
          controller.enqueue(trailers({ "grpc-status": "0" }));
          return controller.close();
        }
        sent += frame.length;
        controller.enqueue(frame);
      },
    }, { highWaterMark: 0 });
    return new Response(body, { headers: { "content-type": "application/grpc-web+proto" } });
  });
  await using t = startProxy({ apiKey: "tsetsen-prod-Xy12345678", endpoint: upstream.url });
  const stream = t.page.streamSpeech({ text, voiceId: "v" });
  assertEquals((await stream.next()).done, false);
  let before = -1;
  while (before !== sent) {
    before = sent;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  // What the sockets' buffers hold; there are three connections in a row here.
  assert(sent < 60_000_000, `${sent}`);
  await stream.cancel();
});

Deno.test("createProxy reports an answer of the service that it does not pass on", async () => {
  const broken = new Uint8Array([0, 0, 0, 0, 2, 0x0a, 0x09]);
  const faults: readonly Fault[] = [
    { kind: "frame-flags" },
    { kind: "oversized-frame" },
    { kind: "garbage", bytes: broken },
  ];
  for (const fault of faults) {
    for (const method of ["GenerateSpeech", "CheckStatus"] as const) {
      await using t = await setUp();
      const { requestId } = await t.page.generateSpeech({ text, voiceId: t.voice });
      t.emulator.addFault({ ...fault, method });
      await assertRejects(
        () =>
          method === "CheckStatus"
            ? t.page.checkStatus(requestId)
            : t.page.generateSpeech({ text, voiceId: t.voice }),
        ServerError,
        "not acceptable",
      );
      const message = "The answer of the speech service is not acceptable.";
      assertEquals(t.events, [{ type: "upstream_failed", method, message }], fault.kind);
    }
  }
});
