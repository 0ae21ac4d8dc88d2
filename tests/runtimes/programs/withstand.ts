// Makes a good call, then one that gets an answer to withstand, then a good one again, over native gRPC; tells what became
// of the second, and what it cost.
// Usage: withstand <JSON of options>

import { Client, type TsetsenError } from "../../../mod.ts";
import { grpcTransport } from "../../../src/grpc/mod.ts";
import { args, memory, say, sleep } from "./host.ts";

/** What the program is told. Durations are milliseconds. */
export interface Trial {
  readonly endpoint: string;
  readonly method: "GetUserBalance" | "GenerateSpeech" | "StreamSpeech";
  readonly timeout?: number;
  readonly idleTimeout?: number;
  readonly maxMessageBytes?: number;
  /** How long to read nothing after the first chunk of a stream. Default 0. */
  readonly pause?: number;
}

/** What became of it. */
export interface Outcome {
  /** The class, code and message of the error, if there was one. */
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly charged?: string;
  readonly statusCode?: number;
  /** Bytes of audio that came. */
  readonly bytes: number;
  readonly ms: number;
  /** By how many bytes the resident set grew, at most. */
  readonly growth: number;
  /** How the call before and the call after it failed, if they did: the one after it may be tried again. */
  readonly others: readonly string[];
}

const told = JSON.parse(args[0]!) as Trial;
const { endpoint, method, timeout, idleTimeout, maxMessageBytes, pause = 0 } = told;
const client = new Client({
  apiKey: "tsetsen-development-emulator",
  transport: grpcTransport({ endpoint, secure: false, pingTimeout: 500 }),
  maxRetries: 0,
  maxMessageBytes,
  backoff: { baseDelay: 5 },
});
const speech = { text: "Сайн байна уу?", voiceId: "a-voice" };
let bytes = 0;
const CALLS = {
  GetUserBalance: () => client.getUserBalance({}, { timeout }),
  GenerateSpeech: () => client.generateSpeech(speech, { timeout }),
  StreamSpeech: async () => {
    for await (const chunk of client.streamSpeech(speech, { timeout, idleTimeout })) {
      if (bytes === 0 && pause > 0) await sleep(pause);
      bytes += chunk.length;
    }
  },
} as const;

const others: string[] = [];
const other = () =>
  client.getUserBalance({}, { timeout: 5_000, maxRetries: 2 }).catch((error) =>
    others.push(`${error}`)
  );

await other();
const before = memory();
let most = before;
const watch = setInterval(() => most = Math.max(most, memory()), 10);
const start = performance.now();
let end = {};
try {
  await CALLS[method]();
} catch (error) {
  const { name, code, rawMessage: message, charged, statusCode } = error as TsetsenError;
  end = { name, code, message, charged, statusCode };
}
const ms = Math.round(performance.now() - start);
await other();
most = Math.max(most, memory());
clearInterval(watch);
client.close();
say({ ...end, bytes, ms, growth: most - before, others });
