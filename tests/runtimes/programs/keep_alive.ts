// A call that succeeds, and then one that the server answers by closing the kept connection.
// Usage: keep_alive <endpoint> <GenerateSpeech|StreamSpeech>

import { Client, type TsetsenError } from "../../../mod.ts";
import { args, say, sleep } from "./host.ts";

const [endpoint = "", method = ""] = args;
const client = new Client({
  endpoint,
  apiKey: "tsetsen-development-emulator",
  secure: false,
  backoff: { baseDelay: 5 },
});
const speech = { text: "Сайн байна уу?", voiceId: "a-voice" };

await client.getUserBalance();
// Node gives a connection back to its pool a moment later.
await sleep(100);
try {
  if (method === "StreamSpeech") await client.streamSpeech(speech).bytes();
  else await client.generateSpeech(speech);
  say({ name: "succeeded" });
} catch (error) {
  const { name, charged } = error as TsetsenError;
  say({ name, charged });
}
client.close();
