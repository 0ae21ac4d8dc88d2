#!/usr/bin/env bash
# Behind OpenTelemetry's and Elastic's monitors of fetch a stream runs to its end after reader.cancel()
#
# Guess:   A monitor looks at headers and times. A page that calls reader.cancel() on the body of an answer ends the request, with a monitor or without
#          one. Only Datadog's, which counts bytes, may read on.
# Came:    Without a monitor, and with Datadog's and Sentry's, the service is told at once. Behind OpenTelemetry's instrumentation and Elastic's agent it is not
#          told, and makes all of its 100 pieces: they clone the answer and read the clone, and a body that two readers share ends only when both have
#          cancelled. An AbortController ends the request in each case.
# With:    @opentelemetry/instrumentation-fetch 0.223.0, @opentelemetry/sdk-trace-web 2.12.0, @elastic/apm-rum 5.17.5, @datadog/browser-rum 7.16.2,
#          @sentry/browser 11.12.0, playwright-core 1.65.1, the Chromium of the machine (Debian); run on 2026-11-28.
# Matters: A page that stops speech with reader.cancel(), or with break in "for await (… of response.body)", is silent, and the synthesis goes on to its end and is
#          paid for. All of it is also read into the page. Give fetch a signal, and abort it.
set -euo pipefail
chromium=$(command -v chromium) || { echo "needs chromium (Debian: chromium)" >&2; exit 2; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund @opentelemetry/instrumentation-fetch@0.223.0 @opentelemetry/instrumentation@0.223.0 @opentelemetry/sdk-trace-web@2.12.0 @opentelemetry/api@1.9.1 @elastic/apm-rum@5.17.5 @datadog/browser-rum@7.16.2 @sentry/browser@11.12.0 esbuild@0.28.2 playwright-core@1.65.1
cat >opentelemetry.js <<'JS'
import { registerInstrumentations } from "@opentelemetry/instrumentation";
import { FetchInstrumentation } from "@opentelemetry/instrumentation-fetch";
import { WebTracerProvider } from "@opentelemetry/sdk-trace-web";
registerInstrumentations({ tracerProvider: new WebTracerProvider(), instrumentations: [new FetchInstrumentation()] });
JS
cat >elastic.js <<'JS'
import { init } from "@elastic/apm-rum";
init({ serviceName: "page", serverUrl: `${location.origin}/monitor` });
JS
cat >datadog.js <<'JS'
import { datadogRum } from "@datadog/browser-rum";
datadogRum.init({ applicationId: "page", clientToken: "token", site: "datadoghq.com", trackResources: true, proxy: `${location.origin}/monitor` });
JS
cat >sentry.js <<'JS'
import { browserTracingIntegration, init } from "@sentry/browser";
init({ dsn: "https://key@example.invalid/1", tracesSampleRate: 1, tunnel: "/monitor", integrations: [browserTracingIntegration()] });
JS
: >no-monitor.js
node_modules/.bin/esbuild no-monitor.js opentelemetry.js elastic.js datadog.js sentry.js --bundle --outdir=bundles --log-level=error '--define:process.env.NODE_ENV="production"'
cat >observe.mjs <<'JS'
import { once } from "node:events";
import { readFileSync } from "node:fs";
import http from "node:http";
import { chromium } from "playwright-core";

const PIECES = 100;
let ended;
const server = http.createServer((request, response) => {
  if (request.url !== "/speech") return response.setHeader("content-type", "text/html").end("<body>");
  let made = 0;
  const timer = setInterval(() => {
    response.write(Buffer.alloc(2_400));
    if (++made === PIECES) response.end();
  }, 50);
  response.on("close", () => {
    clearInterval(timer);
    ended(made);
  });
}).listen(0, "127.0.0.1");
await once(server, "listening");
const origin = `http://127.0.0.1:${server.address().port}`;

async function speak([url, way]) {
  const controller = new AbortController();
  const response = await fetch(url, { method: "POST", signal: controller.signal });
  const reader = response.body.getReader();
  await reader.read();
  if (way === "abort") controller.abort();
  else await Promise.race([reader.cancel(), new Promise((resolve) => setTimeout(resolve, 100))]);
}

async function observe(name, run) {
  for (const way of ["cancel", "abort"]) {
    const closed = new Promise((resolve) => ended = resolve);
    await run([`${origin}/speech`, way]);
    console.log(`${name}, ${way}: ${await closed === PIECES ? "all pieces are made" : "the service is told"}`);
  }
}

const browser = await chromium.launch({ executablePath: process.argv[2], args: ["--no-sandbox", "--disable-gpu", "--disable-quic"] });
for (const name of ["no-monitor", "sentry", "datadog", "opentelemetry", "elastic"]) {
  const page = await browser.newPage();
  await page.goto(origin);
  await page.addScriptTag({ content: readFileSync(`bundles/${name}.js`, "utf8") });
  await observe(name, (argument) => page.evaluate(speak, argument));
  await page.close();
}
await browser.close();
server.close();
JS
timeout 120 node observe.mjs "$chromium" | tee seen
diff - seen <<'WANT'
no-monitor, cancel: the service is told
no-monitor, abort: the service is told
sentry, cancel: the service is told
sentry, abort: the service is told
datadog, cancel: the service is told
datadog, abort: the service is told
opentelemetry, cancel: all pieces are made
opentelemetry, abort: the service is told
elastic, cancel: all pieces are made
elastic, abort: the service is told
WANT
