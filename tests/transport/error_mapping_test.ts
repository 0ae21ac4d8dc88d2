// From answers made by hand, through a Client, to the class, the code, the money and the words of an error.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Client, TsetsenError } from "../../mod.ts";
import { GRPC, HTTP } from "../fixtures/statuses.ts";
import { cannedClient, cannedFetch, failureOf, grpcWeb } from "../support/canned_fetch.ts";
import { concat, frame, hex, trailers, utf8 } from "../support/hex.ts";

const TEXT = "Сайн байна уу? Өнөөдөр цаг агаар маш сайхан байна, тийм үү?";
const GRPC_WEB = { "content-type": "application/grpc-web+proto" };

type Call = (client: Client) => Promise<unknown>;
const free: Call = (client) => client.getUserBalance();
const paid: Call = (client) => client.generateSpeech({ text: TEXT, voiceId: "v1" });
const streamed: Call = (client) => client.streamSpeech({ text: TEXT, voiceId: "v1" }).bytes();

/** The error of a call that is answered so, once. */
async function errorOf(answer: () => Response, call: Call = paid): Promise<TsetsenError> {
  using client = cannedClient(cannedFetch(answer));
  return await failureOf(() => call(client));
}

/** The error of an answer that has trailers only, in the body or in the headers. */
function status(fields: Record<string, string>, call?: Call): Promise<TsetsenError> {
  return errorOf(() => grpcWeb([], fields), call);
}

/** How often a call that may be tried again once is sent. */
async function timesSent(answer: () => Response, call: Call): Promise<number> {
  const canned = cannedFetch(answer);
  const backoff = { baseDelay: 1, jitter: false };
  using client = cannedClient(canned, { maxRetries: 1, backoff });
  await failureOf(() => call(client));
  return canned.sent.length;
}

for (const [number, [name, charged, retried]] of Object.entries(GRPC)) {
  const fields = { "grpc-status": number, "grpc-message": "because" };
  const answers: Record<string, () => Response> = {
    "in the trailers": () => grpcWeb([], fields),
    "in the headers": () => new Response(null, { headers: { ...GRPC_WEB, ...fields } }),
    "in the headers of an HTTP 500": () =>
      new Response(null, { status: 500, headers: { ...GRPC_WEB, ...fields } }),
  };
  Deno.test(`Client makes ${name} of gRPC status ${number}, wherever it stands`, async () => {
    for (const [where, answer] of Object.entries(answers)) {
      for (const call of [paid, streamed, free]) {
        const error = await errorOf(answer, call);
        assertEquals(error.name, name, where);
        assertEquals(error.charged, call === free ? undefined : charged, where);
        // Connect reads a number that gRPC does not have as INTERNAL, with a message of its own.
        if (Number(number) > 16) continue;
        assertEquals(error.rawMessage, "because", where);
        assertEquals(error.statusCode, Number(number), where);
      }
    }
    const [answer] = Object.values(answers) as [() => Response];
    assertEquals(await timesSent(answer, free), retried ? 2 : 1);
    for (const call of [paid, streamed]) {
      assertEquals(await timesSent(answer, call), retried && charged === "no" ? 2 : 1);
    }
  });
}

for (const [number, [name, charged, retried]] of Object.entries(HTTP)) {
  Deno.test(`Client makes ${name} of an HTTP ${number} without gRPC-Web`, async () => {
    const status = Number(number);
    const answer = () =>
      new Response(status === 204 ? null : "<h1>oops</h1>", {
        status,
        headers: { "content-type": "text/html; charset=utf-8" },
      });
    for (const call of [paid, streamed, free]) {
      const error = await errorOf(answer, call);
      assertEquals([error.name, error.statusCode], [name, status]);
      assertEquals(error.charged, call === free ? undefined : charged);
      assertStringIncludes(error.message, "https://tts.example:8443");
      if (name === "ServerError") assertMatch(error.message, /HTTP|redirect/);
      // The page itself is of no help, and may be of any size.
      assert(!error.message.includes("oops"));
    }
    assertEquals(await timesSent(answer, free), retried ? 2 : 1);
    assertEquals(await timesSent(answer, paid), retried && charged === "no" ? 2 : 1);
  });
}

Deno.test("Client names status, content type and what to check when the answer is not gRPC-Web", async () => {
  for (
    const type of [
      "text/html",
      "application/json",
      "application/grpcx",
      "application/grpc-web-text",
    ]
  ) {
    const error = await errorOf(() => new Response("x", { headers: { "content-type": type } }));
    assertEquals([error.name, error.statusCode], ["ServerError", 200]);
    assertStringIncludes(error.message, "HTTP 200");
    assertStringIncludes(error.message, type);
    assertMatch(error.message, /gRPC-Web endpoint/);
  }
});

Deno.test("Client says what to use where native gRPC is spoken instead of gRPC-Web", async () => {
  for (
    const [status, type] of [
      [200, "application/grpc"],
      [200, "application/grpc+proto"],
      [200, "application/grpc; charset=utf-8"],
      [415, "none"],
      [415, "text/plain"],
    ] as const
  ) {
    const headers = type === "none" ? new Headers() : { "content-type": type };
    const error = await errorOf(() => new Response(null, { status, headers }));
    assertEquals([error.name, error.statusCode], ["ServerError", status]);
    const shown = type.replace(/;.*/, "");
    assertStringIncludes(error.message, `HTTP ${status}, content type ${shown}: it seems to speak`);
    assertMatch(error.message, /native gRPC only\. Use grpcTransport of @tsetsen\/sdk\/grpc/);
  }
});

Deno.test("Client makes InsufficientCreditsError when message, trailers or details speak of credits", async () => {
  const base = { "grpc-status": "8", "grpc-message": "quota exceeded" };
  // google.rpc.Status { 1: code 8, 3: details [Any { 1: type_url, 2: value }] } with ErrorInfo { 1: reason }
  const reason = concat(hex("0a 11"), utf8("CREDITS_EXHAUSTED"));
  const type = utf8("type.googleapis.com/google.rpc.ErrorInfo");
  const any = concat(
    Uint8Array.of(0x0a, type.length),
    type,
    Uint8Array.of(0x12, reason.length),
    reason,
  );
  const details = btoa(
    String.fromCharCode(...concat(hex("08 08 1a"), Uint8Array.of(any.length), any)),
  );
  for (
    const fields of [
      { "grpc-message": "Insufficient credits" },
      { "grpc-message": "insufficient_credits" },
      { "grpc-message": "NO CREDIT" },
      { "grpc-message": "balance too low" },
      { "x-error-code": "insufficient_credits" },
      { "x-reason": "balance too low" },
      { "x-a": "1", "x-reason": "credits" },
      { "grpc-status-details-bin": details },
    ]
  ) {
    const error = await status({ ...base, ...fields });
    assertEquals(error.name, "InsufficientCreditsError", JSON.stringify(fields));
    assertEquals([error.code, error.charged], ["insufficient_credits", "no"]);
    assertEquals(await timesSent(() => grpcWeb([], { ...base, ...fields }), free), 1);
  }
  for (
    const fields of [
      base,
      { "grpc-message": "no accredited client" },
      { "grpc-message": "the balancer is full" },
      { "grpc-message": "discredited" },
      { "grpc-message": "load imbalance" },
      { "x-reason": "accredited" },
    ]
  ) {
    const error = await status({ ...base, ...fields });
    assertEquals(error.name, "RateLimitExceededError", JSON.stringify(fields));
  }
  // Credits matter to no other status.
  assertEquals(
    (await status({ "grpc-status": "13", "grpc-message": "no credits" })).name,
    "ServerError",
  );
});

Deno.test("Client does not take an answer that was too large to send for a refusal", async () => {
  for (
    const message of ["Sent message larger than max (5 vs. 4)", "Received message larger than max"]
  ) {
    const error = await status({ "grpc-status": "8", "grpc-message": message });
    assertEquals([error.name, error.charged], ["ServerError", "unknown"]);
  }
});

Deno.test("Client has the trailing metadata in details, without the transport's own", async () => {
  const error = await errorOf(() =>
    grpcWeb([], { "grpc-status": "13", "grpc-message": "m", "x-Trace": "t1", "x-b": "2" }, {
      "server": "envoy",
      "date": "now",
    })
  );
  assertEquals(error.details, { "x-trace": "t1", "x-b": "2" });
});

/** google.rpc.Status with one RetryInfo of so many seconds and nanos, in base64. */
function retryInfo(duration: Uint8Array): string {
  const info = concat(Uint8Array.of(0x0a, duration.length), duration);
  const type = utf8("type.googleapis.com/google.rpc.RetryInfo");
  const any = concat(
    Uint8Array.of(0x0a, type.length),
    type,
    Uint8Array.of(0x12, info.length),
    info,
  );
  const bytes = concat(hex("08 08 1a"), Uint8Array.of(any.length), any);
  return btoa(String.fromCharCode(...bytes)).replace(/=+$/, "");
}

Deno.test("Client reads the wait of RetryInfo", async () => {
  const cases: [duration: string, ms: number | undefined][] = [
    ["08 07", 7_000], // seconds 7
    ["10 80 ca b5 ee 01", 500], // nanos 500,000,000
    ["08 01 10 01", 1_001], // a nanosecond more than a second
    ["", 0],
    ["08 ff ff ff ff ff ff ff ff ff 01", 0], // seconds -1
    ["08", undefined], // cut off
    ["ff ff ff ff ff ff ff ff ff ff ff", undefined],
  ];
  for (const [duration, ms] of cases) {
    const details = retryInfo(hex(duration));
    const error = await status({ "grpc-status": "8", "grpc-status-details-bin": details }, free);
    assertEquals(error.name, "RateLimitExceededError");
    assertEquals(error.retryAfter, ms, duration);
    if (ms !== undefined) assertStringIncludes(error.message, `${ms} ms`);
  }
});

Deno.test("Client reads Retry-After: seconds, a date, and no garbage", async () => {
  const date = (ms: number) => new Date(Date.now() + ms).toUTCString();
  const cases: [value: string, min: number | undefined, max?: number][] = [
    ["7", 7_000, 7_000],
    ["0", 0, 0],
    ["1.5", 1_500, 1_500],
    [date(20_000), 15_000, 20_000],
    [date(-20_000), 0, 0],
    ["soon", undefined],
    ["", undefined],
    ["1.2.3", undefined],
    [".", undefined],
    ["9".repeat(400), undefined],
    ["-5", undefined],
    ["in 5 seconds", undefined],
  ];
  for (const [value, min, max = min] of cases) {
    const headers = { "retry-after": value };
    const answers = [
      () => new Response("", { status: 429, headers }),
      () => new Response("", { status: 503, headers }),
      () => grpcWeb([], { "grpc-status": "8", ...headers }),
      () => new Response(null, { headers: { ...GRPC_WEB, "grpc-status": "8", ...headers } }),
    ];
    for (const answer of answers) {
      const { retryAfter } = await errorOf(answer, free);
      const fits = retryAfter === undefined
        ? min === undefined
        : min !== undefined && retryAfter >= min && retryAfter <= max!;
      assert(fits, `Retry-After: ${value} became ${retryAfter}`);
    }
  }
});

Deno.test("Client takes over at most about 1,000 characters of a message", async () => {
  const error = await status({ "grpc-status": "13", "grpc-message": "m".repeat(50_000) });
  assert(error.message.length < 1_100);
});

// PROTOCOL-HTTP2.md: "When decoding invalid values, implementations MUST NOT error or throw away the message."
Deno.test("Client keeps the status of an error whose grpc-message is malformed", async () => {
  for (const message of ["%E0%A4%A", "%", "%zz", "100%", "\u00e9"]) {
    const error = await status({ "grpc-status": "5", "grpc-message": message });
    assertEquals([error.name, error.statusCode], ["ResourceNotFoundError", 5], message);
  }
});

Deno.test("Client ends in a TsetsenError whatever the trailers are", async () => {
  const bodies: [where: string, trailer: Uint8Array][] = [
    ["no colon", utf8("nonsense\r\n")],
    ["an illegal name", utf8("a b: c\r\ngrpc-status: 0\r\n")],
    ["no status", utf8("x-a: b\r\n")],
    ["no number", utf8("grpc-status: zero\r\n")],
    ["a negative number", utf8("grpc-status: -1\r\n")],
    ["no trailers", new Uint8Array()],
    ["no UTF-8", Uint8Array.of(0xff, 0xfe, 0x3a, 0x20, 0x80)],
    ["broken details", utf8("grpc-status: 8\r\ngrpc-status-details-bin: ****\r\n")],
  ];
  for (const [where, trailer] of bodies) {
    for (const call of [paid, streamed, free]) {
      const body = frame(trailer, 0x80);
      const error = await errorOf(() => new Response(body, { headers: GRPC_WEB }), call);
      assert(error.code !== undefined && error.name.endsWith("Error"), `${where}: ${error}`);
      if (call !== free && where !== "broken details") {
        assertEquals(error.charged, "unknown", where);
      }
    }
  }
});

Deno.test("Client says that nothing is known when a paid call ends well without its message", async () => {
  const answers = [
    () => grpcWeb([]),
    () => new Response(null, { headers: { ...GRPC_WEB, "grpc-status": "0" } }),
    () => grpcWeb([hex("10 01")]), // a status, but no request id
    () => grpcWeb([hex("0a ff")]), // a broken message
    () => new Response(frame(hex("0a 02 72 31")).slice(0, 7), { headers: GRPC_WEB }), // cut off
    () => new Response(null, { headers: GRPC_WEB }),
    () => new Response(concat(trailers(), frame(hex(""))), { headers: GRPC_WEB }),
  ];
  for (const [i, answer] of answers.entries()) {
    const error = await errorOf(answer);
    assert(["ServerError", "ConnectionError"].includes(error.name), `${i}: ${error}`);
    assertEquals(error.charged, "unknown", `answer ${i}: ${error}`);
    assertEquals(await timesSent(answer, paid), 1, `answer ${i}`);
  }
});

Deno.test("Client takes no status for a refusal that comes after the message, and keeps the id that was in it", async () => {
  const refusals = Object.entries(GRPC).filter(([, [, charged]]) => charged === "no");
  assert(refusals.length >= 7);
  for (const [number, [name]] of refusals) {
    const fields = { "grpc-status": number, "grpc-message": "because" };
    const named = () => grpcWeb([hex("0a 02 72 31")], fields);
    const error = await errorOf(named);
    assertEquals([error.name, error.charged, error.requestId], [name, "yes", "r1"], number);
    assertMatch(error.message, /: because \(Request ID: r1\)$/);
    assertEquals(await timesSent(named, paid), 1, number);
    for (const nameless of [hex("10 01"), hex(""), hex("0a ff")]) {
      const error = await errorOf(() => grpcWeb([nameless], fields));
      assertEquals([error.name, error.charged, error.requestId], [name, "unknown", undefined]);
      assertEquals(await timesSent(() => grpcWeb([nameless], fields), paid), 1, number);
    }
    // A first message of a stream without audio proves as little.
    const silent = () => grpcWeb([hex("10 00")], fields);
    const { charged } = await errorOf(silent, streamed);
    assertEquals([charged, await timesSent(silent, streamed)], ["unknown", 1], number);
  }
});

Deno.test("Client keeps the id of an answer that breaks off, is broken or hangs after it", async () => {
  const message = frame(hex("0a 02 72 31"));
  const endless = () =>
    new Response(new ReadableStream({ start: (controller) => controller.enqueue(message) }), {
      headers: GRPC_WEB,
    });
  const answers: Record<string, [answer: () => Response, name: string]> = {
    "no trailers": [() => new Response(message, { headers: GRPC_WEB }), "ConnectionError"],
    "half of them": [
      () => new Response(concat(message, trailers().slice(0, 9)), { headers: GRPC_WEB }),
      "ConnectionError",
    ],
    "another message": [() => grpcWeb([hex("0a 02 72 31"), hex("")]), "ServerError"],
    "a wrong flag": [
      () => new Response(concat(message, hex("07 00 00 00 00")), { headers: GRPC_WEB }),
      "ServerError",
    ],
    "nothing": [endless, "TimeoutError"],
  };
  for (const [where, [answer, name]] of Object.entries(answers)) {
    const timeout = name === "TimeoutError" ? 200 : 60_000;
    const call: Call = (client) =>
      client.generateSpeech({ text: TEXT, voiceId: "v1" }, { timeout });
    const error = await errorOf(answer, call);
    assertEquals([error.name, error.charged, error.requestId], [name, "yes", "r1"], where);
  }
});

Deno.test("Client.streamSpeech makes of error_message the class that its words tell", async () => {
  const cases: [message: string, name: string][] = [
    ["insufficient credits", "InsufficientCreditsError"],
    ["Rate limit exceeded", "RateLimitExceededError"],
    ["synthesis failed", "ServerError"],
  ];
  for (const [message, name] of cases) {
    const field = concat(Uint8Array.of(0x1a, message.length), utf8(message));
    const error = await errorOf(() => grpcWeb([field]), streamed);
    assertEquals([error.name, error.charged], [name, "unknown"]);
    assertStringIncludes(error.message, message);
    const later = () => grpcWeb([hex("0a 02 01 02"), field]);
    assertEquals((await errorOf(later, streamed)).charged, "yes");
    assertEquals(await timesSent(later, streamed), 1);
  }
});

Deno.test("Client names the job in the errors of checkStatus and waitForCompletion", async () => {
  const calls: Call[] = [(client) => client.checkStatus("r1"), (c) => c.waitForCompletion("r1")];
  for (const call of calls) {
    const error = await status({ "grpc-status": "13", "grpc-message": "m" }, call);
    assertEquals(error.message, "server_error: m (Request ID: r1)");
    assertEquals([error.requestId, error.charged], ["r1", "yes"]);
    // A job that the service does not know was perhaps never one.
    assertEquals((await status({ "grpc-status": "5" }, call)).charged, "unknown");
  }
});

Deno.test("Client says at a deadline what to do next: ask for the job by its id, or try again", async () => {
  const pending = () => grpcWeb([hex("0a 02 72 31 10 01")], { "grpc-status": "0" });
  using client = cannedClient(cannedFetch(pending));
  const wait = () => client.waitForCompletion("r1", { timeout: 50, pollInterval: 10 });
  assertEquals(
    (await failureOf(wait)).message,
    "timeout: The job took longer than its timeout of 50 ms. The job goes on: ask for it again by its id. " +
      "(Request ID: r1)",
  );
  using mute = cannedClient(cannedFetch(() => new Promise(() => {})));
  assertEquals(
    (await failureOf(() => mute.getUserBalance({}, { timeout: 50 }))).message,
    "timeout: GetUserBalance took longer than its timeout of 50 ms. Try again, or give it more time.",
  );
});

Deno.test("Client tells its own deadline, also when the service is faster than a late timer", async () => {
  const canned = cannedFetch(() => {
    // Nothing else gets a turn until the deadline is past.
    const start = performance.now();
    while (performance.now() - start < 60);
    return grpcWeb([], { "grpc-status": "4", "grpc-message": "Deadline Exceeded" });
  });
  const client = cannedClient(canned);
  const late = await failureOf(() =>
    client.generateSpeech({ text: TEXT, voiceId: "v1" }, { timeout: 50 })
  );
  assertEquals([late.name, late.message, late.charged], [
    "TimeoutError",
    "timeout: GenerateSpeech took longer than its timeout of 50 ms. It may have been charged: look at the balance before " +
    "sending it again.",
    "unknown",
  ]);
  assertEquals(late.rawMessage, "GenerateSpeech took longer than its timeout of 50 ms.");
  // Servers end the connection, too, or a gateway answers in their place: here a moment before the deadline.
  const ends = [
    () => Promise.reject(new TypeError("fetch failed")),
    () => new Response("late", { status: 504 }),
    () => grpcWeb([], { "grpc-status": "1" }),
  ];
  for (const end of ends) {
    using client = cannedClient(cannedFetch(() => {
      const start = performance.now();
      while (performance.now() - start < 285);
      return end();
    }));
    const error = await failureOf(() =>
      client.generateSpeech({ text: TEXT, voiceId: "v1" }, { timeout: 300 })
    );
    assertEquals([error.name, error.rawMessage, error.charged], [
      "TimeoutError",
      "GenerateSpeech took longer than its timeout of 300 ms.",
      "unknown",
    ]);
  }
  // What the service says long before is its own.
  const early = await failureOf(() =>
    client.generateSpeech({ text: TEXT, voiceId: "v1" }, { timeout: 5_000 })
  );
  assertEquals([early.name, early.rawMessage], ["TimeoutError", "Deadline Exceeded"]);
});
