#!/usr/bin/env bash
# grpc-js and protobuf-ts's grpc-transport go on with a stream after "break" out of its loop
#
# Guess:   "break" out of "for await" destroys the stream of Node that a call of grpc-js is, and a destroyed stream cancels the call. nice-grpc and protobuf-ts, which
#          stand on grpc-js, cancel it as well.
# Came:    Behind grpc-js and protobuf-ts the service makes all of its 40 pieces after a break at the second. nice-grpc cancels at the break. call.cancel() before the break
#          ends grpc-js's call at once.
# With:    @grpc/grpc-js 1.14.7, nice-grpc 2.1.18, @protobuf-ts/grpc-transport 2.11.1 on Node 20.20; run on 2026-11-28.
# Matters: A listener who leaves in the middle of a speech pays for all of it. Call cancel() before each break, return and throw in the loop, or take nice-grpc.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund @grpc/grpc-js@1.14.7 nice-grpc@2.1.18 @protobuf-ts/grpc-transport@2.11.1 @protobuf-ts/runtime@2.11.1 @protobuf-ts/runtime-rpc@2.11.1
cat >leave.mjs <<'JS'
import * as grpc from "@grpc/grpc-js";
import { GrpcTransport } from "@protobuf-ts/grpc-transport";
import { MessageType } from "@protobuf-ts/runtime";
import { ServiceType } from "@protobuf-ts/runtime-rpc";
import { createChannel, createClient } from "nice-grpc";

const PIECES = 40;
const same = (bytes) => Buffer.from(bytes);
const methods = {
  speak: { path: "/Voice/Speak", requestStream: false, responseStream: true, requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same, options: {} },
};
let over;
const server = new grpc.Server();
server.addService(methods, {
  speak(call) {
    const tell = over;
    let made = 0;
    const timer = setInterval(() => {
      call.write(Buffer.from([10, 2, 1, 2]));
      if (++made < PIECES) return;
      clearInterval(timer);
      call.end();
      tell(made);
    }, 50);
    call.on("cancelled", () => {
      clearInterval(timer);
      tell(made);
    });
  },
});
const address = await new Promise((resolve, reject) => {
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => error ? reject(error) : resolve(`127.0.0.1:${port}`));
});

async function observe(name, start) {
  const made = new Promise((resolve) => over = resolve);
  const { pieces, cancel } = start();
  let heard = 0;
  try {
    for await (const _ of pieces) {
      if (++heard < 2) continue;
      cancel?.();
      if (!name.endsWith("in the loop")) break;
    }
  } catch {
    // The cancellation is told to the loop.
  }
  console.log(`${name}: ${await made === PIECES ? "all pieces are made" : "the service is told"}`);
}

const Client = grpc.makeGenericClientConstructor(methods, "Voice");
const client = new Client(address, grpc.credentials.createInsecure());
const request = Buffer.from([10, 1, 1]);
await observe("grpc-js, break", () => ({ pieces: client.speak(request) }));
await observe("grpc-js, cancel and break", () => {
  const call = client.speak(request).on("error", () => {});
  return { pieces: call, cancel: () => call.cancel() };
});
const nice = createClient(methods, createChannel(address));
await observe("nice-grpc, break", () => ({ pieces: nice.speak(request) }));
await observe("nice-grpc, abort in the loop", () => {
  const controller = new AbortController();
  return { pieces: nice.speak(request, { signal: controller.signal }), cancel: () => controller.abort() };
});
const Message = new MessageType("Message", [{ no: 1, name: "audio", kind: "scalar", T: 12 }]);
const service = new ServiceType("Voice", [{ name: "Speak", serverStreaming: true, options: {}, I: Message, O: Message }]);
const transport = new GrpcTransport({ host: address, channelCredentials: grpc.credentials.createInsecure() });
process.on("unhandledRejection", () => {});
await observe("protobuf-ts, break", () => ({ pieces: transport.serverStreaming(service.methods[0], Message.create(), transport.mergeOptions({})).responses }));
process.exit();
JS
timeout 60 node leave.mjs | tee seen
diff - seen <<'WANT'
grpc-js, break: all pieces are made
grpc-js, cancel and break: the service is told
nice-grpc, break: the service is told
nice-grpc, abort in the loop: the service is told
protobuf-ts, break: all pieces are made
WANT
