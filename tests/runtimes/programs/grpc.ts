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
  /** Whether the runtime tells of a GOAWAY without its last stream. Default false. */
  readonly hidesLastStream?: boolean;
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
const { voiceId = "a-voice", baseDelay = 5, hidesLastStream = false } = calls;
if (hidesLastStream) hideLastStream();
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

/** Makes the runtime's own HTTP/2 sessions tell of a GOAWAY with nothing but its code. */
function hideLastStream(): void {
  const { process } = globalThis as unknown as {
    readonly process: { getBuiltinModule(name: string): Http2 };
  };
  const getModule = process.getBuiltinModule.bind(process);
  process.getBuiltinModule = (name) => {
    const module = getModule(name);
    if (name !== "node:http2") return module;
    return {
      ...module,
      connect(...given) {
        const session = module.connect(...given);
        const emit = session.emit.bind(session);
        session.emit = (event, ...told) =>
          emit(event, ...(event === "goaway" ? told.slice(0, 1) : told));
        return session;
      },
    };
  };
}

interface Http2 {
  connect(...given: unknown[]): { emit(event: string, ...told: unknown[]): boolean };
}
