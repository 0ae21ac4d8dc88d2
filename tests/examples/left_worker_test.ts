// Visitors who leave a Worker: workerd drops all work of their request, `finally` blocks and timers included.

import { connect } from "node:net";
import { assertEquals } from "@std/assert";
import { type RunningEmulator, startEmulator } from "@tsetsen/sdk/emulator";
import { installPackage } from "../hosts/pack.ts";
import { until } from "./tools.ts";
import { type RunningWorker, startProgram } from "./workerd.ts";

const KEY = "tsetsen-development-secret-of-the-worker";

/** One client and one proxy for all requests, each with two places. */
const WORKER = `
import { Client } from "@tsetsen/sdk";
import { createProxy } from "@tsetsen/sdk/proxy";

let client, proxy;
export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    const options = { apiKey: env.KEY, endpoint: env.ENDPOINT, maxConcurrentCalls: 2, timeout: 1_000 };
    client ??= new Client({ ...options, maxRetries: 0 });
    proxy ??= createProxy({ ...options, methods: ["ListVoices", "GetUserBalance"] });
    if (pathname.startsWith("/tts/")) return await proxy(request);
    if (pathname === "/voices") return Response.json(await client.listVoices());
    return Response.json(await client.getUserBalance({}, { timeout: 20_000 }));
  },
};
`;

// One workerd for all: a start takes seconds. It outlives each test, and so do miniflare's connections to it.
const options = { sanitizeOps: false, sanitizeResources: false };
const stack = new AsyncDisposableStack();
let setting: Promise<{ emulator: RunningEmulator; worker: RunningWorker }> | undefined;
Deno.test.afterAll(() => stack.disposeAsync());

async function start() {
  const emulator = stack.use(await startEmulator({ apiKeys: { [KEY]: 10_000 } }));
  const sdk = stack.use(await installPackage());
  const worker = stack.use(await startProgram(sdk, WORKER, { KEY, ENDPOINT: emulator.url }));
  return { emulator, worker };
}

/** Sends a request, and resets the connection as soon as the service has got the call. */
async function leave(
  url: string,
  emulator: RunningEmulator,
  lines: string,
  body = "",
): Promise<void> {
  const { hostname, port } = new URL(url);
  const before = emulator.requests.length;
  const visitor = connect(Number(port), hostname);
  visitor.write(`${lines}\r\nhost: ${hostname}\r\n\r\n${body}`, "latin1");
  await until("the call has come", () => emulator.requests.length > before);
  // A reset: workerd takes a mere end of what the visitor sends for no leave, as HTTP allows.
  visitor.resetAndDestroy();
  await until("workerd has left the call", () => emulator.requests.at(-1)?.aborted);
}

Deno.test(
  "Client shared by the requests of a Worker has its places again after visitors have left",
  options,
  async () => {
    const { emulator, worker } = await (setting ??= start());
    const url = await worker.url();
    emulator.reset();
    for (let i = 0; i < 2; i++) {
      emulator.addFault({ kind: "hang", method: "ListVoices" });
      await leave(url, emulator, "GET /voices HTTP/1.1");
    }
    const response = await fetch(`${url}/balance`);
    assertEquals([response.status, await response.json()], [200, { credits: 10_000 }]);
  },
);

const CALL = "content-type: application/grpc-web+proto\r\ncontent-length: 5";

Deno.test(
  "createProxy shared by the requests of a Worker has its places again after visitors have left",
  options,
  async () => {
    const { emulator, worker } = await (setting ??= start());
    const url = await worker.url();
    const path = (method: string) => `/tts/tsetsen.api.v1.TsetsenTTS/${method}`;
    emulator.reset();
    for (let i = 0; i < 2; i++) {
      emulator.addFault({ kind: "hang", method: "ListVoices" });
      const lines = `POST ${path("ListVoices")} HTTP/1.1\r\n${CALL}`;
      await leave(url, emulator, lines, "\0\0\0\0\0");
    }
    let status: string | undefined = "8";
    await until("a place is free", async () => {
      const response = await fetch(`${url}${path("GetUserBalance")}`, {
        method: "POST",
        headers: { "content-type": "application/grpc-web+proto" },
        body: new Uint8Array(5),
      });
      status = response.headers.get("grpc-status") ?? undefined;
      const body = await response.text();
      status ??= /grpc-status: (\d+)/.exec(body)?.[1];
      return status !== "8";
    }, 20_000);
    assertEquals(status, "0");
  },
);
