// What was paid is never lost, and never paid twice: on the wire between page, proxy and service.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { create, toBinary } from "@bufbuild/protobuf";
import {
  GenerateSpeechRequestSchema,
  GenerateSpeechResponseSchema,
  StreamSpeechRequestSchema,
} from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { RateLimitExceededError, TsetsenError } from "../../mod.ts";
import { ManualClock } from "../../src/emulator/mod.ts";
import { framed, post, setUp, startProxy, startUpstream, trailers, unframe } from "./setup.ts";
import { until } from "../support/until.ts";
import { concat } from "../support/hex.ts";

const KEY = "tsetsen-prod-Xy12345678";
const text = "Сайн байна уу?";
const GRPC_WEB = { "content-type": "application/grpc-web+proto" };

const accepted = framed(
  0,
  toBinary(
    GenerateSpeechResponseSchema,
    create(GenerateSpeechResponseSchema, { requestId: "job-7" }),
  ),
);

/** How an answer may go on behind the message with the id. */
const ENDINGS: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
  "nothing": new Uint8Array(0),
  "half the head of a frame": new Uint8Array([0x80, 0, 0]),
  "trailers that are cut": trailers({ "grpc-status": "0" }).slice(0, -4),
  "trailers without a status": trailers({ "x-odd": "1" }),
  "trailers that are no lines": framed(0x80, new Uint8Array([0xff, 0xfe, 0, 1])),
  "a second message": accepted,
  "a compressed frame": framed(1, new Uint8Array(3)),
  "trailers of 16 MB": new Uint8Array([0x80, 1, 0, 0, 0]),
  "a page": new TextEncoder().encode("<html>502 Bad Gateway</html>"),
  "an error": trailers({ "grpc-status": "13", "grpc-message": "lost" }),
  "a refusal": trailers({ "grpc-status": "8", "grpc-message": "busy" }),
};

for (const [what, ending] of Object.entries(ENDINGS)) {
  Deno.test(`createProxy gives the id of a paid job to the page when ${what} follows the message`, async () => {
    await using upstream = startUpstream(() =>
      new Response(concat(accepted, ending), { headers: GRPC_WEB })
    );
    await using t = startProxy({ apiKey: KEY, endpoint: upstream.url });
    const error = await assertRejects(
      () => t.page.generateSpeech({ text, voiceId: "v" }),
      TsetsenError,
    );
    assertEquals([error.charged, error.requestId], ["yes", "job-7"]);
  });
}

Deno.test("createProxy gives the id of a paid job to the page when its message is cut behind the id", async () => {
  // The tag of a field whose value is missing.
  const cut = framed(0, concat(accepted.slice(5), new Uint8Array([0x10])));
  const end = trailers({ "grpc-status": "0" });
  await using upstream = startUpstream(() => new Response(concat(cut, end), { headers: GRPC_WEB }));
  await using t = startProxy({ apiKey: KEY, endpoint: upstream.url });
  const speech = t.page.generateSpeech({ text, voiceId: "v" });
  const error = await assertRejects(() => speech, TsetsenError);
  assertEquals([error.charged, error.requestId], ["yes", "job-7"]);
});

Deno.test("createProxy sends the id on at once, before the service ends its answer", async () => {
  const hold = Promise.withResolvers<void>();
  await using upstream = startUpstream(() =>
    new Response(
      new ReadableStream({
        async start(controller) {
          controller.enqueue(accepted);
          await hold.promise;
          controller.close();
        },
      }),
      { headers: GRPC_WEB },
    )
  );
  await using t = startProxy({ apiKey: KEY, endpoint: upstream.url });
  const response = await post(t.url, "GenerateSpeech", GenerateSpeechRequestSchema, {
    text,
    voiceId: "v",
  });
  const reader = response.body!.getReader();
  const { value } = await reader.read();
  assertEquals(unframe(GenerateSpeechResponseSchema, value!).requestId, "job-7");
  hold.resolve();
  while (!(await reader.read()).done);
});

/** The header of the SDK's client with the mark of a paid call. */
function marked(mark: string) {
  return { "x-user-agent": `tsetsen-sdk-ts/0.1.0 call/${mark}` };
}

const MARK = "abcdefghijklmnopqrst-_";

Deno.test("createProxy buys a GenerateSpeech once when a browser repeats the POST", async () => {
  await using t = await setUp();
  const say = (said: string, mark: string) =>
    post(t.url, "GenerateSpeech", GenerateSpeechRequestSchema, {
      text: said,
      voiceId: t.voice,
    }, marked(mark));
  t.emulator.addFault({ kind: "delay", delay: 100, charged: true });
  const answers = await Promise.all([say(text, MARK), say(text, MARK), say(text, MARK)]);
  answers.push(await say(text, MARK));
  const ids = [];
  for (const answer of answers) {
    ids.push(unframe(GenerateSpeechResponseSchema, await answer.bytes()).requestId);
  }
  assertEquals(ids, Array(4).fill(t.emulator.jobs[0]!.requestId));
  assertEquals(t.emulator.ledger.charges.length, 1);
  assertEquals(t.events.map(({ type }) => type), Array(3).fill("repeated"));
  assert(
    t.emulator.requests[0]!.headers["x-user-agent"]!.endsWith(` call/${MARK}`),
    "a proxy behind this one sees the mark",
  );

  const other = await say("Өөр", MARK);
  assertEquals(other.headers.get("grpc-status"), "3");
  await other.body?.cancel();
  await (await say("Өөр", MARK.toUpperCase())).body?.cancel();
  assertEquals(t.emulator.ledger.charges.length, 2);
});

Deno.test("createProxy buys a StreamSpeech once, and says to a repeat that the outcome is with the first", async () => {
  await using t = await setUp();
  const say = () =>
    post(t.url, "StreamSpeech", StreamSpeechRequestSchema, { text, voiceId: t.liveVoice }, {
      ...marked(MARK),
    });
  const [first, second] = await Promise.all([say(), say()]);
  const bodies = [await first!.text(), await second!.text()];
  bodies.sort((a, b) => a.length - b.length);
  assert(/grpc-status: 10\r\n/.test(bodies[0]!), bodies[0]);
  assert(/grpc-status: 0\r\n/.test(bodies[1]!));
  assertEquals(t.emulator.ledger.charges.length, 1);
});

Deno.test("createProxy gives a repeat the id when the first connection was lost", async () => {
  const clock = new ManualClock();
  await using t = await setUp({}, { clock });
  t.emulator.addFault({ kind: "delay", delay: 200, charged: true });
  const leaving = new AbortController();
  const say = (signal?: AbortSignal) =>
    fetch(`${t.url}/tsetsen.api.v1.TsetsenTTS/GenerateSpeech`, {
      method: "POST",
      headers: { ...GRPC_WEB, ...marked(MARK) },
      body: framed(
        0,
        toBinary(
          GenerateSpeechRequestSchema,
          create(GenerateSpeechRequestSchema, { text, voiceId: t.voice }),
        ),
      ),
      signal: signal ?? null,
    });
  const lost = say(leaving.signal).then((answer) => answer.bytes());
  await until(() => t.emulator.requests.length === 1);
  leaving.abort();
  await assertRejects(() => lost, DOMException);
  await clock.advance(200);
  const { requestId } = unframe(GenerateSpeechResponseSchema, await (await say()).bytes());
  assertEquals(requestId, t.emulator.jobs[0]!.requestId);
  assertEquals(t.emulator.ledger.charges.length, 1);
});

Deno.test("createProxy lets a call through again that was refused before anything was sent", async () => {
  let asked = 0;
  await using t = await setUp({ rateLimit: () => ++asked === 1 ? { retryAfter: 0 } : null });
  const say = () =>
    post(t.url, "GenerateSpeech", GenerateSpeechRequestSchema, { text, voiceId: t.voice }, {
      ...marked(MARK),
    });
  const refused = await say();
  await refused.body?.cancel();
  assertEquals(refused.headers.get("grpc-status"), "8");
  await (await say()).body?.cancel();
  await until(() => t.emulator.ledger.charges.length === 1);
});

Deno.test("createProxy reports a visitor who left after the service had accepted, with the id of the job", async () => {
  const clock = new ManualClock();
  await using t = await setUp({}, { clock });
  t.emulator.addFault({ kind: "delay", delay: 150, charged: true });
  const leaving = new AbortController();
  const call = t.page.generateSpeech({ text, voiceId: t.voice }, { signal: leaving.signal });
  await until(() => t.emulator.requests.length === 1);
  leaving.abort(new Error("enough"));
  await assertRejects(() => call, Error, "enough");
  await until(() => t.connections() === 0);
  await clock.advance(150);
  await until(() => t.events.length === 1);
  const [event] = t.events;
  assertEquals([event?.type, event?.method], ["visitor_left", "GenerateSpeech"]);
  assertEquals(event?.requestId, t.emulator.jobs[0]!.requestId);
  assertEquals(JSON.stringify(t.events).includes("Сайн"), false);
});

Deno.test("createProxy reports a visitor who left a stream that had begun", async () => {
  await using t = await setUp({}, { streamPace: 20 });
  for await (const _ of t.page.streamSpeech({ text: text.repeat(20), voiceId: t.liveVoice })) break;
  await until(() => t.events.length === 1);
  assertEquals([t.events[0]?.type, t.events[0]?.method], ["visitor_left", "StreamSpeech"]);
});

Deno.test("createProxy refuses calls beyond maxConcurrentCalls before anything is sent", async () => {
  const clock = new ManualClock();
  await using t = await setUp({ maxConcurrentCalls: 3 }, { clock });
  t.emulator.addFault({ kind: "delay", delay: 300, charged: true, times: Infinity });
  let ended = 0;
  const calls = Array.from(
    { length: 12 },
    () =>
      t.page.generateSpeech({ text, voiceId: t.voice }).catch((error: unknown) => error)
        .finally(() => ended++),
  );
  await until(() => ended === 9 && clock.sleepers === 3);
  await clock.advance(300);
  const outcomes = await Promise.all(calls);
  const refused = outcomes.filter((outcome) => outcome instanceof RateLimitExceededError);
  assertEquals(refused.length, 9);
  for (const error of refused) {
    assertEquals([error.charged, error.retryAfter], ["no", 1_000]);
  }
  assertEquals(t.emulator.ledger.charges.length, 3);
  // The places are free again.
  t.emulator.clearFaults();
  await Promise.all([1, 2, 3].map(() => t.page.generateSpeech({ text, voiceId: t.voice })));
  assertEquals(t.emulator.ledger.charges.length, 6);
});

Deno.test("createProxy frees the places of visitors who leave", async () => {
  await using t = await setUp({ maxConcurrentCalls: 2 }, { streamPace: 20 });
  for (let i = 0; i < 6; i++) {
    for await (const _ of t.page.streamSpeech({ text: text.repeat(9), voiceId: t.liveVoice })) {
      break;
    }
    await until(() => t.emulator.activeStreams === 0);
  }
  t.emulator.addFault({ kind: "hang", times: 2 });
  for (let i = 0; i < 2; i++) {
    const visitor = new AbortController();
    const leaving = assertRejects(() => t.page.listVoices({}, { signal: visitor.signal }));
    await until(() => t.emulator.requests.length === 7 + i);
    visitor.abort();
    await leaving;
  }
  await until(() => t.emulator.requests.at(-1)!.aborted);
  await t.page.listVoices();
});

for (
  const [what, answer] of [
    ["false", false],
    ["true", true],
    ["{ success: false }", { success: false }],
    ["{ success: true }", { success: true }],
    ["a wait that is a string", { retryAfter: "5" }],
    ["a wait that is not a number", { retryAfter: NaN }],
    ["a negative wait", { retryAfter: -1 }],
    ["a number", 0],
    ["a text", ""],
  ] as const
) {
  Deno.test(`createProxy refuses a call for which rateLimit answers ${what}`, async () => {
    await using t = await setUp({ rateLimit: (() => answer) as never });
    const call = () => t.page.generateSpeech({ text, voiceId: t.voice });
    const error = await assertRejects(call, RateLimitExceededError);
    assertEquals([error.charged, error.retryAfter], ["no", 60_000]);
    assertEquals(t.emulator.requests.length, 0);
    assertEquals(t.events.map(({ type }) => type), ["hook_failed", "refused"]);
  });
}

Deno.test("createProxy answers with the Response of rateLimit, and sends nothing", async () => {
  await using t = await setUp({
    rateLimit: () => Promise.resolve(new Response("slowly", { status: 429 })),
  });
  const call = () => t.page.generateSpeech({ text, voiceId: t.voice });
  const error = await assertRejects(call, RateLimitExceededError);
  assertEquals([error.statusCode, error.charged], [429, "no"]);
  assertEquals(t.emulator.requests.length, 0);
});

Deno.test("createProxy ends a repeat at once when the owner's hook has answered the first call itself", async () => {
  const asked = Promise.withResolvers<void>();
  const decided = Promise.withResolvers<Response>();
  await using t = await setUp({
    timeout: 60_000,
    rateLimit() {
      asked.resolve();
      return decided.promise;
    },
  });
  const say = () =>
    post(t.url, "GenerateSpeech", GenerateSpeechRequestSchema, { text, voiceId: t.voice }, {
      ...marked(MARK),
    });
  const first = say();
  await asked.promise;
  const second = (await say()).text();
  await until(() => t.events.some(({ type }) => type === "repeated"));
  decided.resolve(new Response("pay first", { status: 402 }));
  assertEquals([(await first).status, await (await first).text()], [402, "pay first"]);
  let isOver = false;
  void second.then(() => isOver = true);
  await until(() => isOver);
  assert(/grpc-status: 10\r\n/.test(await second));
  assertEquals(t.emulator.requests.length, 0);
});
