// One call from a text to its audio: what it costs, and what is known when it fails.

import { assert, assertEquals } from "@std/assert";
import {
  type AudioStream,
  interruptedJobs,
  isSafeToRetry,
  retry,
  ServiceUnavailableError,
  TimeoutError,
  TsetsenError,
} from "../mod.ts";
import { type AudioFault, ManualClock } from "../src/emulator/mod.ts";
import { saveAudio } from "../src/file/mod.ts";
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

Deno.test("Client.speak is not bought again for the failure of its audio by who asks isSafeToRetry, and its job is fetched for nothing", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/taken.wav`, "");
  // Each fails for good.
  const reads: readonly [
    fault: Omit<AudioFault, "kind"> | undefined,
    read: (audio: AudioStream) => Promise<unknown>,
  ][] = [
    [{ bytes: new TextEncoder().encode("<html>") }, (audio) => audio.bytes()],
    [{ bytes: new TextEncoder().encode("ID3 an MP3".padEnd(500)) }, (audio) => audio.wav()],
    [undefined, (audio) => saveAudio(`${folder}/taken.wav`, audio)],
    [
      { bytes: new TextEncoder().encode("ID3 an MP3".padEnd(500)) },
      (audio) => saveAudio(`${folder}/new.wav`, audio),
    ],
    [undefined, async (audio) => {
      await audio.bytes();
      await audio.wav();
    }],
    [undefined, async (audio) => {
      const bytes = audio.bytes();
      await audio.cancel();
      await bytes;
    }],
  ];
  try {
    for (const [fault, read] of reads) {
      await using rig = await setUp({ client: { maxRetries: 0 } });
      if (fault) rig.emulator.addFault({ kind: "audio", ...fault, times: Infinity });
      let error: unknown;
      for (let tries = 0; tries < 3; tries++) {
        error = await rejection(rig.client.speak(GENERATE).then(read));
        if (!isSafeToRetry(error)) break;
      }
      assertEquals(rig.emulator.ledger.charges.length, 1, `${read}`);
      const [job] = interruptedJobs(error);
      assertEquals(job?.charged, "yes", `${read}`);
      // Who follows the job may ask again.
      rig.emulator.clearFaults();
      rig.emulator.addFault({ kind: "http", status: 500, method: "Audio" });
      const again = () => rig.client.job(job!.requestId!).audio().then((audio) => audio.bytes());
      assertEquals(isSafeToRetry(await rejection(again())), true);
      assert((await again()).length > 44);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
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
