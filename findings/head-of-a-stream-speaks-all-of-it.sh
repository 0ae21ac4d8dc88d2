#!/usr/bin/env bash
# A HEAD of a route that streams speech speaks all of it in h3 and @whatwg-node/server, and leaves it open in Fastify and Koa
#
# Guess:   A framework that takes a web Response cancels its body when the listener leaves, and at once when the request is a HEAD, which has no body.
# Came:    h3 1 does neither: it reads two seconds of speech to their end, and answers the HEAD only then. @whatwg-node/server does so for a HEAD. Fastify answers the HEAD with 500, Koa with 200, and
#          both never cancel the body. hono and srvx are as guessed. Nothing is raised.
# With:    h3 1.15.11, fastify 5.12.8, koa 3.3.0, hono 4.13.19 with @hono/node-server 2.1.9, srvx 1.0.8, @whatwg-node/server 0.10.18 on Node 20.20; run on 2026-11-28.
# Matters: Previews of links, monitors and players ask by HEAD first: each such request buys the whole speech where the route calls the service, and the stream stays open where nobody reads it. Answer HEAD before
#          anything is bought, and in h3 1 end the stream by the request's close event.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund h3@1.15.11 fastify@5.12.8 koa@3.3.0 hono@4.13.19 @hono/node-server@2.1.9 srvx@1.0.8 \
  @whatwg-node/server@0.10.18
cat >observe.mjs <<'JS'
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { getRequestListener } from "@hono/node-server";
import { createServerAdapter } from "@whatwg-node/server";
import { createApp, eventHandler, fromWebHandler, toNodeListener } from "h3";
import { toNodeHandler } from "srvx/node";
const require = createRequire(import.meta.url);

let state;
/** Two seconds of speech as they are spoken, unless somebody cancels them. */
function speech() {
  const now = state = { end: undefined };
  let chunks = 0;
  const body = new ReadableStream({
    async pull(controller) {
      await wait(20);
      if (now.end !== undefined) return;
      if (++chunks <= 100) return controller.enqueue(new Uint8Array(960));
      now.end = "spoken to its end";
      controller.close();
    },
    cancel: () => void (now.end = "cancelled"),
  });
  return new Response(body, { headers: { "content-type": "audio/wav" } });
}
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** What becomes of the speech; some frameworks neither read nor cancel it. */
async function ended(now) {
  for (let i = 0; i < 300 && now.end === undefined; i++) await wait(20);
  return now.end ?? "never cancelled";
}

const fastify = require("fastify")();
fastify.get("/speech", () => speech());
await fastify.ready();
const koa = new (require("koa"))();
koa.use((context) => void (context.body = speech()));
koa.silent = true;
const h3 = createApp().use("/speech", eventHandler(() => speech()));
const h3Web = createApp().use("/speech", fromWebHandler(() => speech()));
const servers = {
  fastify: fastify.server,
  koa: createServer(koa.callback()),
  h3: createServer(toNodeListener(h3)),
  "h3 fromWebHandler": createServer(toNodeListener(h3Web)),
  hono: createServer(getRequestListener(() => speech())),
  srvx: createServer(toNodeHandler(() => speech())),
  "@whatwg-node/server": createServer(createServerAdapter(() => speech())),
};
for (const [name, server] of Object.entries(servers)) {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  const url = `http://127.0.0.1:${port}/speech`;
  const visitor = new AbortController();
  const get = await fetch(url, { signal: visitor.signal });
  await get.body.getReader().read();
  visitor.abort();
  const afterLeaving = await ended(state);
  const start = performance.now();
  const { status } = await fetch(url, { method: "HEAD" });
  const when = performance.now() - start < 1_000 ? "at once" : "when the speech is over";
  console.log(`${name}: after a listener who leaves, ${afterLeaving}; HEAD ${status} ${when}, ${await ended(state)}`);
}
process.exit(0);
JS
node observe.mjs 2>/dev/null | tee seen
diff - seen <<'WANT'
fastify: after a listener who leaves, cancelled; HEAD 500 at once, never cancelled
koa: after a listener who leaves, cancelled; HEAD 200 at once, never cancelled
h3: after a listener who leaves, spoken to its end; HEAD 200 when the speech is over, spoken to its end
h3 fromWebHandler: after a listener who leaves, spoken to its end; HEAD 200 when the speech is over, spoken to its end
hono: after a listener who leaves, cancelled; HEAD 200 at once, cancelled
srvx: after a listener who leaves, cancelled; HEAD 200 at once, cancelled
@whatwg-node/server: after a listener who leaves, cancelled; HEAD 200 when the speech is over, spoken to its end
WANT
