// An emulator with one way to it, what it would answer without faults, and what really reached the client.

import { fromBinary } from "@bufbuild/protobuf";
import { GenerateSpeechResponseSchema } from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { Client, type ClientOptions } from "../../mod.ts";
import { type RunningEmulator, startEmulator } from "../../src/emulator/mod.ts";
import { serveGrpc } from "../../src/emulator/native.ts";
import { grpcTransport } from "../../src/grpc/mod.ts";
import { Client as LeanClient } from "../../src/lean/mod.ts";
import { createProxy } from "../../src/proxy/mod.ts";
import { KEY, sleep } from "../support/rig.ts";

/** Deno's server does not always see that a client has left, so a request may stay open: what it charges, it has charged by then. */
const MAX_SETTLE_MS = 500;

export const WAYS = ["web", "lean", "grpc", "proxy"] as const;

/** What stands between the program and the service. */
export type Way = typeof WAYS[number];

export interface World extends AsyncDisposable {
  readonly way: Way;
  readonly emulator: RunningEmulator;
  /** The request ids that came whole in a good message, a turn after the client had their bytes. Not known of native gRPC. */
  readonly reached: ReadonlySet<string>;
  /** How often a text of so many characters was charged. */
  charges(characters: number): number;
  open(options?: ClientOptions): Client;
  /** Waits until nothing is under way at the service. Its ledger is final when the clients are closed, too. */
  settle(): Promise<void>;
}

export async function openWorld(way: Way): Promise<World> {
  const emulator = await startEmulator({
    queueTime: 0,
    pace: 0,
    streamPace: 0,
    streamChunkBytes: 1_001,
  });
  const grpc = way === "grpc" ? await serveGrpc(emulator) : undefined;
  const proxy = way === "proxy" ? startProxy(emulator.url) : undefined;
  const endpoint = (grpc ?? proxy ?? emulator).url;
  const reached = new Set<string>();
  const observed = observedFetch((id) => setTimeout(() => reached.add(id)));
  const clients: Client[] = [];
  return {
    way,
    emulator,
    reached,
    charges: (count) =>
      emulator.ledger.charges.filter(({ characters }) => characters === count).length,
    open(options = {}) {
      const apiKey = way === "proxy" ? null : KEY;
      const backoff = { baseDelay: 1, maxDelay: 8 };
      const all = { apiKey, endpoint, secure: false, backoff, fetch: observed, ...options };
      const client = way === "lean"
        ? new LeanClient(all as ConstructorParameters<typeof LeanClient>[0])
        : way === "grpc"
        ? new Client({ ...all, transport: grpcTransport({ endpoint, secure: false }) })
        : new Client(all);
      clients.push(client);
      return client;
    },
    async settle() {
      // A request on its way is seen a few turns later.
      for (let turns = 0; turns < 3; turns++) {
        await sleep(1);
        const end = performance.now() + MAX_SETTLE_MS;
        while (emulator.requests.some(({ done }) => !done) && performance.now() < end) {
          await sleep(2);
        }
      }
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.close();
      await proxy?.close();
      await grpc?.close();
      await emulator.close();
    },
  };
}

function startProxy(endpoint: string): { readonly url: string; close(): Promise<void> } {
  const handler = createProxy({
    apiKey: KEY,
    endpoint,
    secure: false,
    methods: ["ListVoices", "GenerateSpeech", "CheckStatus", "GetUserBalance", "StreamSpeech"],
  });
  const stop = new AbortController();
  const server = Deno.serve({
    port: 0,
    hostname: "127.0.0.1",
    onListen() {},
    signal: stop.signal,
  }, handler);
  return {
    url: `http://127.0.0.1:${server.addr.port}/tts`,
    async close() {
      stop.abort();
      await server.finished;
    },
  };
}

/** A fetch that reads along in the answers to GenerateSpeech. */
function observedFetch(found: (requestId: string) => void): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    const { body, status, headers } = response;
    const isSubmission = `${input}`.endsWith("/GenerateSpeech") && status === 200 &&
      /^application\/grpc-web(\+proto)?$/.test(headers.get("content-type") ?? "");
    if (!isSubmission || body === null) return response;
    const reader = body.getReader();
    let bytes: number[] | undefined = [];
    const observed = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const { done, value } = await reader.read();
        if (done) return controller.close();
        controller.enqueue(value);
        bytes?.push(...value);
        const id = bytes && idIn(new Uint8Array(bytes));
        if (id === undefined) return;
        bytes = undefined;
        if (id !== "") found(id);
      },
      cancel: (reason) => reader.cancel(reason),
    }, { highWaterMark: 0 });
    return new Response(observed, { status, headers });
  };
}

/** The id in the first frame; empty when that is no good message, `undefined` when it is not whole yet. */
function idIn(bytes: Uint8Array): string | undefined {
  if (bytes.length < 5) return undefined;
  const length = new DataView(bytes.buffer).getUint32(1);
  if (bytes[0] !== 0) return "";
  if (bytes.length < 5 + length) return undefined;
  try {
    return fromBinary(GenerateSpeechResponseSchema, bytes.subarray(5, 5 + length)).requestId;
  } catch {
    return "";
  }
}
