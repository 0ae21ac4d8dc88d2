import { assert, assertEquals } from "@std/assert";
import { interruptedJobs, ServerError } from "../../mod.ts";
import type { Fault } from "../../src/emulator/mod.ts";
import { speakLive } from "../../src/live/mod.ts";
import { failure, rejection, setUp } from "../support/rig.ts";
import { sentences, tokens, VOICE } from "./setup.ts";
import { speakUnderFaults } from "./suite.ts";

const RUNS = 60;

Deno.test("speakLive pays for each sentence once at most under random faults, and knows which it has paid for", async () => {
  const { problems, failures } = await speakUnderFaults(RUNS);
  assertEquals(problems, []);
  assert(failures > RUNS / 4, `the faults must strike: ${failures} of ${RUNS} failed`);
});

Deno.test("speakLive sends a sentence again when it was refused, and never when it may have been accepted", async () => {
  const cases: [Fault, number][] = [
    [{ kind: "error", code: "RESOURCE_EXHAUSTED", method: "GenerateSpeech" }, 2],
    [{ kind: "http", status: 429, method: "GenerateSpeech" }, 2],
    [{ kind: "error", code: "UNAVAILABLE", method: "GenerateSpeech", charged: true }, 1],
    [{ kind: "drop", method: "GenerateSpeech", charged: true }, 1],
    [{ kind: "http", status: 503, method: "GenerateSpeech" }, 1],
  ];
  for (const [fault, times] of cases) {
    await using rig = await setUp();
    rig.emulator.addFault(fault);
    const options = { ...VOICE, method: "generate", pollInterval: 1 } as const;
    const speech = speakLive(rig.client, tokens("Сайн байна уу?"), options);
    await speech.bytes().catch(() => {});
    assertEquals(rig.sent("GenerateSpeech").length, times, JSON.stringify(fault));
    assert(rig.emulator.ledger.charges.length <= 1);
  }
});

Deno.test("interruptedJobs names every sentence that was paid for when the signal aborts", async () => {
  await using rig = await setUp();
  const controller = new AbortController();
  const { signal } = controller;
  const texts = sentences(4);
  const speech = speakLive(rig.client, tokens(texts.join(" ")), {
    ...VOICE,
    method: "generate",
    pollInterval: 1,
    signal,
    onSentence: ({ index }) => index === 2 && controller.abort(new Error("stop")),
  });
  const reason = await rejection(speech.bytes());
  const ids = new Set(interruptedJobs(reason).map(({ requestId }) => requestId));
  for (const { requestId } of rig.emulator.jobs.slice(0, 3)) assert(ids.has(requestId));
  await speech.settled();
});

Deno.test("speakLive takes no samples of a job for whole that are a fifth shorter than the service says", async () => {
  await using rig = await setUp();
  const { client, emulator } = rig;
  const text = `Би ${"маш ".repeat(30)}хурдан явлаа.`;
  const options = { voiceId: "emulator-v2-bold", method: "generate", pollInterval: 1 } as const;
  const whole = await speakLive(client, tokens(text), options).bytes();
  const bytes = whole.slice(0, 2 * Math.floor(whole.length * 0.4));
  emulator.addFault({ kind: "audio", bytes, contentType: "application/octet-stream" });
  const error = await failure(ServerError, speakLive(client, tokens(text), options).bytes());
  assert(error.message.includes("as the service says"), error.message);
  assertEquals([error.charged, error.requestId], ["yes", emulator.jobs[1]?.requestId]);
});
