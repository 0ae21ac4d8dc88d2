// Uses a client in one way and comes to its end: then the process must end by itself, at once.
// Usage: exit <endpoint> <way> [grpc]

import { Client } from "../../../mod.ts";
import { args, place, say, sleep } from "./host.ts";

const [endpoint = "", way = "", speak] = args;
const apiKey = "tsetsen-development-emulator";
const client = new Client({ ...place(endpoint, speak), apiKey, timeout: 60_000 });
const speech = { text: "Сайн байна уу?", voiceId: "emulator-v2-bold" };

const WAYS: Readonly<Record<string, () => Promise<unknown>>> = {
  "a call": () => client.getUserBalance(),
  "a call and close()": async () => {
    await client.getUserBalance();
    client.close();
  },
  // No close(): leaving the loop is enough.
  "a break out of a stream": async () => {
    for await (const _ of client.streamSpeech(speech)) break;
  },
  "a whole stream": () => client.streamSpeech(speech, { timeout: 60_000 }).bytes(),
  "a break out of a watch": async () => {
    const job = await client.submit({ ...speech, voiceId: "emulator-v1-bold" });
    for await (const _ of job.watch({ timeout: 60_000 })) break;
  },
  "streams and watches that nobody reads": async () => {
    client.streamSpeech(speech, { timeout: 60_000 });
    client.streamSpeech(speech, { signal: AbortSignal.abort() }).toReadableStream();
    client.watchStatus("a-job", { timeout: 60_000 });
    await client.getUserBalance();
  },
  "close() while calls are under way": async () => {
    const work = [
      client.getUserBalance(),
      client.streamSpeech(speech).bytes(),
      client.waitForCompletion("a-job", { pollInterval: 60_000 }),
    ];
    const ended = Promise.allSettled(work);
    await sleep(200);
    client.close();
    await ended;
  },
  "an abort": async () => {
    const signal = AbortSignal.timeout(200);
    await client.streamSpeech(speech, { signal }).bytes().catch(() => {});
  },
  "a deadline": () => client.listVoices({}, { timeout: 200 }).catch(() => {}),
};

await WAYS[way]!();
say("done");
