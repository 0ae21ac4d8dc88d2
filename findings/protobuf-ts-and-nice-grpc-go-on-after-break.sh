#!/usr/bin/env bash
# protobuf-ts and nice-grpc-web go on with a stream after its loop was left, and protobuf-ts leaves its timeout to the server
#
# Guess:   "break" out of "for await" ends the call, as it ends a generator: the connection closes. A timeout of 300 ms ends a call after 300 ms, whether the server knows
#          of deadlines or not.
# Came:    Behind both the service makes all of its 40 pieces after a break at the second. An AbortSignal that is aborted after the break ends protobuf-ts's call, and does
#          nothing for nice-grpc-web's; aborted in the loop, it ends both. protobuf-ts sends its timeout as a header and does no more: a silent server ended the call after 3 s.
# With:    @protobuf-ts/grpcweb-transport 2.11.1, nice-grpc-web 3.3.11 on Node 20.20; run on 2026-11-28.
# Matters: A listener who leaves in the middle of a speech pays for all of it. A call to a service that knows no deadlines has no end. Give each call an AbortSignal, and abort
#          it in place of the break; AbortSignal.timeout() is a deadline.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund @protobuf-ts/grpcweb-transport@2.11.1 @protobuf-ts/runtime@2.11.1 @protobuf-ts/runtime-rpc@2.11.1 nice-grpc-web@3.3.11
cat >leave.mjs <<'JS'
import { once } from "node:events";
import http from "node:http";
import { GrpcWebFetchTransport } from "@protobuf-ts/grpcweb-transport";
import { MessageType } from "@protobuf-ts/runtime";
import { ServiceType } from "@protobuf-ts/runtime-rpc";
import { createChannel, createClient, FetchTransport } from "nice-grpc-web";

const PIECES = 40;
const piece = Buffer.from([0, 0, 0, 0, 4, 10, 2, 1, 2]);
const trailers = Buffer.concat([Buffer.from([128, 0, 0, 0, 16]), Buffer.from("grpc-status: 0\r\n")]);
let left;
const server = http.createServer((request, response) => {
  request.resume();
  let made = 0;
  response.on("close", () => left(made));
  if (request.url.endsWith("Silent")) return setTimeout(() => response.destroy(), 3_000);
  response.setHeader("content-type", "application/grpc-web+proto");
  const timer = setInterval(() => {
    response.write(piece);
    if (++made === PIECES) response.end(trailers);
  }, 50);
  response.on("close", () => clearInterval(timer));
}).listen(0, "127.0.0.1");
await once(server, "listening");
const baseUrl = `http://127.0.0.1:${server.address().port}`;

const Message = new MessageType("Message", [{ no: 1, name: "audio", kind: "scalar", T: 12 }]);
const method = (name, serverStreaming) => ({ name, serverStreaming, options: {}, I: Message, O: Message });
const service = new ServiceType("Voice", [method("Speak", true), method("Silent", false)]);
const transport = new GrpcWebFetchTransport({ baseUrl, format: "binary" });
const request = Message.create();

const same = (bytes) => bytes;
const speak = { path: "/Voice/Speak", requestStream: false, responseStream: true, requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same, options: {} };
const nice = createClient({ speak }, createChannel(baseUrl, FetchTransport()));

async function observe(name, start) {
  for (const way of ["break", "break, then abort", "abort in the loop"]) {
    const closed = new Promise((resolve) => left = resolve);
    const controller = new AbortController();
    let heard = 0;
    try {
      for await (const _ of start(controller.signal)) {
        if (++heard < 2) continue;
        if (way.startsWith("break")) break;
        controller.abort();
      }
    } catch {
      // The abort is told to the loop.
    }
    if (way === "break, then abort") controller.abort();
    console.log(`${name}, ${way}: ${await closed === PIECES ? "all pieces are made" : "the service is told"}`);
  }
}
process.on("unhandledRejection", () => {});
await observe("protobuf-ts", (abort) => transport.serverStreaming(service.methods[0], request, transport.mergeOptions({ abort })).responses);
await observe("nice-grpc-web", (signal) => nice.speak(Uint8Array.of(10, 1, 1), { signal }));

left = () => {};
for (const [name, options] of [["timeout: 300", { timeout: 300 }], ["AbortSignal.timeout(300)", { abort: AbortSignal.timeout(300) }]]) {
  const began = performance.now();
  const code = await transport.unary(service.methods[1], request, transport.mergeOptions(options)).response.catch((error) => error.code);
  console.log(`protobuf-ts, ${name}: ${performance.now() - began < 2_000 ? "ends before the server" : "waits for the server"}, ${code}`);
}
process.exit();
JS
timeout 60 node leave.mjs | tee seen
diff - seen <<'WANT'
protobuf-ts, break: all pieces are made
protobuf-ts, break, then abort: the service is told
protobuf-ts, abort in the loop: the service is told
nice-grpc-web, break: all pieces are made
nice-grpc-web, break, then abort: all pieces are made
nice-grpc-web, abort in the loop: the service is told
protobuf-ts, timeout: 300: waits for the server, INTERNAL
protobuf-ts, AbortSignal.timeout(300): ends before the server, INTERNAL
WANT
