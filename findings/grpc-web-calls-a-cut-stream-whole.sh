#!/usr/bin/env bash
# Google's grpc-web ends a stream that was cut in the middle of a message as if it were whole
#
# Guess:   A stream whose body ends without the frame of trailers has no status: the client tells an error, as the gRPC-Web protocol requires trailers. A body that ends in
#          the middle of a message is an error all the more. A unary answer without trailers is an error, too.
# Came:    grpc-web tells "end" in both cases, in its text and in its binary format, and no error. Only the event "status" is missing, which most programs do not
#          ask for. The unary answer is a success. improbable's grpc-web tells status 2 in each case. A connection that is reset is an error with both.
# With:    grpc-web 2.1.1, @improbable-eng/grpc-web 0.15.0, esbuild 0.28.2, playwright-core 1.65.1, the Chromium of the machine (Debian); run on 2026-11-28.
# Matters: A proxy that speaks HTTP/1.0 to its service, nginx's default, makes such an end of a connection that broke. The speech stops in the middle of a word, and the program
#          keeps it as complete. Treat an end without the event "status" as an error.
set -euo pipefail
chromium=$(command -v chromium) || { echo "needs chromium (Debian: chromium)" >&2; exit 2; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund grpc-web@2.1.1 google-protobuf@3.21.4 @improbable-eng/grpc-web@0.15.0 esbuild@0.28.2 playwright-core@1.65.1
cat >page.js <<'JS'
import { grpc } from "@improbable-eng/grpc-web";
import { GrpcWebClientBase, MethodDescriptor, MethodType } from "grpc-web";

const REQUEST = Uint8Array.of(10, 1, 1);

function withGoogle(format, path, streams) {
  const client = new GrpcWebClientBase({ format });
  const type = streams ? MethodType.SERVER_STREAMING : MethodType.UNARY;
  const method = new MethodDescriptor(path, type, Object, Object, () => REQUEST, (bytes) => bytes);
  return new Promise((resolve) => {
    if (!streams) return client.rpcCall(path, {}, {}, method, (error, message) => resolve(error ? "an error" : message ? "a message" : "nothing"));
    const seen = [];
    const tell = (event) => seen.push(event);
    // What comes after the end or the error has time to come.
    const last = (event) => setTimeout(resolve, 300, [...seen, event].join(", "));
    client.serverStreaming(path, {}, {}, method)
      .on("data", () => tell("a message"))
      .on("status", ({ code }) => tell(`status ${code}`))
      .on("error", () => last("an error"))
      .on("end", () => last("end"));
  });
}

function withImprobable(path, streams) {
  const [, serviceName, methodName] = path.split("/");
  const method = { methodName, service: { serviceName }, requestStream: false, responseStream: streams, requestType: {}, responseType: { deserializeBinary: (bytes) => ({ toObject: () => bytes }) } };
  const request = { serializeBinary: () => REQUEST };
  return new Promise((resolve) => {
    const seen = [];
    grpc.invoke(method, { request, host: location.origin, onMessage: () => seen.push("a message"), onEnd: (code) => resolve([...seen, `end with status ${code}`].join(", ")) });
  });
}

globalThis.observe = (client, end) => {
  const streams = !end.startsWith("unary");
  const path = `/${client}/${end}`;
  return client === "improbable" ? withImprobable(path, streams) : withGoogle(client, path, streams);
};
JS
cat >observe.mjs <<'JS'
import { once } from "node:events";
import http from "node:http";
import { buildSync } from "esbuild";
import { chromium } from "playwright-core";

const page = buildSync({ entryPoints: ["page.js"], bundle: true, write: false }).outputFiles[0].text;
function frame(flag, bytes) {
  const head = Buffer.alloc(5);
  head[0] = flag;
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}
const message = frame(0, Buffer.from([10, 2, 1, 2]));
const trailers = frame(128, Buffer.from("grpc-status: 0\r\n"));
const server = http.createServer((request, response) => {
  const [, client, end] = request.url.split("/");
  if (end === undefined) return response.setHeader("content-type", "text/html").end("<body>");
  request.resume();
  const isText = client === "text";
  const write = (bytes) => response.write(isText ? bytes.toString("base64") : bytes);
  response.setHeader("content-type", isText ? "application/grpc-web-text+proto" : "application/grpc-web+proto");
  write(message);
  setTimeout(() => {
    if (end.endsWith("reset")) return response.destroy();
    if (end.endsWith("half")) write(message.subarray(0, 7));
    if (end.endsWith("whole")) write(trailers);
    response.end();
  }, 300);
}).listen(0, "127.0.0.1");
await once(server, "listening");
const browser = await chromium.launch({ executablePath: process.argv[2], args: ["--no-sandbox", "--disable-gpu", "--disable-quic"] });
const tab = await browser.newPage();
await tab.goto(`http://127.0.0.1:${server.address().port}/`);
await tab.addScriptTag({ content: page });
for (const client of ["text", "binary", "improbable"]) {
  for (const end of ["whole", "no-trailers", "half", "reset", "unary-whole", "unary-no-trailers"]) {
    console.log(`${client}, ${end}: ${await tab.evaluate(([client, end]) => globalThis.observe(client, end), [client, end])}`);
  }
}
await browser.close();
server.close();
JS
timeout 120 node observe.mjs "$chromium" | tee seen
diff - seen <<'WANT'
text, whole: a message, status 0, end
text, no-trailers: a message, end
text, half: a message, end
text, reset: a message, an error
text, unary-whole: a message
text, unary-no-trailers: a message
binary, whole: a message, status 0, end
binary, no-trailers: a message, end
binary, half: a message, end
binary, reset: an error
binary, unary-whole: a message
binary, unary-no-trailers: a message
improbable, whole: a message, end with status 0
improbable, no-trailers: a message, end with status 2
improbable, half: a message, end with status 2
improbable, reset: a message, end with status 2
improbable, unary-whole: a message, end with status 0
improbable, unary-no-trailers: a message, end with status 2
WANT
