// An option that does not exist is refused by name, in every function of the package that takes options.

import { assertEquals, assertMatch } from "@std/assert";
import {
  audioFormat,
  encodeWav,
  interruptedJobs,
  isSafeToRetry,
  repairWav,
  retry,
  wavHeader,
} from "../../mod.ts";
import { createTsetsen } from "../../src/ai/mod.ts";
import { connectTransport } from "../../src/connect/mod.ts";
import { encode } from "../../src/encode/mod.ts";
import { ManualClock, startEmulator } from "../../src/emulator/mod.ts";
import { serveGrpc } from "../../src/emulator/native.ts";
import { keptAudio, repairWavFile, saveAudio } from "../../src/file/mod.ts";
import { grpcTransport } from "../../src/grpc/mod.ts";
import { leanTransport } from "../../src/lean/mod.ts";
import { speakLive } from "../../src/live/mod.ts";
import { fileStore } from "../../src/narration/file_store.ts";
import {
  batch,
  checkStore,
  cues,
  memoryStore,
  narrate,
  plan,
  savedBatch,
  savedNarration,
  toPcm,
  toSrt,
} from "../../src/narration/mod.ts";
import { play } from "../../src/player/mod.ts";
import { createProxy, transportFetch } from "../../src/proxy/mod.ts";
import {
  checkText,
  countCharacters,
  MarkupStripper,
  repairText,
  splitSentences,
  splitText,
  stripMarkup,
} from "../../src/text/mod.ts";
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
    encode: () => encode(new Uint8Array(2), any({ format: "wav", quux: 1 })),
    fileStore: () => fileStore("nowhere", UNKNOWN),
    grpcTransport: () => grpcTransport(UNKNOWN),
    leanTransport: () => leanTransport(UNKNOWN),
    narrate: () => narrate(client, request, UNKNOWN),
    plan: () => plan("Сайн.", UNKNOWN),
    play: () => play(new Uint8Array(2), UNKNOWN),
    retry: () => retry(() => 1, UNKNOWN),
    saveAudio: () => saveAudio("nowhere.wav", new Uint8Array(2), UNKNOWN),
    serveGrpc: () => serveGrpc(any({}), UNKNOWN),
    speakLive: () =>
      speakLive(client, any((async function* () {})()), any({ voiceId: "v1", quux: 1 })),
    splitSentences: () => splitSentences("Сайн.", UNKNOWN),
    splitText: () => splitText("Сайн.", UNKNOWN),
    startEmulator: () => startEmulator(UNKNOWN),
    toPcm: () => toPcm([new Uint8Array(2)], UNKNOWN),
    toSrt: () => toSrt([], UNKNOWN),
  };
  for (const [name, call] of Object.entries(calls)) {
    const error = await failureOf(call);
    assertEquals(error.constructor, TypeError, `${name}: ${error}`);
    assertMatch(error.message, /^quux is not an option: there are /, name);
  }
  assertEquals(canned.sent.length, 0);
});

Deno.test("Every function names what must be in place of an early argument of the wrong type", async () => {
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

/** Values of the wrong type, the strings among them with a secret. */
const WRONG: readonly unknown[] = [
  undefined,
  null,
  7n,
  true,
  Symbol("s"),
  () => {},
  Promise.resolve(),
  "нууц tsetsen-prod-SECRET",
];

Deno.test("Every function refuses a first argument of any wrong type in the same words", async () => {
  const canned = cannedFetch(() => grpcWeb([]));
  using client = cannedClient(canned);
  const request = { text: "Сайн", voiceId: "v1" };
  const store = memoryStore();
  const { speech } = createTsetsen({ client });
  const model = speech("beta-v0.2");
  const takers: Record<string, (value: unknown) => unknown> = {
    "Client.generateSpeech": (value) => client.generateSpeech(any(value)),
    "Client.streamSpeech": (value) => client.streamSpeech(any(value)),
    "Client.downloadAudio": (value) => client.downloadAudio(any(value)),
    "LiveSpeech.spoken": (value) =>
      speakLive(client, any((async function* () {})()), { voiceId: "v1" })
        .spoken(any(value ?? null)),
    "ManualClock.advance": (value) => new ManualClock().advance(any(value)),
    "SpeechModel.doGenerate": (value) => model.doGenerate(any(value)),
    "SpeechModel.doStream": (value) => model.doStream?.(any(value)),
    audioFormat: (value) => audioFormat(any(value)),
    batch: (value) => batch(client, any(value)),
    checkStore: (value) => checkStore(any(value)),
    cues: (value) => cues("Сайн.", any(value)),
    encode: (value) => encode(any(value), { format: "wav" }),
    encodeWav: (value) => encodeWav(any(value)),
    "encodeWav, a piece": (value) => encodeWav([any(value)]),
    narrate: (value) => narrate(any(value), request),
    play: (value) => play(any(value)),
    repairWav: (value) => repairWav(any(value)),
    "repairText, findings": (value) => repairText("Сайн.", any(value ?? null)),
    saveAudio: (value) => saveAudio("nowhere.wav", any(value)),
    savedBatch: (value) => savedBatch(any(value), "key"),
    savedNarration: (value) => savedNarration(any(value), "key"),
    serveGrpc: (value) => serveGrpc(any(value)),
    "speakLive, the text": (value) => speakLive(client, any(value), { voiceId: "v1" }),
    toPcm: (value) => toPcm(any(value)),
    "toPcm, a piece": (value) => toPcm([any(value)]),
    toSrt: (value) => toSrt(any(value)),
    "toSrt, a cue": (value) => toSrt([any(value)]),
    transportFetch: (value) => transportFetch(any(value)),
    wavHeader: (value) => wavHeader(any(value ?? null)),
  };
  const ofText: Record<string, (value: unknown) => unknown> = {
    "FileStore.remove": (value) => fileStore("nowhere").remove(any(value)),
    "MarkupStripper.push": (value) => new MarkupStripper().push(any(value)),
    checkText: (value) => checkText(any(value)),
    countCharacters: (value) => countCharacters(any(value)),
    plan: (value) => plan(any(value)),
    repairText: (value) => repairText(any(value)),
    repairWavFile: (value) => repairWavFile(any(value)),
    savedBatch: (value) => savedBatch(store, any(value)),
    savedNarration: (value) => savedNarration(store, any(value)),
    splitText: (value) => splitText(any(value)),
    stripMarkup: (value) => stripMarkup(any(value)),
  };
  for (const [takes, values] of [[takers, WRONG], [ofText, WRONG.slice(0, -1)]] as const) {
    for (const [name, take] of Object.entries(takes)) {
      for (const value of values) {
        const error = await failureOf(() => take(value));
        const about = `${name} of ${typeof value}: ${error}`;
        assertEquals(error.constructor, TypeError, about);
        assertMatch(error.message, / must be .*: got /, about);
        assertEquals(/SECRET|нууц/.test(error.message), false, about);
      }
    }
  }
  // These look at errors, which may be anything.
  for (const value of WRONG) {
    assertEquals(isSafeToRetry(value), Object(value) === value);
    assertEquals([...interruptedJobs(value), ...keptAudio(value)], []);
  }
  assertEquals(canned.sent.length, 0);
});

Deno.test("Every function refuses options that were not awaited, or a signal in their place, before anything is sent", async () => {
  const canned = cannedFetch(() => grpcWeb([]));
  using client = cannedClient(canned);
  const request = { text: "Сайн", voiceId: "v1" };
  const calls: Record<string, (options: unknown) => unknown> = {
    "Client.getUserBalance": (options) => client.getUserBalance({}, any(options)),
    "Client.generateSpeech": (options) => client.generateSpeech(request, any(options)),
    "Client.speak": (options) => client.speak(request, any(options)),
    "Client.streamSpeech": (options) => client.streamSpeech(request, any(options)),
    batch: (options) => batch(client, [request], any(options)),
    createProxy: (options) => createProxy(any(options)),
    encode: (options) => encode(new Uint8Array(2), any(options)),
    narrate: (options) => narrate(client, request, any(options)),
    play: (options) => play(new Uint8Array(2), any(options)),
    plan: (options) => plan("Сайн.", any(options)),
    saveAudio: (options) => saveAudio("nowhere.wav", new Uint8Array(2), any(options)),
    startEmulator: (options) => startEmulator(any(options)),
  };
  for (const [name, call] of Object.entries(calls)) {
    const early = await failureOf(() => call(Promise.resolve({ signal: undefined })));
    assertEquals(early.constructor, TypeError, `${name}: ${early}`);
    assertMatch(early.message, /^options must be .*: got a promise that was not awaited$/, name);
    if (name === "startEmulator") continue;
    const misplaced = await failureOf(() => call(new AbortController().signal));
    assertEquals(misplaced.constructor, TypeError, `${name}: ${misplaced}`);
    assertMatch(misplaced.message, / is not an option: /, name);
  }
  assertEquals(canned.sent.length, 0);
});

Deno.test("Job.wait refuses an unknown option also when the job has ended", async () => {
  const ended = [
    0x0a,
    1,
    0x72,
    0x10,
    3,
    0x1a,
    19,
    ...new TextEncoder().encode("https://a.example/x"),
  ];
  using client = cannedClient(cannedFetch(() => grpcWeb([new Uint8Array(ended)])));
  const job = client.job("r");
  await job.wait();
  const error = await failureOf(() => job.wait(UNKNOWN));
  assertMatch(error.message, /^quux is not an option: /);
});
