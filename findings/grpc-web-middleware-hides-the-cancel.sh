#!/usr/bin/env bash
# npm's @grpc-web/middleware never tells the gRPC service that the caller is gone, and the service speaks to the end
#
# Guess:   When the caller closes its connection, the middleware resets the call's stream to the gRPC server, as Envoy and the wrappers of Go do. The service is told "cancelled" at once, whether it
#          makes chunks or is silent.
# Came:    It closes the HTTP/2 session gently, which waits for its calls. A stream whose caller leaves at the third chunk makes all 40, and is never told. A silent call is told when it answers, after
#          2 s. With grpc-js alone, without the middleware, both are told at once. A call that nobody leaves is right, with its status in the trailers frame.
# With:    @grpc-web/middleware 0.1.0, @grpc/grpc-js 1.14.7, Node 20.20; run on 2026-11-29.
# Matters: A visitor who skips a sentence pays for it, and ten skipped sentences are synthesised at once. Put Envoy, connect-go or vanguard in front of the service.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund @grpc-web/middleware@0.1.0 @grpc/grpc-js@1.14.7
cat >observe.cjs <<'JS'
const { createServer } = require("node:http");
const { setTimeout: wait } = require("node:timers/promises");
const grpc = require("@grpc/grpc-js");
const middleware = require("@grpc-web/middleware");

const same = (message) => message;
const method = (path, responseStream) => ({ path, requestStream: false, responseStream, requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same });
const definition = { stream: method("/test.Service/Stream", true), silent: method("/test.Service/Silent", false) };

let told = false;
let turns = 0;
let ended = false;

async function stream(call) {
  call.on("cancelled", () => told = true);
  for (turns = 0; turns < 40 && !call.cancelled; turns++) {
    call.write(Buffer.from("a chunk"));
    await wait(50);
  }
  ended = true;
  call.end();
}

async function silent(call, answer) {
  call.on("cancelled", () => told = true);
  for (turns = 0; turns < 40 && !call.cancelled; turns++) await wait(50);
  ended = true;
  answer(null, Buffer.from("answer"));
}

async function listen(handle) {
  const server = createServer(handle);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${server.address().port}`;
}

async function main() {
  const service = new grpc.Server();
  service.addService(definition, { stream, silent });
  const port = await new Promise((resolve, reject) =>
    service.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => error ? reject(error) : resolve(port))
  );
  const gateway = middleware(`http://127.0.0.1:${port}`);
  const url = await listen((request, response) => gateway(request, response));
  const post = (path, signal) => fetch(url + path, { method: "POST", headers: { "content-type": "application/grpc-web+proto" }, body: new Uint8Array(5), signal });
  const client = new (grpc.makeGenericClientConstructor(definition, "Service"))(`127.0.0.1:${port}`, grpc.credentials.createInsecure());

  async function observe(name, call) {
    told = ended = false;
    turns = 0;
    await call();
    // Longer than the service speaks.
    for (let i = 0; i < 60 && !ended; i++) await wait(50);
    console.log(`${name}: ${told ? "told" : "never told"}, ends after ${turns < 15 ? "less than 15" : turns} of 40 turns`);
  }

  console.log("nobody leaves:", JSON.stringify(Buffer.from(await (await post("/test.Service/Silent")).arrayBuffer()).toString("latin1")));
  await observe("middleware, a stream", async () => {
    const left = new AbortController();
    const reader = (await post("/test.Service/Stream", left.signal)).body.getReader();
    for (let i = 0; i < 3; i++) await reader.read();
    left.abort();
  });
  await observe("middleware, a silent call", async () => {
    const left = new AbortController();
    const answer = post("/test.Service/Silent", left.signal).catch(() => {});
    await wait(200);
    left.abort();
    await answer;
  });
  await observe("grpc-js, a stream", async () => {
    const call = client.stream(Buffer.alloc(0));
    call.on("error", () => {});
    for (let i = 0; i < 3; i++) await new Promise((resolve) => call.once("data", resolve));
    call.cancel();
  });
  await observe("grpc-js, a silent call", async () => {
    const call = client.silent(Buffer.alloc(0), () => {});
    await wait(200);
    call.cancel();
  });
  process.exit();
}

main();
JS
timeout 60 node observe.cjs | tee seen
diff - seen <<'WANT'
nobody leaves: "\u0000\u0000\u0000\u0000\u0006answer\u0000\u0000\u0000 grpc-status:0\r\ngrpc-message:OK\r\n"
middleware, a stream: never told, ends after 40 of 40 turns
middleware, a silent call: told, ends after 40 of 40 turns
grpc-js, a stream: told, ends after less than 15 of 40 turns
grpc-js, a silent call: told, ends after less than 15 of 40 turns
WANT
