// @ts-check
// A chat that speaks, on Node.js, Bun and Deno: it prints each sentence of an answer when its speech begins, and writes each answer
// as a WAV file. A question while it speaks interrupts it.
//
//     npm install ai@7 @tsetsen/sdk
//     node chat.mjs
//
// The keys come from TSETSEN_API_KEY and AI_GATEWAY_API_KEY; MODEL names another model of the gateway.

import { mkdir, writeFile } from "node:fs/promises";
import process from "node:process";
import { createInterface } from "node:readline/promises";
import { pathToFileURL } from "node:url";
import { streamText } from "ai";
import { Client, encodeWav, SAMPLE_RATE } from "@tsetsen/sdk";
import { speakLive } from "@tsetsen/sdk/live";

const INSTRUCTIONS = "Монголоор, товч, ярианы хэлээр хариул.";

/**
 * Answers one question aloud.
 *
 * @param {object} options
 * @param {Client} options.client The client that speaks.
 * @param {import("ai").LanguageModel} options.model The model that writes.
 * @param {string} options.voiceId The voice.
 * @param {{ role: "user" | "assistant", content: string }[]} options.messages The conversation. What is spoken is added to it.
 * @param {(text: string, seconds: number) => void} options.onSentence Is told of each sentence that begins.
 * @param {AbortSignal} [options.signal] Interrupts the answer: nothing more is written, and nothing more is bought.
 * @returns {Promise<Uint8Array>} What was spoken, as a WAV file.
 */
export async function answer({ client, model, voiceId, messages, onSentence, signal }) {
  /** @type {unknown} */
  let failure;
  const { textStream } = streamText({
    model,
    system: INSTRUCTIONS,
    messages,
    onError: ({ error }) => void (failure = error),
    ...(signal && { abortSignal: signal }),
  });
  async function* tokens() {
    yield* textStream;
    // textStream itself ends quietly when the model fails.
    if (failure !== undefined) throw failure;
  }
  const speech = speakLive(client, tokens(), {
    voiceId,
    onSentence: ({ text, start = 0 }) => onSentence(text, start / SAMPLE_RATE),
  });
  // Leaves the loop instead of failing: what was spoken is kept.
  signal?.addEventListener("abort", () => void speech.cancel(), { once: true });
  /** @type {Uint8Array[]} */
  const chunks = [];
  // A program with a loudspeaker plays each chunk here, and reads on when it has been played.
  for await (const chunk of speech) chunks.push(chunk);
  const { text } = speech.spoken();
  // The model remembers what its listener has heard, not what it wanted to say.
  if (text !== "") messages.push({ role: "assistant", content: text });
  return encodeWav(chunks);
}

async function main() {
  const model = process.env["MODEL"] ?? "openai/gpt-5-mini";
  const client = new Client();
  try {
    const { voices } = await client.listVoices({ version: "beta-v0.2" });
    const [voice] = voices;
    if (voice === undefined) throw new Error("The service has no voice that streams.");
    await mkdir("answers", { recursive: true });
    /** @type {{ role: "user" | "assistant", content: string }[]} */
    const messages = [];
    /** @type {AbortController | undefined} */
    let interrupt;
    /** @type {Promise<void>} */
    let speaking = Promise.resolve();
    // Made here, because a line that comes before the loop is lost.
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    const prompt = () => void process.stdout.write("> ");
    prompt();
    for await (const question of terminal) {
      interrupt?.abort();
      await speaking;
      interrupt = new AbortController();
      messages.push({ role: "user", content: question });
      const onSentence = (/** @type {string} */ text, /** @type {number} */ seconds) =>
        console.log(`${seconds.toFixed(1).padStart(6)} s  ${text}`);
      const { signal } = interrupt;
      speaking = answer({ client, model, voiceId: voice.id, messages, onSentence, signal })
        .then((wav) => writeFile(`answers/${Date.now()}.wav`, wav, { flag: "wx" }))
        .catch((error) => console.error(`${error}`))
        .then(() => prompt());
    }
    await speaking;
  } finally {
    client.close();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main();
