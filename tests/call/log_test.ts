// What the log tells of each call, with each transport: start, attempts, answers, retries and the end, never key or text.

import { assert, assertEquals } from "@std/assert";
import {
  type ClientOptions,
  ConnectionError,
  type LogEvent,
  type OutcomeEvent,
  RequestStatus,
  TimeoutError,
} from "../../mod.ts";
import { ManualClock, type StartOptions } from "../../src/emulator/mod.ts";
import {
  failure,
  GENERATE,
  KEY,
  mode,
  rejection,
  type Rig,
  setUp,
  STREAM,
  TEXT,
  within,
} from "../support/rig.ts";
import { until } from "../support/until.ts";

/** Runs a test once with each transport. */
function test(
  name: string,
  options: { emulator?: StartOptions; client?: ClientOptions },
  run: (rig: Rig) => Promise<void>,
): void {
  for (const speak of ["grpc-web", "lean", "grpc"] as const) {
    Deno.test(`${name}, over ${speak}`, async () => {
      mode.speak = speak;
      try {
        await using rig = await setUp(options);
        await run(rig);
        const { error: _, ...shown } = { error: undefined, ...rig.events };
        const all = Deno.inspect(shown, { depth: 9 }) + JSON.stringify(rig.events);
        assert(!all.includes(KEY) && !all.includes(TEXT), "the log holds a secret");
      } finally {
        mode.speak = "grpc-web";
      }
    });
  }
}

/** The events in short: type, attempt, and the outcome of those that have one. */
function steps(events: readonly LogEvent[]): string[] {
  return events.map((event) => {
    const { type, attempt } = event;
    return `${type} ${attempt}${"outcome" in event ? ` ${event.outcome}` : ""}`;
  });
}

function outcome(events: readonly LogEvent[], type: OutcomeEvent["type"]): OutcomeEvent {
  return events.findLast((event): event is OutcomeEvent => event.type === type)!;
}

test("Client tells the log of a call from its start to its end", {}, async ({ client, events }) => {
  await client.listVoices();
  await client.getUserBalance();
  assertEquals(steps(events.slice(0, 4)), ["start 0", "attempt 1", "answer 1 ok", "end 1 ok"]);
  assertEquals(new Set(events.slice(0, 4).map(({ method }) => method)), new Set(["ListVoices"]));
  const [first, , , , fifth] = events;
  assert(events.slice(0, 4).every(({ callId }) => callId === first!.callId));
  assert(events.slice(4).every(({ callId }) => callId === fifth!.callId));
  assert(fifth!.callId > first!.callId);
  const { duration, bytes, charged, error, requestId, parentId } = outcome(events, "end");
  assert(duration > 0 && bytes! > 0);
  assertEquals([charged, error, requestId, parentId], [undefined, undefined, undefined, undefined]);
});

test(
  "Client tells the log what a paid call has bought",
  {},
  async ({ client, events, emulator }) => {
    const { requestId } = await client.generateSpeech(GENERATE);
    assertEquals(steps(events), ["start 0", "attempt 1", "answer 1 ok", "end 1 ok"]);
    assertEquals(events.map((event) => [event.billable, event.charged, event.requestId]), [
      [true, "no", undefined],
      [true, "no", undefined],
      [true, "yes", requestId],
      [true, "yes", requestId],
    ]);
    // The id alone takes a tag, a length, and its own bytes.
    assert(outcome(events, "end").bytes! >= requestId.length + 2);
    assertEquals(outcome(events, "end").status, emulator.jobs.length && RequestStatus.PENDING);
  },
);

test("Client tells the log of each attempt and the retry between", {}, async (rig) => {
  rig.emulator.addFault({ kind: "error", code: "UNAVAILABLE", times: 2 });
  await rig.client.listVoices();
  assertEquals(steps(rig.events), [
    "start 0",
    "attempt 1",
    "answer 1 failed",
    "retry 1",
    "attempt 2",
    "answer 2 failed",
    "retry 2",
    "attempt 3",
    "answer 3 ok",
    "end 3 ok",
  ]);
  const { error } = rig.events[2] as OutcomeEvent;
  assertEquals([error?.code, error?.statusCode], ["service_unavailable", 14]);
});

test(
  "Client tells the log of a refusal that is final",
  {},
  async ({ client, emulator, events }) => {
    emulator.addFault({ kind: "error", code: "INVALID_ARGUMENT", message: `${TEXT} ${KEY}` });
    const error = await rejection(client.generateSpeech(GENERATE));
    assertEquals(steps(events), ["start 0", "attempt 1", "answer 1 failed", "end 1 failed"]);
    assert(outcome(events, "end").error === error);
    assertEquals(events.map(({ charged }) => charged), ["no", "no", "no", "no"]);
  },
);

test("Client tells the log of the second request while the first is mute", {}, async (rig) => {
  rig.emulator.addFault({ kind: "hang", method: "GetUserBalance" });
  await rig.client.getUserBalance({}, { timeout: 6_000 });
  assertEquals(rig.sent("GetUserBalance").length, 2);
  assertEquals(steps(rig.events), [
    "start 0",
    "attempt 1",
    "retry 1",
    "attempt 2",
    "answer 2 ok",
    "answer 1 cancelled",
    "end 2 ok",
  ]);
});

test("Client tells the log of a deadline", {}, async ({ client, emulator, events }) => {
  emulator.addFault({ kind: "hang", method: "GenerateSpeech", charged: true });
  const work = client.generateSpeech(GENERATE, { timeout: 1_000 });
  const error = await failure(TimeoutError, within(work));
  assertEquals(steps(events), ["start 0", "attempt 1", "answer 1 failed", "end 1 failed"]);
  assert(outcome(events, "end").error === error);
  assertEquals(outcome(events, "answer").error?.code, "timeout");
  assertEquals(events.map(({ charged }) => charged), ["no", "no", "unknown", "unknown"]);
});

test("Client tells the log of an abort, without its reason", {}, async (rig) => {
  rig.emulator.addFault({ kind: "hang", method: "GenerateSpeech", charged: true });
  const controller = new AbortController();
  const work = rig.client.generateSpeech(GENERATE, { signal: controller.signal });
  const rejected = rejection(within(work));
  await until(() => rig.sent("GenerateSpeech").length === 1);
  controller.abort(new Error(`stop ${KEY}`));
  await rejected;
  assertEquals(steps(rig.events), [
    "start 0",
    "attempt 1",
    "answer 1 cancelled",
    "end 1 cancelled",
  ]);
  assertEquals([outcome(rig.events, "end").error, outcome(rig.events, "end").charged], [
    undefined,
    "unknown",
  ]);
});

test("Client tells the log that it was closed", {}, async ({ client, emulator, events, sent }) => {
  emulator.addFault({ kind: "hang", method: "GetUserBalance" });
  const work = rejection(within(client.getUserBalance()));
  await until(() => sent("GetUserBalance").length === 1);
  client.close();
  const error = await work;
  assertEquals(steps(events), ["start 0", "attempt 1", "answer 1 failed", "end 1 failed"]);
  assert(outcome(events, "end").error === error);
});

test("SpeechStream tells the log when its first message comes, and how it ends", {
  emulator: { streamPace: 0 },
}, async ({ client, emulator, events }) => {
  const audio = await client.streamSpeech(STREAM).bytes();
  assertEquals(steps(events), ["start 0", "attempt 1", "answer 1 ok", "end 1 ok"]);
  assert(outcome(events, "end").bytes! > audio.length);
  assertEquals([events[0]!.method, outcome(events, "end").charged], ["StreamSpeech", "yes"]);

  const before = events.length;
  emulator.addFault({ kind: "stream", errorMessage: "out of order", afterChunks: 2 });
  const error = await rejection(client.streamSpeech(STREAM).bytes());
  const broken = events.slice(before);
  assertEquals(steps(broken), ["start 0", "attempt 1", "answer 1 ok", "end 1 failed"]);
  assert(outcome(broken, "end").error === error);
  assert(outcome(broken, "end").bytes! > 0);
  assertEquals(outcome(broken, "end").charged, "yes");
});

test("SpeechStream tells the log of a connection that breaks", {
  emulator: { streamPace: 0 },
}, async ({ client, emulator, events }) => {
  emulator.addFault({ kind: "drop", afterBytes: 20_000, pause: 50 });
  await failure(ConnectionError, client.streamSpeech(STREAM).bytes());
  assertEquals(steps(events), ["start 0", "attempt 1", "answer 1 ok", "end 1 failed"]);
  const { error, charged } = outcome(events, "end");
  assertEquals([error?.code, charged], ["connection_error", "yes"]);
});

test("SpeechStream tells the log that its reader has left", {
  emulator: { streamPace: 0 },
}, async ({ client, events }) => {
  for await (const _ of client.streamSpeech(STREAM)) break;
  assertEquals(steps(events), ["start 0", "attempt 1", "answer 1 ok", "end 1 cancelled"]);
  assertEquals(outcome(events, "end").charged, "yes");
  const unread = client.streamSpeech(STREAM);
  await unread.return!();
  assertEquals(events.length, 4);
});

const clock = new ManualClock();

test("Client.waitForCompletion tells the log of the wait, and of each poll as a call of its own", {
  emulator: { clock, queueTime: 1_000 },
}, async ({ client, emulator, events }) => {
  const { requestId } = await client.generateSpeech(GENERATE);
  const before = events.length;
  emulator.addFault({ kind: "http", status: 503, method: "CheckStatus" });
  const waiting = client.waitForCompletion(requestId, { pollInterval: 1 });
  await until(() => emulator.requests.filter(({ method }) => method === "CheckStatus").length > 2);
  await clock.advance(60_000);
  await within(waiting);
  const told = events.slice(before);
  const wait = told.filter(({ method }) => method === "WatchStatus");
  const polls = told.filter(({ method }) => method === "CheckStatus");
  assertEquals(steps(wait), ["start 0", "poll_failed 1", "end 0 ok"]);
  assert(told[0] === wait[0] && told.at(-1) === wait.at(-1));
  assertEquals(outcome(wait, "end").status, RequestStatus.COMPLETED);
  assert(polls.length >= 12, `${polls.length}`);
  assert(polls.every(({ parentId }) => parentId === wait[0]!.callId));
  assert(told.every((event) => event.requestId === requestId && event.charged === "yes"));
  const ends = polls.filter((event): event is OutcomeEvent => event.type === "end");
  assertEquals(ends.map(({ outcome }) => outcome).slice(0, 2), ["failed", "ok"]);
  assertEquals(ends.at(-1)!.status, RequestStatus.COMPLETED);
  assertEquals(ends[1]!.status, RequestStatus.PENDING);
});

test("Client.waitForCompletion tells the log of a wait that is too long, and of one that is left", {
  emulator: { clock: new ManualClock(), queueTime: 1_000 },
}, async ({ client, events }) => {
  const { requestId } = await client.generateSpeech(GENERATE);
  const before = events.length;
  const options = { pollInterval: 5, timeout: 300 };
  const error = await failure(TimeoutError, client.waitForCompletion(requestId, options));
  const end = events.at(-1) as OutcomeEvent;
  assertEquals([end.method, end.type, end.outcome, end.status], [
    "WatchStatus",
    "end",
    "failed",
    RequestStatus.PENDING,
  ]);
  assert(end.error === error && end.duration >= 290);
  const ends = events.slice(before).filter(({ type }) => type === "end");
  const starts = events.slice(before).filter(({ type }) => type === "start");
  assertEquals(ends.length, starts.length);
  for await (const _ of client.watchStatus(requestId)) break;
  assertEquals((events.at(-1) as OutcomeEvent).outcome, "cancelled");
});

test("AudioDownload tells the log of its requests, and of all bytes at its end", {
  client: { maxRetries: 2 },
}, async ({ client, emulator, events }) => {
  const { requestId } = await client.generateSpeech(GENERATE);
  const done = await client.waitForCompletion(requestId);
  const before = events.length;
  emulator.addFault({ kind: "drop", method: "Audio", afterBytes: 1_000 });
  const { length } = await client.downloadAudio(done).bytes();
  const told = events.slice(before);
  assertEquals(steps(told), [
    "start 0",
    "attempt 1",
    "answer 1 ok",
    "retry 1",
    "attempt 2",
    "answer 2 ok",
    "end 2 ok",
  ]);
  assertEquals(outcome(told, "end").bytes, length);
  assert(told.every((event) => event.method === "Download" && event.requestId === requestId));
  emulator.addFault({ kind: "http", status: 404, method: "Audio" });
  const error = await rejection(client.downloadAudio(done, { maxRetries: 0 }).bytes());
  assertEquals(steps(events).slice(-3), ["attempt 1", "answer 1 failed", "end 1 failed"]);
  assert(outcome(events, "end").error === error);
});

for (const end of ["abort", "close"] as const) {
  test(
    `Client sends nothing when its log ends the call before the request, by ${end}`,
    {},
    async (rig) => {
      const controller = new AbortController();
      const charged: unknown[] = [];
      const client = rig.open({
        log: (event) => {
          charged.push(event.charged);
          if (event.type !== "attempt") return;
          if (end === "abort") controller.abort();
          else client.close();
        },
      });
      await rejection(within(client.generateSpeech(GENERATE, { signal: controller.signal })));
      assertEquals(rig.sent("GenerateSpeech").length, 0);
      assertEquals(charged, ["no", "no", "no", "no"]);
    },
  );
}
