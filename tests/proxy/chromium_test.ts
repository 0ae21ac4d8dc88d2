// Chromium sends a POST again by itself when a kept connection is lost before the answer: the proxy buys it once.

import { connect, createServer, type Socket } from "node:net";
import { assert, assertEquals } from "@std/assert";
import { createProxy } from "../../src/proxy/mod.ts";
import { startEmulator } from "../../src/emulator/mod.ts";
import { bundleForBrowser } from "../../examples/browser/bundle.ts";
import { type Browser, isChromiumMissing, launch } from "../examples/chromium.ts";
import { KEY } from "../support/rig.ts";

// One Chromium for all, which outlives each test; playwright keeps its pipes and timers.
const options = { sanitizeOps: false, sanitizeResources: false, ignore: isChromiumMissing() };
const reason = options.ignore ? " (ignored: no Chromium; install it, or set TSETSEN_CHROMIUM)" : "";
let browser: Promise<Browser> | undefined;
Deno.test.afterAll(async () => await (await browser)?.close());

/** How many connections Chromium has to one server over HTTP/1.1. */
const CONNECTIONS = 6;

const VOICE = { GenerateSpeech: "emulator-v1-bold", StreamSpeech: "emulator-v2-bold" } as const;
type Method = keyof typeof VOICE;

/** What a page does: it fills its connections, and then makes one paid call that it does not repeat itself. */
function call(method: Method): string {
  const speech = JSON.stringify({ text: "Сайн байна уу?", voiceId: VOICE[method] });
  const paid = {
    GenerateSpeech: `client.generateSpeech(${speech}, { maxRetries: 0 })`,
    StreamSpeech:
      `client.streamSpeech(${speech}, { maxRetries: 0 }).bytes().then(({ length }) => ({ length }))`,
  }[method];
  return `(async () => {
    const { Client } = await import("/sdk.js");
    const client = new Client({ apiKey: null, endpoint: location.origin });
    await Promise.all(Array.from({ length: ${CONNECTIONS} }, () => client.listVoices()));
    return await ${paid}.catch(({ name, charged, requestId }) => ({ name, charged, requestId }));
  })()`;
}

interface Line extends AsyncDisposable {
  readonly url: string;
  /** How many paid POSTs have come. */
  readonly posts: number;
}

/** Stands between a page and a server, and closes each connection when the answer to a paid POST begins. */
async function cuttingLine(port: number, method: Method): Promise<Line> {
  const sockets = new Set<Socket>();
  let posts = 0;
  const server = createServer((page) => {
    const proxy = connect(port, "127.0.0.1");
    let isPaid = false;
    for (const socket of [page, proxy]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        page.destroy();
        proxy.destroy();
      });
    }
    page.on("data", (data) => {
      isPaid ||= `${data}`.includes(`POST /tsetsen.api.v1.TsetsenTTS/${method} `);
      if (isPaid) posts++;
      proxy.write(data);
    });
    proxy.on("data", (data) => {
      // A connection that is new is not repeated on: the last answer arrives.
      if (isPaid && posts < CONNECTIONS) page.destroy();
      else page.write(data);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    get posts() {
      return posts;
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

for (const method of ["GenerateSpeech", "StreamSpeech"] as const) {
  Deno.test(
    `createProxy buys a ${method} once that Chromium sends again and again${reason}`,
    options,
    async () => {
      await using emulator = await startEmulator({ queueTime: 0, pace: 0, streamPace: 0 });
      emulator.addFault({ kind: "delay", delay: 300, method: "ListVoices", times: CONNECTIONS });
      const sdk = await bundleForBrowser(new URL("../../src/lean/mod.ts", import.meta.url));
      const proxy = createProxy({
        apiKey: KEY,
        endpoint: emulator.url,
        methods: ["ListVoices", "GenerateSpeech", "StreamSpeech"],
      });
      await using server = Deno.serve(
        { port: 0, hostname: "127.0.0.1", onListen() {} },
        (request) => {
          const { pathname } = new URL(request.url);
          if (pathname === "/") return new Response("<!doctype html>", { headers: HTML });
          return pathname === "/sdk.js" ? new Response(sdk, { headers: SCRIPT }) : proxy(request);
        },
      );
      await using line = await cuttingLine(server.addr.port, method);
      const page = await (await (browser ??= launch())).newPage();
      try {
        await page.goto(line.url);
        const end = await page.evaluate<Record<string, unknown>>(call(method));
        assert(line.posts > 2, `Chromium has sent it ${line.posts} times`);
        assertEquals(emulator.ledger.charges.length, 1);
        assertEquals(emulator.requests.filter((request) => request.method === method).length, 1);
        if (method === "GenerateSpeech") {
          assertEquals(end["requestId"], emulator.jobs[0]!.requestId);
        } else assertEquals([end["name"], end["charged"]], ["ServerError", "unknown"]);
      } finally {
        await page.close();
      }
    },
  );
}

const HTML = { "content-type": "text/html; charset=utf-8" };
const SCRIPT = { "content-type": "text/javascript" };
