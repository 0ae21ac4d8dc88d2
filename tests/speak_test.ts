// One call from a text to its audio: what it costs, and what is known when it fails.

import { assert, assertEquals } from "@std/assert";
import {
  interruptedJobs,
  isSafeToRetry,
  retry,
  ServiceUnavailableError,
  TimeoutError,
  TsetsenError,
} from "../mod.ts";
import { ManualClock } from "../src/emulator/mod.ts";
import { failureOf } from "./support/canned_fetch.ts";
import { failure, GENERATE, rejection, setUp, TEXT } from "./support/rig.ts";
import { until } from "./support/until.ts";

Deno.test("Client.speak submits once, waits, and opens the audio", async () => {
  await using rig = await setUp();
  const audio = await rig.client.speak(GENERATE);
  assertEquals(rig.sent("Audio").length, 0);
  const wav = await audio.bytes();
  assertEquals(new TextDecoder().decode(wav.subarray(0, 4)), "RIFF");
  assertEquals(rig.sent("GenerateSpeech").length, 1);
  assertEquals(rig.emulator.ledger.charges.length, 1);
});

Deno.test("Client.speak bounds the submission and the wait together", async () => {
  const clock = new ManualClock();
  await using rig = await setUp({ emulator: { clock, queueTime: 60_000 } });
  const error = await failure(TimeoutError, rig.client.speak(GENERATE, { timeout: 1_000 }));
  assertEquals([error.charged, error.billable, isSafeToRetry(error)], ["yes", true, false]);
  assert(error.requestId !== undefined);
  // The job goes on, without another charge.
  await clock.advance(60_000);
  await clock.advance(60_000);
  const bytes = await (await rig.client.job(error.requestId!).audio()).bytes();
  assert(bytes.length > 44);
  assertEquals(rig.emulator.ledger.charges.length, 1);
});

Deno.test("Client.speak in retry is paid once, whichever step fails", async () => {
  for (const method of ["CheckStatus", "GenerateSpeech"] as const) {
    await using rig = await setUp({ client: { maxRetries: 0 } });
    const charged = method === "GenerateSpeech";
    rig.emulator.addFault({ kind: "error", code: "UNAVAILABLE", method, charged, times: Infinity });
    const speak = () => retry(() => rig.client.speak(GENERATE), { baseDelay: 1 });
    const error = await failure(ServiceUnavailableError, speak());
    assertEquals([error.billable, rig.emulator.ledger.charges.length], [true, 1], method);
    assertEquals(error.charged, charged ? "unknown" : "yes");
  }
});

Deno.test("Client.speak that is aborted while it waits keeps the id of the job", async () => {
  await using slow = await setUp({ emulator: { queueTime: 60_000 } });
  const controller = new AbortController();
  const { signal } = controller;
  const pending = slow.client.speak(GENERATE, { signal });
  await until(() => slow.sent("CheckStatus").length > 0);
  const reason = new Error("stop");
  controller.abort(reason);
  assertEquals(await rejection(pending), reason);
  const [job] = interruptedJobs(reason, signal);
  assertEquals(job?.charged, "yes");
  assertEquals(isSafeToRetry(reason), false);
});

Deno.test("Client.speak refuses bad input before it sends", async () => {
  await using rig = await setUp();
  const any = (value: unknown) => value as never;
  for (
    const call of [
      () => rig.client.speak({ text: "", voiceId: "v" }),
      () => rig.client.speak(GENERATE, any({ pollinterval: 5 })),
      () => rig.client.speak(GENERATE, any({ maxBytes: "1" })),
      () => rig.client.speak(any({ text: TEXT, voice: "v" })),
    ]
  ) assert(await failureOf(call) instanceof Error);
  assertEquals(rig.emulator.requests.length, 0);
  assert(
    !(await failureOf(() => rig.client.speak(GENERATE, any({ x: 1 }))) instanceof TsetsenError),
  );
});
