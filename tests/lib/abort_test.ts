// Listening to a signal once, however many share it.

import { assertEquals } from "@std/assert";
import { onAbort } from "../../src/lib/abort.ts";
import { cannedClient, cannedFetch, grpcWeb } from "../support/canned_fetch.ts";
import { hex } from "../support/hex.ts";
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

Deno.test("onAbort bears callbacks that stop listening, or others, while they are called", () => {
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
