// An option that does not exist is refused by name, in every function of the package that takes options.

import { assertEquals, assertMatch } from "@std/assert";
import { encodeWav } from "../../mod.ts";
import { createTsetsen } from "../../src/ai/mod.ts";
import { connectTransport } from "../../src/connect/mod.ts";
import { startEmulator } from "../../src/emulator/mod.ts";
import { serveGrpc } from "../../src/emulator/native.ts";
import { saveAudio } from "../../src/file/mod.ts";
import { grpcTransport } from "../../src/grpc/mod.ts";
import { leanTransport } from "../../src/lean/mod.ts";
import { speakLive } from "../../src/live/mod.ts";
import { fileStore } from "../../src/narration/file_store.ts";
import { batch, narrate, plan, toSrt } from "../../src/narration/mod.ts";
import { createProxy } from "../../src/proxy/mod.ts";
import { splitSentences, splitText } from "../../src/text/mod.ts";
import { cannedClient, cannedFetch, failureOf, grpcWeb } from "../support/canned_fetch.ts";

// deno-lint-ignore no-explicit-any -- bad input has every type
const any = (value: unknown): any => value;
const UNKNOWN = any({ quux: 1 });

Deno.test("Every function that takes options refuses one that does not exist, and sends nothing", async () => {
  const canned = cannedFetch(() => grpcWeb([]));
  using client = cannedClient(canned);
  const request = { text: "Сайн", voiceId: "v1" };
  const calls: Record<string, () => unknown> = {
    "Client.downloadAudio": () =>
      client.downloadAudio({ audioUrl: "https://a.example/x", requestId: "r" }, UNKNOWN),
    "Client.speak": () => client.speak(request, UNKNOWN),
    "Client.waitForCompletion": () => client.waitForCompletion("r", UNKNOWN),
    "Job.audio": () => client.job("r").audio(UNKNOWN),
    "Job.wait": () => client.job("r").wait(UNKNOWN),
    batch: () => batch(client, [request], UNKNOWN),
    connectTransport: () => connectTransport(UNKNOWN),
    createProxy: () => createProxy(UNKNOWN),
    createTsetsen: () => createTsetsen(any({ client, quux: 1 })),
    fileStore: () => fileStore("nowhere", UNKNOWN),
    grpcTransport: () => grpcTransport(UNKNOWN),
    leanTransport: () => leanTransport(UNKNOWN),
    narrate: () => narrate(client, request, UNKNOWN),
    plan: () => plan("Сайн.", UNKNOWN),
    saveAudio: () => saveAudio("nowhere.wav", new Uint8Array(2), UNKNOWN),
    serveGrpc: () => serveGrpc(any({}), UNKNOWN),
    speakLive: () =>
      speakLive(client, any((async function* () {})()), any({ voiceId: "v1", quux: 1 })),
    splitSentences: () => splitSentences("Сайн.", UNKNOWN),
    splitText: () => splitText("Сайн.", UNKNOWN),
    startEmulator: () => startEmulator(UNKNOWN),
    toSrt: () => toSrt([], UNKNOWN),
  };
  for (const [name, call] of Object.entries(calls)) {
    const error = await failureOf(call);
    assertEquals(error.constructor, TypeError, `${name}: ${error}`);
    assertMatch(error.message, /^quux is not an option: there are /, name);
  }
  assertEquals(canned.sent.length, 0);
});

Deno.test("A value of the wrong type in an early place is told by what must be there", async () => {
  using client = cannedClient(cannedFetch(() => grpcWeb([])));
  const request = { text: "Сайн", voiceId: "v1" };
  const calls: [call: () => unknown, message: RegExp][] = [
    [() => narrate(any({}), request), /^client must be a Client of this package: got object/],
    [() => batch(any(undefined), [request]), /^client must be a Client/],
    [() => batch(client, any(5)), /^items must be an iterable of requests: got 5/],
    [() => speakLive(any("x"), any([]), any({})), /^client must be a Client/],
    [() => saveAudio(any(undefined), new Uint8Array(2)), /^path must be a string: got undefined/],
    [() => saveAudio("a.wav", any(Promise.resolve())), /^audio must be audio of this package, /],
    [
      () => saveAudio("a.wav", new Uint8Array(2), any({ overwrite: "false" })),
      /^overwrite must be/,
    ],
    [() => encodeWav(any("x")), /^pcm must be bytes: got a string/],
    [() => client.listVoices(any({ signal: 1 })), /signal is not a field .* it is an option/],
  ];
  for (const [call, message] of calls) {
    const error = await failureOf(call);
    assertEquals(error.constructor, TypeError, `${error}`);
    assertMatch(error.message, message);
  }
});
