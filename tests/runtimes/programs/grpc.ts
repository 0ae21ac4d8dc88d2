// Calls over native gRPC, one after the other; tells how each ended.
// Usage: grpc <JSON of options>

import { Client, type TsetsenError } from "../../../mod.ts";
import { grpcTransport, type GrpcTransportOptions } from "../../../src/grpc/mod.ts";
import { args, say, sleep } from "./host.ts";

/** What the program is told. Durations are milliseconds. */
export interface Calls {
  readonly transport: GrpcTransportOptions;
  readonly methods: readonly ("GetUserBalance" | "GenerateSpeech" | "StreamSpeech")[];
  readonly maxRetries?: number;
  readonly timeout?: number;
  /** What to wait between two calls. Default 0. */
  readonly pause?: number;
  /** The voice to ask for. Default: one that no emulator has. */
  readonly voiceId?: string;
  /** The delay before the first retry. Default 5. */
  readonly baseDelay?: number;
}

/** How a call ended; without an error it has only its method. */
export interface Ended {
  readonly method: string;
  readonly name?: string;
  readonly charged?: string;
  readonly message?: string;
  readonly cause?: string;
}

const calls = JSON.parse(args[0]!) as Calls;
const { transport, methods, maxRetries = 0, timeout = 10_000, pause = 0 } = calls;
const { voiceId = "a-voice", baseDelay = 5 } = calls;
const client = new Client({
  apiKey: "tsetsen-development-emulator",
  transport: grpcTransport(transport),
  maxRetries,
  timeout,
  backoff: { baseDelay },
});
const speech = { text: "Сайн байна уу?", voiceId };
const CALLS = {
  GetUserBalance: () => client.getUserBalance(),
  GenerateSpeech: () => client.generateSpeech(speech),
  StreamSpeech: () => client.streamSpeech(speech).bytes(),
} as const;

const ended: Ended[] = [];
for (const method of methods) {
  try {
    await CALLS[method]();
    ended.push({ method });
  } catch (error) {
    const { name, charged, rawMessage: message, cause } = error as TsetsenError;
    const told = { name, message, ...(charged && { charged }) };
    ended.push({ method, ...told, ...(cause instanceof Error && { cause: cause.message }) });
  }
  await sleep(pause);
}
client.close();
say(ended);
