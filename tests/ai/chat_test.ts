import { assertEquals } from "@std/assert";
import { simulateReadableStream } from "ai";
import { MockLanguageModelV4 } from "ai/test";
import { answer } from "../../examples/ai/chat.mjs";
import { rejection, setUp } from "../support/rig.ts";
import { seeded, sentTexts } from "../live/setup.ts";

const ANSWER = "**Сайн байна уу?** Би ирлээ. Тэр явлаа.";

const QUESTION: { role: "user" | "assistant"; content: string } = {
  role: "user",
  content: "Сайн уу?",
};

/** A model that writes the answer in tokens. */
function modelOf(text: string): MockLanguageModelV4 {
  const random = seeded(1);
  const deltas: string[] = [];
  for (let at = 0; at < text.length;) {
    const length = 1 + Math.floor(random() * 5);
    deltas.push(text.slice(at, at += length));
  }
  const usage = {
    inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 1, text: 1, reasoning: 0 },
  };
  return new MockLanguageModelV4({
    doStream: () =>
      Promise.resolve({
        stream: simulateReadableStream({
          initialDelayInMs: null,
          chunkDelayInMs: null,
          chunks: [
            { type: "text-start" as const, id: "1" },
            ...deltas.map((delta) => ({ type: "text-delta" as const, id: "1", delta })),
            { type: "text-end" as const, id: "1" },
            {
              type: "finish" as const,
              finishReason: { unified: "stop" as const, raw: undefined },
              usage,
            },
          ],
        }),
      }),
  });
}

Deno.test("examples/ai speaks what a model writes, and remembers what was spoken", async () => {
  await using rig = await setUp();
  const messages = [QUESTION];
  const spoken: string[] = [];
  const wav = await answer({
    client: rig.client,
    model: modelOf(ANSWER),
    voiceId: "emulator-v2-bold",
    messages,
    onSentence: (text) => spoken.push(text),
  });
  assertEquals(new TextDecoder().decode(wav.subarray(0, 4)), "RIFF");
  assertEquals(spoken, ["Сайн байна уу?", "Би ирлээ.", "Тэр явлаа."]);
  assertEquals(sentTexts(rig.emulator), spoken);
  assertEquals(messages.at(-1), { role: "assistant", content: spoken.join(" ") });
});

Deno.test("examples/ai buys nothing more when it is interrupted, and remembers what was heard", async () => {
  await using rig = await setUp();
  const controller = new AbortController();
  const messages = [QUESTION];
  await answer({
    client: rig.client,
    model: modelOf(`${ANSWER} ${"Дараа нь ирлээ. ".repeat(20)}`),
    voiceId: "emulator-v2-bold",
    messages,
    onSentence: () => controller.abort(),
    signal: controller.signal,
  });
  assertEquals(messages.at(-1)?.content, "Сайн байна уу?");
  assertEquals(rig.emulator.ledger.charges.length <= 2, true);
});

Deno.test("examples/ai speaks the complete sentences of a model that fails, and throws its failure", async () => {
  await using rig = await setUp();
  const broken = new Error("the model is gone");
  const model = new MockLanguageModelV4({
    doStream: () =>
      Promise.resolve({
        stream: new ReadableStream({
          start(controller) {
            controller.enqueue({ type: "text-start", id: "1" });
            controller.enqueue({ type: "text-delta", id: "1", delta: "Сайн байна уу? Би ир" });
            controller.enqueue({ type: "error", error: broken });
            controller.close();
          },
        }),
      }),
  });
  const options = { client: rig.client, model, voiceId: "emulator-v2-bold", onSentence: () => {} };
  assertEquals(await rejection(answer({ ...options, messages: [QUESTION] })), broken);
  assertEquals(sentTexts(rig.emulator), ["Сайн байна уу?"]);
});
