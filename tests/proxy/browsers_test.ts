// Browsers send a POST again by themselves when a kept connection is lost before the answer: the proxy buys it once.

import { connect, createServer, type Socket } from "node:net";
import { assert, assertEquals } from "@std/assert";
import { createProxy } from "../../src/proxy/mod.ts";
import { startEmulator } from "../../src/emulator/mod.ts";
import { bundleForBrowser } from "../../examples/browser/bundle.ts";
import { isChromiumMissing, launch } from "../examples/chromium.ts";
import { isFirefoxMissing, launchFirefox, type TestPage } from "../player/firefox.ts";
import { KEY } from "../support/rig.ts";

/** What the tests need of a browser. */
interface AnyBrowser {
  newPage(): Promise<Pick<TestPage, "goto" | "evaluate" | "close">>;
  close(): Promise<void>;
}

const BROWSERS: readonly {
  readonly name: string;
  readonly isMissing: () => boolean;
  readonly start: () => Promise<AnyBrowser>;
}[] = [
  { name: "Chromium", isMissing: isChromiumMissing, start: launch },
  { name: "Firefox", isMissing: isFirefoxMissing, start: launchFirefox },
];

// One browser of a kind for all, which outlives each test; their drivers keep pipes and timers.
const started = new Map<string, Promise<AnyBrowser>>();
Deno.test.afterAll(async () => {
  for (const browser of started.values()) await (await browser).close();
});

/** How many connections browsers have to one server over HTTP/1.1. */
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

for (const { name, isMissing, start } of BROWSERS) {
  const ignore = isMissing();
  const reason = ignore ? ` (ignored: no ${name})` : "";
  for (const method of ["GenerateSpeech", "StreamSpeech"] as const) {
    Deno.test({
      name: `createProxy buys a ${method} once that ${name} sends again${reason}`,
      ignore,
      sanitizeOps: false,
      sanitizeResources: false,
      async fn() {
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
        if (!started.has(name)) started.set(name, start());
        const page = await (await started.get(name)!).newPage();
        try {
          await page.goto(line.url);
          const end = await page.evaluate<Record<string, unknown>>(call(method));
          assert(line.posts > 2, `${name} has sent it ${line.posts} times`);
          assertEquals(emulator.ledger.charges.length, 1);
          assertEquals(emulator.requests.filter((request) => request.method === method).length, 1);
          if (method === "GenerateSpeech") {
            assertEquals(end["requestId"], emulator.jobs[0]!.requestId);
          } else assertEquals([end["name"], end["charged"]], ["ServerError", "unknown"]);
        } finally {
          await page.close();
        }
      },
    });
  }
}

const HTML = { "content-type": "text/html; charset=utf-8" };
const SCRIPT = { "content-type": "text/javascript" };
