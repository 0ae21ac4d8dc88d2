import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { experimental_streamSpeech as streamSpeech } from "ai";
import { TsetsenError } from "../../mod.ts";
import { createTsetsen } from "../../src/ai/mod.ts";
import { failure, rejection, setUp, within } from "../support/rig.ts";
import { audioOf, sentences, source, timesPaid, tokens, VOICE } from "../live/setup.ts";
import { until } from "../support/until.ts";
import { concat } from "../support/hex.ts";

Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });

const { voiceId: voice, speed } = VOICE;

Deno.test("experimental_streamSpeech gives the sentences of a text that comes, as PCM", async () => {
  await using rig = await setUp();
  const model = createTsetsen({ client: rig.client, voice }).speech("beta-v0.2");
  const text = tokens("**Сайн байна уу?** Би ирлээ.");
  const result = streamSpeech({ model, text, speed, language: "en" });
  const parts: Uint8Array[] = [];
  for await (const part of result.fullStream) {
    if (part.type !== "audio") continue;
    assertEquals(part.audioFormat, { type: "audio/pcm", rate: 24_000 });
    parts.push(part.audio);
  }
  const [first, second] = [
    await audioOf(rig.client, "Сайн байна уу?"),
    await audioOf(rig.client, "Би ирлээ."),
  ];
  const pause = new Uint8Array(2 * 24 * 25);
  assertEquals(concat(...parts), concat(first, pause, second));
  assertEquals(await result.usage, { inputCharacters: 23 });
  assertEquals((await result.warnings).length, 1);
  const { tsetsen } = await result.providerMetadata;
  assertEquals(tsetsen, {
    samples: concat(...parts).length / 2,
    sentences: [
      { text: "Сайн байна уу?", start: 0, samples: first.length / 2 },
      {
        text: "Би ирлээ.",
        start: (first.length + pause.length) / 2,
        samples: second.length / 2,
      },
    ],
  });
});

Deno.test("experimental_streamSpeech buys nothing more when it is aborted or cancelled, and releases the text", async () => {
  const texts = sentences(6);
  for (const how of ["abort", "cancel"] as const) {
    await using rig = await setUp();
    const text = source();
    text.write(`${texts.join(" ")} За`);
    const model = createTsetsen({ client: rig.client, voice }).speech("beta-v0.2");
    const controller = new AbortController();
    const { signal: abortSignal } = controller;
    const { audioStream } = streamSpeech({ model, text, speed, abortSignal });
    const reader = audioStream.getReader();
    await reader.read();
    if (how === "abort") {
      controller.abort(new Error("enough"));
      assertEquals((await rejection(reader.read()) as Error).message, "enough");
    } else await reader.cancel();
    await until(() => rig.emulator.activeStreams === 0);
    const paid = timesPaid(rig.emulator, texts);
    assert(paid.reduce((sum, times) => sum + times, 0) <= 3, `${paid}`);
    await until(() => text.left);
    assertEquals(timesPaid(rig.emulator, texts), paid);
  }
});

Deno.test("experimental_streamSpeech never sends a sentence again, and fails with this package's error", async () => {
  await using rig = await setUp();
  rig.emulator.addFault({ kind: "error", code: "UNAVAILABLE", method: "StreamSpeech" });
  const model = createTsetsen({ client: rig.client, voice }).speech("beta-v0.2");
  const result = streamSpeech({ model, text: "Сайн байна уу?", speed });
  const error = await within(failure(TsetsenError, Promise.resolve(result.usage)));
  assertEquals([error.charged, rig.sent("StreamSpeech").length], ["unknown", 1]);
});

Deno.test("SpeechModel.doStream names what a part must be, and refuses a text that has a reader", async () => {
  await using rig = await setUp();
  const model = createTsetsen({ client: rig.client, voice }).speech("beta-v0.2");
  for (const part of [null, "Сайн.", { type: "text" }]) {
    const text = ReadableStream.from([part]) as ReadableStream;
    const { stream } = await model.doStream({ text });
    const { message } = await failure(TypeError, Array.fromAsync(stream));
    assertMatch(message, /^each part of text must be an object \{ type: "text", text \}/);
  }
  const read = new ReadableStream();
  const reader = read.getReader();
  const refused = await failure(TypeError, model.doStream({ text: read }));
  assertMatch(refused.message, /^text must be .* that nothing reads/);
  await reader.cancel();
  const text = ReadableStream.from([{ type: "text", text: "Сайн уу?", voice: null }] as never[]);
  const { stream } = await model.doStream({ text, speed });
  assertEquals((await Array.fromAsync(stream)).at(-1)?.type, "finish");
  assertEquals(timesPaid(rig.emulator, ["Сайн уу?"]), [1]);
});

Deno.test("experimental_streamSpeech refuses a part of another voice, and speaks by jobs where there are no streams", async () => {
  await using rig = await setUp();
  const tsetsen = createTsetsen({ client: rig.client, voice });
  const other = [{ type: "text" as const, text: "Сайн уу?", voice: "emulator-v2-tuya" }];
  const refused = streamSpeech({ model: tsetsen.speech("beta-v0.2"), text: other });
  await assertRejects(() => Promise.resolve(refused.usage), TsetsenError, "voice of a part");
  assertEquals(rig.emulator.requests.length, 0);
  const model = tsetsen.speech("beta-v0.1");
  const { usage } = streamSpeech({ model, text: "Сайн уу?", voice: "emulator-v1-bold" });
  assertEquals(await usage, { inputCharacters: 8 });
  assertEquals(rig.emulator.ledger.charges.map(({ kind }) => kind), ["generate"]);
});
