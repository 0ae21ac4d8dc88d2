// Reads a long stream and tells how much memory grew while it came.
// Usage: memory <endpoint> [grpc]

import { Client } from "../../../mod.ts";
import { args, memory, place, say } from "./host.ts";

const [endpoint = "", speak] = args;
const client = new Client({ ...place(endpoint, speak), apiKey: "tsetsen-development-emulator" });
const stream = client.streamSpeech({ text: "Сайн байна уу?", voiceId: "emulator-v2-bold" });

let bytes = 0;
let start: number | undefined;
let most = 0;
for await (const chunk of stream) {
  bytes += chunk.length;
  // A runtime's own warm-up is over after some megabytes.
  if (bytes < 16 * 2 ** 20) continue;
  const now = memory();
  start ??= now;
  most = Math.max(most, now);
}
client.close();
say({ bytes, growth: most - (start ?? 0) });
