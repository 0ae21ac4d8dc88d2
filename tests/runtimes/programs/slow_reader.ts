// Opens streams over native gRPC and reads nothing for a while, makes another call meanwhile, then reads on; tells how long
// that call took, how much memory grew, and what came of the streams.
// Usage: slow_reader <endpoint> <number of streams>

import { Client } from "../../../mod.ts";
import { args, memory, place, say, sleep } from "./host.ts";

const [endpoint = "", count] = args;
const client = new Client({ ...place(endpoint, "grpc"), apiKey: "tsetsen-development-emulator" });
const speech = { text: "Сайн байна уу?", voiceId: "a-voice" };
const streams = Array.from({ length: Number(count) }, () => client.streamSpeech(speech));
for (const stream of streams) await stream.next();

const before = memory();
await sleep(500);
const growth = memory() - before;
const start = performance.now();
await client.getUserBalance({}, { maxRetries: 0 });
const ms = performance.now() - start;

const read = await Promise.all(streams.map(async (stream) => {
  let bytes = 0;
  while (bytes < 20e6) bytes += (await stream.next()).value!.length;
  await stream.return();
  return bytes;
}));
client.close();
say({ ms, growth, read: Math.min(...read) });
