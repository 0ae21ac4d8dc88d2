// What servers and frameworks hand the proxy: requests whose body was read, or that are less than a `Request`.

import { assert, assertEquals } from "@std/assert";
import { Client, InvalidRequestError, ServerError } from "../../mod.ts";
import { startEmulator } from "../../src/emulator/mod.ts";
import { createProxy, type ProxyEvent, type ProxyHandler } from "../../src/proxy/mod.ts";
import { failure } from "../support/rig.ts";
import { until } from "../support/until.ts";
import { AZURE, SRVX, startProcess } from "./programs.ts";
import { ALL, startUpstream } from "./setup.ts";

const GENERATE = { text: "Сайн байна уу?", voiceId: "emulator-v1-bold" };
const STREAM = { text: "Сайн байна уу?", voiceId: "emulator-v2-bold" };

/** A proxy whose requests pass through a framework first. */
async function open(framework: (request: Request, proxy: ProxyHandler) => Promise<Response>) {
  const stack = new AsyncDisposableStack();
  const emulator = stack.use(await startEmulator({ queueTime: 0, pace: 0, streamPace: 0 }));
  const events: ProxyEvent[] = [];
  const { apiKey, url: endpoint } = emulator;
  const proxy = createProxy({ apiKey, endpoint, methods: ALL, log: (event) => events.push(event) });
  const server = stack.use(startUpstream((request) => framework(request, proxy)));
  const page = new Client({ apiKey: null, endpoint: server.url, maxRetries: 0 });
  stack.defer(() => page.close());
  return { emulator, events, page, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** What parses bodies before the handlers of a framework: it leaves a request that is used up, or one without a body. */
const PARSERS: Readonly<Record<string, (request: Request) => Promise<Request>>> = {
  "was read": async (request) => {
    await request.arrayBuffer();
    return request;
  },
  "is missing": async ({ url, method, headers, body }) => {
    await body?.cancel();
    return new Request(url, { method, headers });
  },
};

for (const [what, parse] of Object.entries(PARSERS)) {
  Deno.test(`createProxy says so, and buys nothing, when the body of a request ${what}`, async () => {
    await using it = await open(async (request, proxy) => proxy(await parse(request)));
    for (
      const call of [() => it.page.submit(GENERATE), () => it.page.streamSpeech(STREAM).bytes()]
    ) {
      const error = await failure(InvalidRequestError, call());
      assertEquals(error.charged, "no");
      assert(error.message.includes("put no body parser before the proxy"), error.message);
    }
    assertEquals(it.events.map(({ type, message }) => [type, /body parser/.test(message)]), [
      ["refused", true],
      ["refused", true],
    ]);
    assertEquals(it.emulator.requests.length, 0);
  });
}

Deno.test("createProxy buys nothing, and says why, when the server aborts a request that it has read, as srvx 0.8 does", async () => {
  await using emulator = await startEmulator({ queueTime: 0, pace: 0, streamPace: 0 });
  await using proxy = await startProcess(SRVX, { KEY: emulator.apiKey, ENDPOINT: emulator.url });
  const page = new Client({ apiKey: null, endpoint: proxy.url, maxRetries: 0 });
  for (const call of [() => page.submit(GENERATE), () => page.streamSpeech(STREAM).bytes()]) {
    const error = await failure(InvalidRequestError, call());
    assertEquals(error.charged, "no");
    assert(error.message.includes("or the server aborts requests that it has read"), error.message);
  }
  page.close();
  await until(() => proxy.events.length >= 2, "the events");
  assertEquals(proxy.events.map(({ type }) => type), ["refused", "refused"]);
  assertEquals(emulator.requests.length, 0);
});

Deno.test("createProxy reports what it fails with to its owner, and not to the visitor", async () => {
  await using it = await open((request, proxy) =>
    proxy(Object.create(request, { url: { value: "/tts/secret-path" } }))
  );
  const error = await failure(ServerError, it.page.listVoices());
  assertEquals(error.rawMessage, "The proxy failed.");
  const [event] = it.events;
  assertEquals([event?.type, it.events.length], ["failed", 1]);
  assert(event?.error instanceof TypeError);
});

Deno.test("createProxy on Azure Functions, whose requests have no signal, buys once and answers", async () => {
  await using emulator = await startEmulator({ queueTime: 0, pace: 0, streamPace: 0 });
  await using proxy = await startProcess(AZURE, { KEY: emulator.apiKey, ENDPOINT: emulator.url });
  const page = new Client({ apiKey: null, endpoint: proxy.url, maxRetries: 0 });
  const speech = await page.speak(GENERATE);
  assert((await speech.bytes()).length > 10_000);
  assert((await page.streamSpeech(STREAM).bytes()).length > 10_000);
  assertEquals(emulator.ledger.charges.map(({ requestId }) => requestId)[0], speech.requestId);
  assertEquals([emulator.ledger.charges.length, proxy.events, proxy.stderr()], [2, [], ""]);
  page.close();
});
