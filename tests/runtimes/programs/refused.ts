// A call that costs credits, to a port where nothing listens.
// Usage: refused <endpoint> [grpc|grpc-web [GenerateSpeech|StreamSpeech]]

import { Client, type TsetsenError } from "../../../mod.ts";
import { args, place, say } from "./host.ts";

const [endpoint = "", speak, method = "GenerateSpeech"] = args;
const retries: number[] = [];
const client = new Client({
  ...place(endpoint, speak),
  apiKey: "tsetsen-development-emulator",
  maxRetries: 1,
  backoff: { baseDelay: 5 },
  log: ({ type, attempt }) => type === "retry" && retries.push(attempt),
});
const speech = { text: "Сайн байна уу?", voiceId: "a-voice" };
try {
  await (method === "GenerateSpeech"
    ? client.generateSpeech(speech)
    : client.streamSpeech(speech).bytes());
} catch (error) {
  const { code, charged } = error as TsetsenError;
  say({ code, charged, retries });
}
client.close();
