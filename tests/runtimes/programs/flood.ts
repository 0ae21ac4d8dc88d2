// Reads a stream that sends messages without audio for ever, and prints how it ended and when.
// Usage: flood <endpoint> <grpc-web|lean> <timeout|idleTimeout>

import { Client, TsetsenError } from "../../../mod.ts";
import { args, place, say } from "./host.ts";

const [endpoint = "", speak, limit = ""] = args;
const client = new Client({ ...place(endpoint, speak), apiKey: "tsetsen-development-emulator" });
const stream = client.streamSpeech(
  { text: "Сайн байна уу?", voiceId: "emulator-v2-bold" },
  { [limit]: 300 },
);
const start = performance.now();
let name = "none";
try {
  await stream.bytes();
} catch (error) {
  if (error instanceof TsetsenError) name = error.name;
}
say({ name, ms: Math.round(performance.now() - start) });
client.close();
