// The calls of a client where old libraries have added to the prototypes of the language, and nothing
// can add a global. Prints what came of each.
// Usage: polluted <endpoint>

import { Client, retry } from "../../../mod.ts";
import { checkText, splitText } from "../../../src/text/mod.ts";
import { Client as LeanClient } from "../../../src/lean/mod.ts";
import { narrate } from "../../../src/narration/mod.ts";
import { createProxy } from "../../../src/proxy/mod.ts";
import { args, say } from "./host.ts";

const [endpoint] = args;
for (const { prototype } of [Object, Array, String, Function]) {
  // By assignment, as they do it: it is listed by a loop over any object.
  Object.assign(prototype, { oldHelper() {} });
}

// Hardened programs let nobody add a global: this is the one that the copies of the package share.
Object.defineProperty(globalThis, Symbol.for("@tsetsen/sdk/memory"), { value: undefined });

const apiKey = "tsetsen-development-emulator";
const text = "Сайн байна уу?";
for (const Class of [Client, LeanClient]) {
  const client = new Class({ apiKey, endpoint, secure: false, backoff: { baseDelay: 5 } });
  const { voices } = await client.listVoices({ version: "beta-v0.2" }, { timeout: 20_000 });
  const speech = await client.speak({ text, voiceId: "emulator-v1-bold" }, { pollInterval: 5 });
  const wav = await speech.bytes();
  const pcm = await client.streamSpeech({ text, voiceId: "emulator-v2-bold" }, {}).bytes();
  const narration = narrate(client, { text, voiceId: "emulator-v1-bold" });
  let isNarrated = false;
  for await (const { length } of narration) isNarrated = length > 0;
  say({
    voices: voices.length,
    hasId: speech.requestId !== undefined,
    wav: wav.length,
    pcm: pcm.length,
    isNarrated,
    pause: splitText(`${text}\n\n${text}`, { pauseScale: 2 })[0]?.pause,
    findings: checkText(text).length,
    retried: await retry(() => "called", { maxRetries: 1 }),
    proxy: typeof createProxy({ apiKey, endpoint }),
    unknown: String(await client.listVoices({}, { baseUrl: "x" } as object).catch((e) => e)),
  });
  client.close();
}
