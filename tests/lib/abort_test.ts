// Listening to a signal once, however many share it.

import { assertEquals } from "@std/assert";
import { retry } from "../../mod.ts";
import { saveAudio } from "../../src/file/mod.ts";
import { onAbort } from "../../src/lib/abort.ts";
import { speakLive } from "../../src/live/mod.ts";
import { batch, narrate } from "../../src/narration/mod.ts";
import { cannedClient, cannedFetch, grpcWeb } from "../support/canned_fetch.ts";
import { hex } from "../support/hex.ts";
import { GENERATE, setUp, STREAM } from "../support/rig.ts";
import { countedSignal } from "../support/signal.ts";

Deno.test("onAbort calls each callback once, and adds one listener for all of them", () => {
  const { controller, signal, added, listening } = countedSignal();
  const called: number[] = [];
  for (let i = 0; i < 100; i++) onAbort(signal, () => called.push(i));
  assertEquals([added(), listening()], [1, 1]);
  controller.abort();
  controller.abort();
  assertEquals(called, [...Array(100).keys()]);
});

Deno.test("onAbort removes its listener with the last callback, and adds it again when asked", () => {
  const { controller, signal, added, listening } = countedSignal();
  const called: string[] = [];
  const stopA = onAbort(signal, () => called.push("a"));
  const stopB = onAbort(signal, () => called.push("b"));
  stopA();
  assertEquals(listening(), 1);
  stopB();
  assertEquals(listening(), 0);
  const stopC = onAbort(signal, () => called.push("c"));
  // Stopping twice must not take away what another one listens to.
  stopA();
  stopB();
  assertEquals([added(), listening()], [2, 1]);
  controller.abort();
  stopC();
  assertEquals(called, ["c"]);
});

Deno.test("onAbort allows callbacks to stop themselves and others while they are called", () => {
  const { controller, signal } = countedSignal();
  const called: string[] = [];
  const stops = ["a", "b", "c"].map((name) =>
    onAbort(signal, () => {
      called.push(name);
      for (const stop of stops) stop();
    })
  );
  controller.abort();
  assertEquals(called[0], "a");
  assertEquals(new Set(called).size, called.length);
});

Deno.test("Client adds one listener to a signal that 100 calls share, and leaves none", async () => {
  const gates: (() => void)[] = [];
  const canned = cannedFetch(() =>
    new Promise((resolve) => gates.push(() => resolve(grpcWeb([hex("08 01")]))))
  );
  using client = cannedClient(canned, { maxConcurrentCalls: 200 });
  const { signal, added, listening } = countedSignal();
  const calls = Array.from({ length: 100 }, () => client.getUserBalance({}, { signal }));
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals([added(), listening(), gates.length], [1, 1, 100]);
  for (const open of gates) open();
  await Promise.all(calls);
  assertEquals([added(), listening()], [1, 0]);
});

Deno.test("Client leaves no listener after a call, a stream, a watch or a download, however it ends", async () => {
  for (const status of ["0", "13"]) {
    const canned = cannedFetch(() =>
      grpcWeb([hex("0a 02 72 31 10 03")], { "grpc-status": status })
    );
    using client = cannedClient(canned);
    const { signal, added, listening } = countedSignal();
    const speech = { text: "а", voiceId: "v1" };
    const works = [
      () => client.checkStatus("r1", { signal }),
      () => client.waitForCompletion("r1", { signal }),
      () => client.streamSpeech(speech, { signal }).bytes(),
      () => client.streamSpeech(speech, { signal }).cancel(),
      () => client.downloadAudio({ audioUrl: "https://cdn.example/" }, { signal }).bytes(),
      async () => {
        for await (const _ of client.watchStatus("r1", { signal })) break;
      },
    ];
    for (const work of works) {
      await work().catch(() => {});
      assertEquals(listening(), 0, `${work}`);
    }
    assertEquals(added() >= works.length - 1, true);
  }
});

Deno.test("Each function that takes a signal leaves no listener on it, however it ends", async () => {
  await using rig = await setUp({ emulator: { streamPace: 0 } });
  const { client, emulator } = rig;
  const folder = await Deno.makeTempDir();
  const request = { ...GENERATE, text: "Сайн уу? Баяртай. Дахин уулзъя." };
  async function drain(items: AsyncIterable<unknown>, isLeft: boolean): Promise<void> {
    for await (const _ of items) if (isLeft) break;
  }
  async function* sentences() {
    yield "Сайн уу? ";
    yield "Баяртай. ";
  }
  type Work = (signal: AbortSignal, isLeft: boolean) => Promise<unknown>;
  const works: Readonly<Record<string, Work>> = {
    retry: (signal) => {
      let calls = 0;
      const checkTwice = () => {
        if (calls++ === 0) throw new Error("the first");
        return client.checkStatus("");
      };
      return retry(checkTwice, { signal, baseDelay: 1, retryExceptions: [Error] });
    },
    speak: async (signal, isLeft) => drain(await client.speak(GENERATE, { signal }), isLeft),
    "job.watch": async (signal, isLeft) => {
      const job = await client.submit(GENERATE, { signal });
      await drain(job.watch({ signal }), isLeft);
    },
    narrate: (signal, isLeft) => drain(narrate(client, request, { signal }), isLeft),
    batch: (signal, isLeft) =>
      drain(batch(client, [GENERATE, { ...GENERATE, text: "Баяртай." }], { signal }), isLeft),
    speakLive: (signal, isLeft) =>
      drain(speakLive(client, sentences(), { voiceId: STREAM.voiceId, signal }), isLeft),
    saveAudio: (signal) =>
      saveAudio(`${folder}/audio.wav`, client.streamSpeech(STREAM), { overwrite: true, signal }),
  };
  try {
    for (const [name, work] of Object.entries(works)) {
      for (const end of ["whole", "left", "failed"]) {
        const { signal, added, listening } = countedSignal();
        if (end === "failed") emulator.addFault({ kind: "error", code: 13, times: 99 });
        await work(signal, end === "left").catch(() => {});
        emulator.clearFaults();
        assertEquals([added() > 0, listening()], [true, 0], `${name}, ${end}`);
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
