#!/usr/bin/env bash
# OpenTelemetry's instrumentation of fetch reads a stream to its end after the page has cancelled it
#
# Guess:   The instrumentation looks at headers and times. A page that calls reader.cancel() on the body of an answer ends the request, with the
#          instrumentation or without it.
# Came:    Without it the service is told at once. With it the service is not told, and makes all of its 100 pieces: the instrumentation clones each
#          answer, and reads the clone to its end to know when it ended. A body that two readers share ends when both have cancelled. An AbortController
#          ends the request in both cases.
# With:    @opentelemetry/instrumentation-fetch 0.223.0, @opentelemetry/sdk-trace-web 2.12.0, playwright-core 1.65.1, the Chromium of the machine (Debian);
#          run on 2026-11-28.
# Matters: A page that stops speech with reader.cancel(), or with break in "for await (… of response.body)", is silent, and the synthesis goes on to its end and is
#          paid for. All of it is also kept in the page's memory. Give fetch a signal, and abort it.
set -euo pipefail
chromium=$(command -v chromium) || { echo "needs chromium (Debian: chromium)" >&2; exit 2; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund @opentelemetry/instrumentation-fetch@0.223.0 @opentelemetry/instrumentation@0.223.0 @opentelemetry/sdk-trace-web@2.12.0 @opentelemetry/api@1.9.1 esbuild@0.28.2 playwright-core@1.65.1
cat >page.js <<'JS'
import { registerInstrumentations } from "@opentelemetry/instrumentation";
import { FetchInstrumentation } from "@opentelemetry/instrumentation-fetch";
import { WebTracerProvider } from "@opentelemetry/sdk-trace-web";
registerInstrumentations({ tracerProvider: new WebTracerProvider(), instrumentations: [new FetchInstrumentation()] });
JS
node_modules/.bin/esbuild page.js --bundle --outfile=bundle.js --log-level=error
cat >observe.mjs <<'JS'
import { once } from "node:events";
import { readFileSync } from "node:fs";
import http from "node:http";
import { chromium } from "playwright-core";

const PIECES = 100;
const ended = [];
const server = http.createServer((request, response) => {
  if (request.method === "GET") return response.setHeader("content-type", "text/html").end("<body>");
  let made = 0;
  const timer = setInterval(() => {
    response.write(Buffer.alloc(2_400));
    if (++made === PIECES) response.end();
  }, 50);
  response.on("close", () => {
    clearInterval(timer);
    ended.shift()(made);
  });
}).listen(0, "127.0.0.1");
await once(server, "listening");
const browser = await chromium.launch({ executablePath: process.argv[2], args: ["--no-sandbox", "--disable-gpu", "--disable-quic"] });
for (const bundle of [undefined, readFileSync("bundle.js", "utf8")]) {
  for (const way of ["cancel", "abort"]) {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    if (bundle) await page.addScriptTag({ content: bundle });
    const closed = new Promise((resolve) => ended.push(resolve));
    await page.evaluate(async (way) => {
      const controller = new AbortController();
      const response = await fetch("/speech", { method: "POST", signal: controller.signal });
      const reader = response.body.getReader();
      await reader.read();
      if (way === "cancel") await Promise.race([reader.cancel(), new Promise((resolve) => setTimeout(resolve, 100))]);
      else controller.abort();
    }, way);
    console.log(`${bundle ? "with" : "without"} the instrumentation, ${way}: ${await closed === PIECES ? "all pieces are made" : "the service is told"}`);
    await page.close();
  }
}
await browser.close();
server.close();
JS
timeout 120 node observe.mjs "$chromium" | tee seen
diff - seen <<'WANT'
without the instrumentation, cancel: the service is told
without the instrumentation, abort: the service is told
with the instrumentation, cancel: all pieces are made
with the instrumentation, abort: the service is told
WANT
