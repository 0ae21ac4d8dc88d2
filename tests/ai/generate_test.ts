import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { createProviderRegistry, generateSpeech } from "ai";
import { experimental_generateSpeech as generateSpeech6 } from "ai6";
import { experimental_generateSpeech as generateSpeech5 } from "ai5";
import { InvalidRequestError } from "../../mod.ts";
import { createTsetsen } from "../../src/ai/mod.ts";
import { failure, setUp } from "../support/rig.ts";
import { type Generate, problemsOf } from "./suite.ts";

Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });

const VOICE = "emulator-v2-bold";
const CALL = { text: "Сайн байна уу?", voice: VOICE } as const;

// That the types of each version take the model is checked here, too.
const VERSIONS: Record<string, [Generate, "v2" | "v3" | "v4"]> = {
  "ai 7": [(call) => generateSpeech(call) as ReturnType<Generate>, "v4"],
  "ai 6": [(call) => generateSpeech6(call) as ReturnType<Generate>, "v3"],
  "ai 5": [(call) => generateSpeech5(call) as ReturnType<Generate>, "v2"],
};

for (const [name, [generate, version]] of Object.entries(VERSIONS)) {
  Deno.test(`generateSpeech of ${name} pays once under every fault, and its errors know it`, async () => {
    assertEquals(await problemsOf(generate, version), []);
  });
}

Deno.test("createTsetsen is a provider of registries, and has no models but those of speech", async () => {
  await using rig = await setUp();
  const tsetsen = createTsetsen({ client: rig.client, voice: VOICE });
  const registry = createProviderRegistry({ tsetsen });
  const model = registry.speechModel("tsetsen:beta-v0.2");
  const { audio } = await generateSpeech({ model, text: CALL.text, speed: 20 });
  assertEquals(audio.format, "wav");
  assertThrows(() => tsetsen.languageModel("x"), InvalidRequestError, "speech only");
  assertThrows(() => createTsetsen({ client: {} as typeof rig.client }), TypeError, "client must");
  assertThrows(() => tsetsen.speech("not a version"), InvalidRequestError, "version must be");
});

Deno.test("generateSpeech warns of what has no effect, in the words of each version", async () => {
  await using rig = await setUp();
  const asked = { ...CALL, instructions: "slowly", language: "en", outputFormat: "mp3" } as const;
  const model = createTsetsen({ client: rig.client }).speech("beta-v0.2");
  const { warnings } = await generateSpeech({ ...asked, model });
  assertEquals(warnings.map(({ type }) => type), Array(3).fill("unsupported"));
  assertEquals(
    warnings.map((warning) => "feature" in warning && warning.feature),
    ["instructions", "language", "outputFormat"],
  );
  const old = createTsetsen({ client: rig.client, specificationVersion: "v2" });
  const older = await generateSpeech5({ ...asked, model: old.speech("beta-v0.2") });
  assertEquals(older.warnings.map(({ type }) => type), Array(3).fill("unsupported-setting"));
  for (const language of ["mn", "mn-MN", "auto", "mn-Cyrl"]) {
    const { warnings } = await generateSpeech({ ...CALL, model, language, outputFormat: "wav" });
    assertEquals(warnings, []);
  }
});

Deno.test("SpeechModel refuses settings of another type before anything is sent, and takes null as not given", async () => {
  await using rig = await setUp();
  const model = createTsetsen({ client: rig.client, voice: VOICE }).speech("beta-v0.2");
  const call = { text: "а" };
  const wrong = [{ outputFormat: 5 }, { outputFormat: { type: "wav" } }, { language: 5 }, {
    instructions: ["slowly"],
  }];
  for (const settings of wrong) {
    const { message } = await failure(
      TypeError,
      model.doGenerate({ ...call, ...(settings as object) }),
    );
    assertMatch(message, /^(outputFormat|language|instructions) must be a string: got /);
  }
  const streamed = [{ outputFormat: "mp3" }, { outputFormat: {} }, {
    outputFormat: { type: "audio/pcm", rate: "24000" },
  }];
  for (const settings of streamed) {
    const text = new ReadableStream();
    const work = model.doStream({ text, ...(settings as object) });
    assertMatch((await failure(TypeError, work)).message, /^outputFormat/);
    // Nothing keeps the writer of the text waiting.
    assertEquals((await text.getReader().read()).done, true);
  }
  assertEquals(rig.emulator.requests.length, 0);
  const none = { outputFormat: null, language: null, instructions: null, voice: null };
  const { warnings } = await model.doGenerate({ ...call, ...(none as object) });
  assertEquals(warnings, []);
});

Deno.test("SpeechModel sends the headers of a record and of a Headers object", async () => {
  await using rig = await setUp();
  const model = createTsetsen({ client: rig.client, voice: VOICE }).speech("beta-v0.2");
  for (const headers of [{ "x-tenant": "a" }, new Headers({ "x-tenant": "a" })]) {
    await model.doGenerate({ text: "а", headers: headers as Record<string, string> });
    const sent = rig.emulator.requests.filter(({ method }) => method !== "Audio");
    assertEquals(sent.every(({ headers }) => headers["x-tenant"] === "a"), true);
  }
});

Deno.test("generateSpeech warns of the format that came, not of one that it expects", async () => {
  await using rig = await setUp();
  // A service whose files are MP3: two frames of it.
  const mp3 = new Uint8Array(2 * 192);
  for (const at of [0, 192]) mp3.set([0xff, 0xf3, 0x84, 0xc4], at);
  const ofMp3 = rig.open({
    fetch: (url, init) =>
      init?.method === "POST" ? fetch(url, init) : Promise.resolve(new Response(mp3)),
  });
  const formatWarnings = async (client: typeof rig.client, outputFormat?: string) => {
    const model = createTsetsen({ client }).speech("beta-v0.2");
    const { warnings } = await generateSpeech({
      ...CALL,
      model,
      ...(outputFormat && { outputFormat }),
    });
    return warnings.map((warning) => "details" in warning && warning.details);
  };
  const came = ["The audio is audio/mpeg."];
  assertEquals(await formatWarnings(ofMp3, "wav"), came);
  assertEquals(await formatWarnings(ofMp3, "flac"), came);
  for (const same of [undefined, "mp3", "audio/mpeg"]) {
    assertEquals(await formatWarnings(ofMp3, same), []);
  }
  assertEquals(await formatWarnings(rig.client, "mp3"), ["The audio is audio/wav."]);
  assertEquals(await formatWarnings(rig.client, "audio/x-wav"), []);
});

Deno.test("generateSpeech sends nothing for bad input, and headers of its caller only", async () => {
  await using rig = await setUp();
  const model = createTsetsen({ client: rig.client }).speech("beta-v0.2");
  const { text } = CALL;
  await failure(InvalidRequestError, generateSpeech({ model, text }));
  await failure(InvalidRequestError, generateSpeech({ model, ...CALL, text: "" }));
  await failure(InvalidRequestError, generateSpeech({ model, ...CALL, speed: -1 }));
  const wrong = { tsetsen: { pollIntervall: 1 } };
  await failure(TypeError, generateSpeech({ model, ...CALL, providerOptions: wrong }));
  assertEquals(rig.emulator.requests.length, 0);
  const providerOptions = { tsetsen: { pollInterval: 1, timeout: 10_000 } };
  await generateSpeech({ model, ...CALL, providerOptions, headers: { "x-trace": "1" } });
  const { headers } = rig.sent("GenerateSpeech")[0]!;
  const named = new Headers(headers as HeadersInit);
  assertEquals([named.get("x-trace"), named.get("user-agent")?.includes("ai/")], ["1", false]);
});
