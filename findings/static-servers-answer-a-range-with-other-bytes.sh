#!/usr/bin/env bash
# sirv answers a request for the end of a sound with its beginning, and koa-static answers each range with the whole
#
# Guess:   Each server of files for Node answers a Range with 206 and its bytes, one from the end ("bytes=-500"), too: players cannot go to a place without it.
# Came:    sirv answers "bytes=-500" with 206 and the bytes 0 to 500. koa-static answers each range with 200 and the whole file. hono, @fastify/static, @hapi/inert and serve-handler are as guessed.
#          Nothing is raised.
# With:    sirv 3.0.2, koa 3.3.0 with koa-static 5.0.0, hono 4.13.19 with @hono/node-server 2.1.9, fastify 5.12.8 with @fastify/static 10.1.11, @hapi/hapi 21.4.10 with
#          @hapi/inert 7.1.2, serve-handler 6.1.8 on Node 20.20; run on 2026-11-28.
# Matters: Programs read the end of a file for the tags of an MP3 and the index of an M4B: behind sirv they find noise there. Safari asks for a range before it plays, and behind koa-static gets none. A listener
#          who goes to the last chapter waits for all of the book. Ask for a range once, and compare Content-Range.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund sirv@3.0.2 koa@3.3.0 koa-static@5.0.0 hono@4.13.19 @hono/node-server@2.1.9 \
  fastify@5.12.8 @fastify/static@10.1.11 @hapi/hapi@21.4.10 @hapi/inert@7.1.2 serve-handler@6.1.8
cat >observe.mjs <<'JS'
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { getRequestListener } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import sirv from "sirv";
const require = createRequire(import.meta.url);

const root = join(process.cwd(), "public");
mkdirSync(root);
const sound = Uint8Array.from({ length: 10_000 }, (_, i) => i / 40);
writeFileSync(join(root, "speech.mp3"), sound);

const koa = new (require("koa"))();
koa.use(require("koa-static")(root));
const hono = new Hono();
hono.use("*", serveStatic({ root: "./public" }));
const fastify = require("fastify")();
fastify.register(require("@fastify/static"), { root });
await fastify.listen({ host: "127.0.0.1", port: 0 });
const hapi = require("@hapi/hapi").server({ host: "127.0.0.1", port: 0 });
await hapi.register(require("@hapi/inert"));
hapi.route({ method: "GET", path: "/{path*}", handler: { directory: { path: root } } });
await hapi.start();
const servers = {
  sirv: createServer(sirv(root)),
  "koa-static": createServer(koa.callback()),
  hono: createServer(getRequestListener(hono.fetch)),
  "@fastify/static": fastify.server,
  "@hapi/inert": hapi.listener,
  "serve-handler": createServer((request, response) => require("serve-handler")(request, response, { public: root })),
};
for (const [name, server] of Object.entries(servers)) {
  if (!server.listening) await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const seen = [];
  for (const [range, start, end] of [["bytes=0-1", 0, 2], ["bytes=9000-", 9000, 10_000], ["bytes=-500", 9500, 10_000]]) {
    const response = await fetch(`http://127.0.0.1:${server.address().port}/speech.mp3`, { headers: { range } });
    const bytes = Buffer.from(await response.arrayBuffer());
    seen.push(`${range} ${response.status} ${bytes.equals(sound.subarray(start, end)) ? "right" : `${bytes.length} other bytes, ${response.headers.get("content-range") ?? "no Content-Range"}`}`);
  }
  console.log(`${name}: ${seen.join("; ")}`);
}
process.exit(0);
JS
node observe.mjs | tee seen
diff - seen <<'WANT'
sirv: bytes=0-1 206 right; bytes=9000- 206 right; bytes=-500 206 501 other bytes, bytes 0-500/10000
koa-static: bytes=0-1 200 10000 other bytes, no Content-Range; bytes=9000- 200 10000 other bytes, no Content-Range; bytes=-500 200 10000 other bytes, no Content-Range
hono: bytes=0-1 206 right; bytes=9000- 206 right; bytes=-500 206 right
@fastify/static: bytes=0-1 206 right; bytes=9000- 206 right; bytes=-500 206 right
@hapi/inert: bytes=0-1 206 right; bytes=9000- 206 right; bytes=-500 206 right
serve-handler: bytes=0-1 206 right; bytes=9000- 206 right; bytes=-500 206 right
WANT
