// Signals of a polyfill: they have no `reason` and no `throwIfAborted`, as in old browsers and in React Native up to 0.76.

import { assert, assertEquals } from "@std/assert";
import { AbortController as Polyfill } from "abort-controller";
import { interruptedJobs, isSafeToRetry, retry } from "../../mod.ts";
import { saveAudio } from "../../src/file/mod.ts";
import { narrate } from "../../src/narration/mod.ts";
import { GENERATE, mode, rejection, type Rig, setUp, STREAM, TEXT } from "../support/rig.ts";
import { until } from "../support/until.ts";

interface Signals {
  readonly signal: AbortSignal;
  abort(): void;
}

function polyfilled(): Signals {
  const controller = new Polyfill();
  return { signal: controller.signal as AbortSignal, abort: () => controller.abort() };
}

function aborted(): AbortSignal {
  const { signal, abort } = polyfilled();
  abort();
  return signal;
}

function assertAbortError(error: unknown): void {
  assert(error instanceof Error, `it rejects with ${error}`);
  assertEquals((error as Error).name, "AbortError");
}

for (const speak of ["grpc-web", "lean"] as const) {
  Deno.test(`Client rejects with an AbortError that knows the job when a signal without a reason aborts, with ${speak}`, async () => {
    mode.speak = speak;
    await using rig = await setUp();
    rig.emulator.addFault({ kind: "hang", charged: true });
    const { signal, abort } = polyfilled();
    const pending = rejection(rig.client.generateSpeech(GENERATE, { signal }));
    await until(() => rig.emulator.ledger.charges.length === 1);
    abort();
    const error = await pending;
    assertAbortError(error);
    assertEquals(interruptedJobs(error, signal), [{ requestId: undefined, charged: "unknown" }]);
    assertEquals(isSafeToRetry(error), false);
    mode.speak = "grpc-web";
  });
}

/** What takes a signal, with one that has aborted already. */
const WORK: Readonly<Record<string, (rig: Rig, signal: AbortSignal) => Promise<unknown>>> = {
  "Client.generateSpeech": ({ client }, signal) => client.generateSpeech(GENERATE, { signal }),
  "Client.streamSpeech": ({ client }, signal) => client.streamSpeech(STREAM, { signal }).bytes(),
  "retry": (_, signal) => retry(() => "never called", { signal }),
  "narrate": ({ client }, signal) =>
    narrate(client, { text: TEXT, voiceId: STREAM.voiceId }, { signal }).next(),
  "saveAudio": ({ client }, signal) =>
    saveAudio("never-written.wav", client.streamSpeech(STREAM), { signal }),
};

for (const [name, work] of Object.entries(WORK)) {
  Deno.test(`${name} buys nothing, and rejects with an AbortError, when a signal without a reason has aborted`, async () => {
    await using rig = await setUp();
    assertAbortError(await rejection(work(rig, aborted())));
    assertEquals(rig.emulator.requests.length, 0);
  });
}

Deno.test("retry and saveAudio work with a signal of a polyfill that does not abort", async () => {
  await using rig = await setUp();
  const { signal } = polyfilled();
  assertEquals(await retry(() => "called", { signal }), "called");
  const folder = await Deno.makeTempDir();
  try {
    await saveAudio(`${folder}/speech.wav`, rig.client.streamSpeech(STREAM, { signal }), {
      signal,
    });
    assertEquals(rig.emulator.ledger.charges.length, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("retry ends its wait with an AbortError when a signal without a reason aborts", async () => {
  const { signal, abort } = polyfilled();
  await using rig = await setUp({ client: { maxRetries: 0 } });
  rig.emulator.addFault({ kind: "error", code: "UNAVAILABLE" });
  const options = { signal, baseDelay: 2_000_000, maxDelay: 2_000_000, jitter: false };
  const pending = rejection(retry(() => rig.client.listVoices(), options));
  await until(() => rig.events.some(({ type }) => type === "end"));
  abort();
  assertAbortError(await pending);
});
