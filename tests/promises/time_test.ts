// Promise 3: every wait, sleep and stream ends within 50 ms of its abort or deadline, with the signal's own reason or
// with TimeoutError. The tests after a garbage collection are in tests/runtimes/gc_test.ts.

import { assert, assertEquals } from "@std/assert";
import { type Client, type ClientOptions, type SpeechStream, TsetsenError } from "../../mod.ts";
import type { Fault } from "../../src/emulator/mod.ts";
import {
  bestBelow,
  failure,
  GENERATE,
  rejection,
  type Rig,
  setUp,
  sleep,
  STREAM,
  within,
} from "../support/rig.ts";
import { until } from "../support/until.ts";

const LIMIT = 50;

interface Options {
  readonly signal?: AbortSignal;
  readonly timeout?: number;
}

interface Situation {
  readonly client?: ClientOptions;
  readonly faults?: readonly Fault[];
  /** What happens before the operation. */
  readonly before?: (rig: Rig) => void;
  /** Makes the job that the operation is about. Its time does not count. */
  readonly submit?: (client: Client) => Promise<string>;
  readonly run: (client: Client, options: Options, rig: Rig, job: string) => Promise<unknown>;
  /** Whether the operation is where it shall be ended. */
  readonly ready: (rig: Rig) => boolean;
  /** The code of the error at the deadline. Default: timeout. */
  readonly deadline?: "service_unavailable";
}

const hang = { kind: "hang", times: Infinity } as const;
const audioOf = (rig: Rig) => ({
  audioUrl: `${rig.emulator.url}/audio/voice-emulator-v1-bold.wav`,
});
const long = { backoff: { baseDelay: 60_000, maxDelay: 60_000 } };

/** Reads one chunk, then does something else until the transfer is over at the server, and only then asks for more. */
async function readSlowly(audio: SpeechStream | ReturnType<Client["downloadAudio"]>, rig: Rig) {
  await audio.next();
  // The emulator keeps the deadline, too: whichever is first ends it.
  await until(() => rig.emulator.requests.at(-1)!.done);
  await audio.next();
}

const SITUATIONS: Readonly<Record<string, Situation>> = {
  "a call before its headers": {
    faults: [hang],
    run: (client, options) => client.getUserBalance({}, options),
    ready: (rig) => rig.sent("GetUserBalance").length > 0,
  },
  "a call after its headers": {
    faults: [{ ...hang, afterBytes: 0 }],
    run: (client, options) => client.listVoices({}, options),
    ready: (rig) => rig.sent("ListVoices").length > 0,
  },
  "a call that costs credits": {
    faults: [hang],
    run: (client, options) => client.generateSpeech(GENERATE, options),
    ready: (rig) => rig.sent("GenerateSpeech").length > 0,
  },
  "a stream before its headers": {
    faults: [hang],
    run: (client, options) => client.streamSpeech(STREAM, options).bytes(),
    ready: (rig) => rig.sent("StreamSpeech").length > 0,
  },
  "a stream between its chunks": {
    faults: [{ ...hang, afterBytes: 30_000 }],
    run: (client, options) => client.streamSpeech(STREAM, options).bytes(),
    ready: (rig) => rig.sent("StreamSpeech").length > 0,
  },
  "a stream with a slow reader": {
    faults: [{ kind: "stream", bytes: 1e9 }],
    run: (client, options, rig) => readSlowly(client.streamSpeech(STREAM, options), rig),
    ready: (rig) => rig.emulator.ledger.charges.length > 0,
  },
  "a watch between its polls": {
    // The watch goes on as the job never ends.
    faults: [{ kind: "unknown-enum", value: 2, times: Infinity, method: "CheckStatus" }],
    submit: async (client) => (await client.generateSpeech(GENERATE)).requestId,
    run: (client, options, _, job) =>
      client.waitForCompletion(job, { ...options, pollInterval: 60_000 }),
    ready: (rig) => rig.sent("CheckStatus")[0]?.done === true,
  },
  "a watch with its poll in flight": {
    faults: [hang],
    run: (client, options) => client.waitForCompletion("a-job", options),
    ready: (rig) => rig.sent("CheckStatus").length > 0,
  },
  "a watch that waits after a failed poll": {
    client: long,
    faults: [{ kind: "http", status: 503, times: Infinity }],
    run: (client, options) => client.waitForCompletion("a-job", options),
    ready: (rig) => rig.log.length > 0,
  },
  "the delay before a retry": {
    client: { backoff: { baseDelay: 25_000, maxDelay: 25_000, jitter: false } },
    // A delay past the deadline is not begun: the call fails at once, with what made it fail.
    deadline: "service_unavailable",
    faults: [{ kind: "http", status: 503, times: Infinity }],
    run: (client, options) => client.getUserBalance({}, options),
    ready: (rig) => rig.log.length > 0,
  },
  "a call that waits for a free place": {
    client: { maxConcurrentCalls: 1 },
    faults: [{ ...hang, method: "ListVoices" }],
    before: (rig) => void rig.client.listVoices().catch(() => {}),
    run: (client, options) => client.getUserBalance({}, options),
    ready: (rig) => rig.sent("ListVoices").length > 0,
  },
  "a download before its headers": {
    faults: [{ ...hang, method: "Audio" }],
    run: (client, options, rig) => client.downloadAudio(audioOf(rig), options).bytes(),
    ready: (rig) => rig.sent("Audio").length > 0,
  },
  "a download between its chunks": {
    faults: [{ ...hang, method: "Audio", afterBytes: 5_000 }],
    run: (client, options, rig) => client.downloadAudio(audioOf(rig), options).bytes(),
    ready: (rig) => rig.sent("Audio").length > 0,
  },
  "a download with a slow reader": {
    faults: [{ ...hang, method: "Audio", afterBytes: 5_000 }],
    run: (client, options, rig) => readSlowly(client.downloadAudio(audioOf(rig), options), rig),
    ready: (rig) => rig.sent("Audio").length > 0,
  },
};

async function inSituation(
  situation: Situation,
  options: Options,
  end: (rig: Rig, work: Promise<unknown>, start: number) => Promise<number>,
): Promise<number> {
  await using rig = await setUp({ client: situation.client ?? {} });
  for (const fault of situation.faults ?? []) rig.emulator.addFault(fault);
  situation.before?.(rig);
  if (situation.before) await until(() => situation.ready(rig));
  const job = await situation.submit?.(rig.client) ?? "";
  const start = performance.now();
  return await end(rig, situation.run(rig.client, options, rig, job), start);
}

for (const [name, situation] of Object.entries(SITUATIONS)) {
  const reasons = { "an Error": Object.freeze(new Error("enough")), "no Error": "enough" };
  for (const [kind, reason] of Object.entries(reasons)) {
    Deno.test(`Client ends ${name} at the abort, with the reason, ${kind}`, async () => {
      await bestBelow(LIMIT, () => {
        const controller = new AbortController();
        const { signal } = controller;
        return inSituation(situation, { signal }, async (rig, work) => {
          let ended = 0;
          const outcome = rejection(work).finally(() => ended = performance.now());
          await until(() => situation.ready(rig));
          await sleep(20);
          assertEquals(ended, 0);
          const aborted = performance.now();
          controller.abort(reason);
          assert(await within(outcome) === reason);
          return ended - aborted;
        });
      });
    });
  }

  const { deadline = "timeout" } = situation;
  Deno.test(`Client ends ${name} at the deadline, with ${deadline}`, async () => {
    // Another end than the deadline's must come first, also on a machine that is busy.
    const timeout = deadline === "timeout" ? 150 : 20_000;
    await bestBelow(LIMIT, () =>
      inSituation(situation, { timeout }, async (_, work, start) => {
        const error = await failure(TsetsenError, within(work));
        const overshoot = performance.now() - start - timeout;
        assertEquals(error.code, deadline);
        if (deadline === "timeout") assert(overshoot > -1, `${overshoot} ms early`);
        return overshoot;
      }));
  });
}

Deno.test("Client rejects at once with the reason of a signal that was aborted before, and sends nothing", async () => {
  await using rig = await setUp();
  const signal = AbortSignal.abort("never");
  for (
    const work of [
      rig.client.getUserBalance({}, { signal }),
      rig.client.generateSpeech(GENERATE, { signal }),
      rig.client.streamSpeech(STREAM, { signal }).next(),
      rig.client.waitForCompletion("a-job", { signal }),
      rig.client.downloadAudio(audioOf(rig), { signal }).next(),
    ]
  ) assertEquals(await rejection(work), "never");
  assertEquals(rig.emulator.requests, []);
});

Deno.test("Client tells the service its deadline in grpc-timeout, at most 8 digits and a unit", async () => {
  await using rig = await setUp();
  for (const timeout of [0.4, 1_500.7, 99_999_999]) {
    await rejection(rig.client.getUserBalance({}, { timeout })).catch(() => {});
  }
  await rig.client.streamSpeech(STREAM).bytes();
  // The first call may be over before its request has come.
  const sent = (method: string) =>
    rig.emulator.requests.filter((request) => request.method === method)
      .map(({ headers }) => headers["grpc-timeout"]);
  assertEquals(sent("StreamSpeech"), [undefined]);
  for (const value of sent("GetUserBalance")) assert(/^\d{1,8}[mS]$/.test(value!), value);
  // What is left of it: a busy machine takes some milliseconds to send.
  assert(sent("GetUserBalance").some((value) => /^9999\d{4}m$/.test(value!)));
});

Deno.test("Client.getUserBalance sends a grpc-timeout that fits a server's timer for the longest timeout", async () => {
  await using rig = await setUp();
  const { credits } = await rig.client.getUserBalance({}, { timeout: 2_147_483_647 });
  assertEquals(credits, 100_000);
  const [, amount, unit] = /^(\d{1,8})([mS])$/.exec(
    rig.emulator.requests[0]!.headers["grpc-timeout"]!,
  )!;
  assert(Number(amount) * (unit === "S" ? 1000 : 1) < 2 ** 31);
});
