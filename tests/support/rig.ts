// A client and an emulator on a real socket, as most tests need them.

import { Client, type ClientOptions, type LogEvent, type RetryEvent } from "../../mod.ts";
import {
  type RecordedRequest,
  type Route,
  type RunningEmulator,
  startEmulator,
  type StartOptions,
} from "../../src/emulator/mod.ts";
import { serveGrpc } from "../../src/emulator/native.ts";
import { grpcTransport } from "../../src/grpc/mod.ts";
import { Client as LeanClient } from "../../src/lean/mod.ts";

export const KEY = "tsetsen-development-emulator";
export const TEXT = "Сайн байна уу?";

/** What GenerateSpeech and StreamSpeech are asked in most tests. */
export const GENERATE = { text: TEXT, voiceId: "emulator-v1-bold" } as const;
export const STREAM = { text: TEXT, voiceId: "emulator-v2-bold" } as const;

/** Retries that a test need not wait for. */
export const QUICK = { baseDelay: 5, maxDelay: 20, jitter: false } as const;

/** What clients are made of: tests of another transport name it before they import the tests that they run again. */
export const mode: { speak: "grpc-web" | "grpc" | "lean" } = { speak: "grpc-web" };

export interface Rig extends AsyncDisposable {
  readonly emulator: RunningEmulator;
  /** Where calls go. */
  readonly endpoint: string;
  readonly client: Client;
  /** What the client's log hook was told of retries. */
  readonly log: readonly RetryEvent[];
  /** All that it was told. */
  readonly events: readonly LogEvent[];
  /** The requests of one method that have reached the server. */
  sent(method: Route): readonly RecordedRequest[];
  /** Another client of the same emulator; it is closed with the rig. */
  open(options?: ClientOptions): Client;
}

/** Starts an emulator whose jobs are done at once, and a client of it. */
export async function setUp(
  options: { readonly emulator?: StartOptions; readonly client?: ClientOptions } = {},
): Promise<Rig> {
  const emulator = await startEmulator({ queueTime: 0, pace: 0, ...options.emulator });
  const grpc = mode.speak === "grpc" ? await serveGrpc(emulator) : undefined;
  const endpoint = (grpc ?? emulator).url;
  const events: LogEvent[] = [];
  const clients: Client[] = [];
  const open = (more: ClientOptions = {}) => {
    const client = clientOf(endpoint, { log: (event) => events.push(event), ...more });
    clients.push(client);
    return client;
  };
  return {
    emulator,
    endpoint,
    client: open(options.client),
    get log() {
      return events.filter(isRetry);
    },
    events,
    open,
    sent: (method) => emulator.requests.filter((request) => request.method === method),
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.close();
      await grpc?.close();
      await emulator.close();
    },
  };
}

/** Whether an event of the log tells of another request that follows. */
export function isRetry(event: LogEvent): event is RetryEvent {
  return event.type === "retry" || event.type === "poll_failed";
}

/** A client of a server on this machine. */
export function clientOf(endpoint: string, options: ClientOptions = {}): Client {
  const all = { endpoint, apiKey: KEY, secure: false, backoff: QUICK, ...options };
  if (mode.speak === "lean") {
    const { transport, ...rest } = all;
    if (transport === undefined || !("unary" in transport)) {
      return new LeanClient({ ...rest, transport });
    }
  }
  const transport = mode.speak === "grpc" ? grpcTransport({ endpoint, secure: false }) : undefined;
  return new Client({ transport, ...all });
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Starts a server on a port that it had before. A test beside this one may hold that port for a moment. */
export async function startAgain<T>(start: () => Promise<T>): Promise<T> {
  const end = performance.now() + 60_000;
  while (true) {
    try {
      return await start();
    } catch (error) {
      const inUse = error instanceof Deno.errors.AddrInUse || /EADDRINUSE/.test(`${error}`);
      if (!inUse || performance.now() > end) throw error;
      await sleep(20);
    }
  }
}

/** The outcome of some work, which must not be pending for longer: a rule that is broken then fails its test, and hangs none. */
export async function within<T>(work: PromiseLike<T>, ms = 60_000): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`still pending after ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a promise rejects with. */
export async function rejection(work: PromiseLike<unknown>): Promise<unknown> {
  try {
    await work;
  } catch (error) {
    return error;
  }
  throw new Error("did not reject");
}

/**
 * Repeats a measurement until it stays below a limit, ten times at most: other programs on the same machine may steal the
 * time of a try, but not of all. Only slowness repeats it; an assertion inside fails at once.
 */
export async function bestBelow(limit: number, measure: () => Promise<number>): Promise<void> {
  const seen: number[] = [];
  while (seen.length < 10) {
    const ms = await measure();
    if (ms < limit) return;
    seen.push(Math.round(ms));
  }
  throw new Error(`ten tries took ${seen.join(", ")} ms: expected below ${limit}`);
}

/** What a promise rejects with, which must be an error of this class. */
export async function failure<E extends Error>(
  // deno-lint-ignore no-explicit-any -- any constructor is fine
  Class: abstract new (...args: any[]) => E,
  work: PromiseLike<unknown>,
): Promise<E> {
  const error = await rejection(work);
  if (error instanceof Class) return error;
  throw new Error(`rejected with another error than ${Class.name}`, { cause: error });
}
