// Visitors who leave a Worker: workerd drops all work of their request, `finally` blocks and timers included.

import { connect } from "node:net";
import { assertEquals } from "@std/assert";
import { type RunningEmulator, startEmulator } from "@tsetsen/sdk/emulator";
import {
  GenerateSpeechRequestSchema,
  StreamSpeechRequestSchema,
} from "../../gen/tsetsen/api/v1/tsetsen_tts_pb.ts";
import { message } from "../support/wire.ts";
import { installPackage } from "../hosts/pack.ts";
import { type RunningWorker, startProgram } from "./workerd.ts";
import { until } from "../support/until.ts";

const KEY = "tsetsen-development-secret-of-the-worker";

/** One client and one proxy for all requests, each with two places. */
const WORKER = `
import { Client } from "@tsetsen/sdk";
import { createProxy } from "@tsetsen/sdk/proxy";

const METHODS = ["ListVoices", "GetUserBalance", "GenerateSpeech", "StreamSpeech"];
let client, proxy;
export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    const options = { apiKey: env.KEY, endpoint: env.ENDPOINT, maxConcurrentCalls: 2, timeout: 1_000 };
    client ??= new Client({ ...options, maxRetries: 0 });
    proxy ??= createProxy({ ...options, methods: METHODS });
    if (pathname.startsWith("/tts/")) return await proxy(request);
    if (pathname === "/voices") return Response.json(await client.listVoices());
    if (pathname === "/twice") return Response.json(await client.listVoices({}, { maxRetries: 1 }));
    const speech = { text: "Сайн байна уу?", voiceId: "emulator-v2-bold" };
    if (pathname === "/stream") return await client.streamSpeech(speech).toResponse();
    if (pathname === "/submit") return Response.json(await client.submit(speech));
    const audio = { audioUrl: env.ENDPOINT + "/audio/voice-emulator-v2-bold.wav" };
    if (pathname === "/audio") return await client.downloadAudio(audio).toResponse();
    if (pathname === "/nothing") return new Response(null, { status: 404 });
    return Response.json(await client.getUserBalance({}, { timeout: 20_000 }));
  },
};
`;

// One workerd for all: a start takes seconds. It outlives each test, and so do miniflare's connections to it.
const options = { sanitizeOps: false, sanitizeResources: false };
const stack = new AsyncDisposableStack();
let setting: Promise<{ emulator: RunningEmulator; worker: RunningWorker }> | undefined;
Deno.test.afterAll(() => stack.disposeAsync());

/** The Worker, started anew: the visitors of the test before may still hold places. */
async function fresh() {
  const started = await (setting ??= start());
  await started.worker.restart();
  return started;
}

async function start() {
  const emulator = stack.use(await startEmulator({ apiKeys: { [KEY]: 10_000 } }));
  const sdk = stack.use(await installPackage());
  const worker = stack.use(await startProgram(sdk, WORKER, { KEY, ENDPOINT: emulator.url }));
  return { emulator, worker };
}

/** A visitor who has sent a request. */
function visit(url: string, lines: string, body = ""): { reset(): void } {
  const { hostname, port } = new URL(url);
  const visitor = connect(Number(port), hostname);
  visitor.write(`${lines}\r\nhost: ${hostname}\r\n\r\n${body}`, "latin1");
  // workerd takes a mere end of what the visitor sends for no leave, as HTTP allows.
  return { reset: () => void visitor.resetAndDestroy() };
}

/** Sends a request, and resets the connection as soon as the service has got `calls` calls for it. */
async function leave(
  url: string,
  emulator: RunningEmulator,
  lines: string,
  body = "",
  calls = 1,
): Promise<void> {
  const wanted = emulator.requests.length + calls;
  const visitor = visit(url, lines, body);
  await until(() => emulator.requests.length >= wanted, "the call has come");
  visitor.reset();
  const isLeft = () => emulator.requests.slice(wanted - calls).every(({ aborted }) => aborted);
  await until(isLeft, "workerd has left the call");
}

/** What visitors wait for when they leave: the path, what hangs, and how many calls the service gets for it. */
const WAITS = [
  ["a unary call", "/voices", { kind: "hang" }, 1],
  ["a paid call", "/submit", { kind: "hang" }, 1],
  ["a call that was sent twice", "/twice", { kind: "hang" }, 2],
  ["the opening of a download", "/audio", { kind: "hang", method: "Audio" }, 1],
  ["the opening of a stream", "/stream", { kind: "hang" }, 1],
  ["the first audio of a stream", "/stream", { kind: "hang", afterBytes: 3 }, 1],
  ["more audio of a stream", "/stream", { kind: "hang", afterBytes: 2_000 }, 1],
] as const;

async function assertPlaceFree(url: string): Promise<void> {
  const response = await fetch(`${url}/balance`);
  assertEquals([response.status, Object.keys(await response.json())], [200, ["credits"]]);
}

for (const [what, path, fault, calls] of WAITS) {
  Deno.test(
    `Client shared by the requests of a Worker has its places again after visitors have left ${what}`,
    options,
    async () => {
      const { emulator, worker } = await fresh();
      const url = await worker.url();
      emulator.reset();
      // Together they take all places.
      for (let places = 0; places < 2; places += calls) {
        emulator.addFault({ ...fault, times: calls });
        await leave(url, emulator, `GET ${path} HTTP/1.1`, "", calls);
      }
      assertEquals(emulator.activeStreams, 0);
      await assertPlaceFree(url);
    },
  );
}

Deno.test(
  "Client shared by the requests of a Worker has its places again after visitors have left the queue",
  options,
  async () => {
    const { emulator, worker } = await fresh();
    const url = await worker.url();
    emulator.reset();
    emulator.addFault({ kind: "hang", method: "ListVoices", times: 2 });
    const holders = [1, 2].map(() => visit(url, "GET /voices HTTP/1.1"));
    await until(() => emulator.requests.length === 2, "the places are taken");
    const waiters = ["/voices", "/stream"].map((path) => visit(url, `GET ${path} HTTP/1.1`));
    // Their requests have come to workerd when one that came after them is answered.
    assertEquals((await fetch(`${url}/nothing`)).status, 404);
    for (const visitor of [...waiters, ...holders]) visitor.reset();
    await until(() => emulator.requests.every(({ aborted }) => aborted), "workerd has left");
    await assertPlaceFree(url);
    // Nothing was sent for those in the queue.
    assertEquals(emulator.requests.map(({ method }) => method), [
      "ListVoices",
      "ListVoices",
      "GetUserBalance",
    ]);
  },
);

/** A call as a page sends it. */
function callOf(method: string, body: Uint8Array): [lines: string, body: string] {
  const type = "content-type: application/grpc-web+proto";
  const lines = [
    `POST /tts/tsetsen.api.v1.TsetsenTTS/${method} HTTP/1.1`,
    type,
    `content-length: ${body.length}`,
  ];
  return [lines.join("\r\n"), String.fromCharCode(...body)];
}

const SPEECH = { text: "Hello", voiceId: "emulator-v2-bold" };

for (
  const [method, body] of [
    ["ListVoices", new Uint8Array(5)],
    ["StreamSpeech", message(StreamSpeechRequestSchema, SPEECH)],
    ["GenerateSpeech", message(GenerateSpeechRequestSchema, SPEECH)],
  ] as const
) {
  Deno.test(
    `createProxy shared by the requests of a Worker has its places again after visitors have left ${method}`,
    options,
    async () => {
      const { emulator, worker } = await fresh();
      const url = await worker.url();
      emulator.reset();
      for (let i = 0; i < 2; i++) {
        emulator.addFault({ kind: "hang", method });
        await leave(url, emulator, ...callOf(method, body));
      }
      let status: string | undefined = "8";
      await until(async () => {
        const response = await fetch(`${url}/tts/tsetsen.api.v1.TsetsenTTS/GetUserBalance`, {
          method: "POST",
          headers: { "content-type": "application/grpc-web+proto" },
          body: new Uint8Array(5),
        });
        status = response.headers.get("grpc-status") ?? undefined;
        const body = await response.text();
        status ??= /grpc-status: (\d+)/.exec(body)?.[1];
        return status !== "8";
      }, "a place is free");
      assertEquals(status, "0");
    },
  );
}
