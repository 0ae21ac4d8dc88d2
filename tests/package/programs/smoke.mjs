// Calls, a stream and errors over one transport of the installed package; prints what came, and how memory grew.
// Usage: smoke <default|lean|grpc> <endpoint> <plain|intercepted>

import { memoryUsage } from "node:process";

const [speak, endpoint, interceptors] = process.argv.slice(2);
const { Client } = await import(speak === "lean" ? "@tsetsen/sdk/lean" : "@tsetsen/sdk");
const { grpcTransport } = await import("@tsetsen/sdk/grpc");
const seen = [];
const more = interceptors === "intercepted" && {
  interceptors: [(next) => async (request) => {
    seen.push(request.method.name);
    const response = await next(request);
    if (!response.stream) return response;
    return { ...response, message: each(response.message) };
  }],
};
async function* each(messages) {
  for await (const message of messages) yield message;
}
const client = new Client({
  apiKey: "tsetsen-development-emulator",
  ...(speak === "grpc"
    ? { transport: grpcTransport({ endpoint, ...more }) }
    : { endpoint, ...more }),
});
const result = { speak };
const { voices } = await client.listVoices({ version: "beta-v0.2" });
result.voices = voices.length > 0;
const text = "Сайн байна уу?";
const { requestId } = await client.generateSpeech({ text, voiceId: "emulator-v1-bold" });
const done = await client.waitForCompletion(requestId, { pollInterval: 10 });
result.status = done.status;
result.credits = typeof (await client.getUserBalance()).credits;
const refused = await client.generateSpeech({ text, voiceId: "nobody" }).catch((error) => error);
result.refused = [refused.name, refused.charged];

let bytes = 0, start, most = 0;
for await (const chunk of client.streamSpeech({ text, voiceId: "emulator-v2-bold" })) {
  bytes += chunk.length;
  // A runtime's own warm-up is over after some megabytes.
  if (bytes < 16 * 2 ** 20) continue;
  const now = memoryUsage().rss;
  start ??= now;
  most = Math.max(most, now);
}
client.close();
result.bytes = bytes;
result.growth = most - start;
if (interceptors === "intercepted") result.seen = [...new Set(seen)].length;
console.log(JSON.stringify(result));
