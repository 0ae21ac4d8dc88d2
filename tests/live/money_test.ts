import { assert, assertEquals } from "@std/assert";
import { interruptedJobs, isSafeToRetry, TsetsenError } from "../../mod.ts";
import type { Fault } from "../../src/emulator/mod.ts";
import { speakLive } from "../../src/live/mod.ts";
import { FAULTS } from "../support/faults.ts";
import { rejection, setUp, within } from "../support/rig.ts";
import { audioOf, concat, seeded, sentences, timesPaid, tokens, VOICE } from "./setup.ts";

const TEXTS = sentences(5);
const METHODS = ["StreamSpeech", "GenerateSpeech", "CheckStatus", "Audio"] as const;
const RUNS = 60;

/** A fault of the table, at a random call: of a paid one with the charge or without. */
function randomFault(random: () => number): Fault {
  const rows = FAULTS.filter(({ fault }) => fault !== undefined);
  const { fault, expected } = rows[Math.floor(random() * rows.length)]!;
  const method = METHODS[Math.floor(random() * METHODS.length)]!;
  const number = Math.floor(random() * 3);
  let seen = 0;
  // What the service refuses it does not charge.
  const mayCharge = expected.charged === "unknown" &&
    ["error", "http", "garbage", "drop", "hang", "oversized-frame"].includes(fault!.kind) &&
    !("afterBytes" in fault!);
  const charged = mayCharge ? { charged: random() < 0.5 } : {};
  return { ...fault, ...charged, method, when: () => seen++ === number } as Fault;
}

Deno.test("speakLive pays for each sentence once at most under random faults, and knows which it has paid for", async () => {
  const whole = await (async () => {
    await using rig = await setUp();
    const audio = await Promise.all(TEXTS.map((text) => audioOf(rig.client, text)));
    return concat(audio);
  })();
  let failures = 0;
  for (let seed = 1; seed <= RUNS; seed++) {
    const random = seeded(seed);
    await using rig = await setUp({
      emulator: { streamLimits: { perMinute: random() < 0.5 ? 1 : false } },
      client: { timeout: 300, maxRetries: 2 },
    });
    const { emulator, client } = rig;
    const faults = [randomFault(random), randomFault(random)];
    for (const fault of faults) emulator.addFault(fault);
    const ahead = Math.floor(random() * 3);
    const text = tokens(TEXTS.join(" "), seed, 1 + Math.floor(random() * 20));
    const speech = speakLive(client, text, {
      ...VOICE,
      ahead,
      pollInterval: 1,
      pauseScale: 0,
      maxRetries: 0,
    });
    const chunks: Uint8Array[] = [];
    let error: unknown;
    try {
      for await (const chunk of speech) chunks.push(chunk);
    } catch (caught) {
      error = caught;
      failures++;
    }
    await within(speech.settled());
    const told = `seed ${seed}: ${faults.map(({ kind, method }) => `${kind} ${method}`)}: ${error}`;

    const paid = timesPaid(emulator, TEXTS);
    assert(paid.every((times) => times <= 1), `paid twice, ${told}`);
    const audio = concat(chunks);
    assertEquals(audio, whole.subarray(0, audio.length), `other audio, ${told}`);
    if (error === undefined) {
      assertEquals([audio.length, paid], [whole.length, TEXTS.map(() => 1)], told);
    } else assert(error instanceof TsetsenError, told);
    paid.forEach((times, index) => {
      const { charged = "no", requestId } = speech.sentences[index] ?? {};
      if (charged !== "unknown") assertEquals(charged, times === 1 ? "yes" : "no", told);
      if (requestId !== undefined) {
        assertEquals(emulator.jobs.find((job) => job.requestId === requestId)?.text, TEXTS[index]);
      }
    });
    // Speaking the text again may be offered only when nothing was paid.
    if (error !== undefined && isSafeToRetry(error)) assertEquals(emulator.ledger.total, 0, told);
  }
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
