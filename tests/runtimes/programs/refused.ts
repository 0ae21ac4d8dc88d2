// A call that costs credits, to a port where nothing listens.
// Usage: refused <endpoint>

import { Client, type TsetsenError } from "../../../mod.ts";
import { args, say } from "./host.ts";

const [endpoint = ""] = args;
const retries: number[] = [];
const client = new Client({
  endpoint,
  apiKey: "tsetsen-development-emulator",
  secure: false,
  maxRetries: 1,
  backoff: { baseDelay: 5 },
  log: ({ attempt }) => retries.push(attempt),
});
try {
  await client.generateSpeech({ text: "Сайн байна уу?", voiceId: "a-voice" });
} catch (error) {
  const { code, charged } = error as TsetsenError;
  say({ code, charged, retries });
}
client.close();
