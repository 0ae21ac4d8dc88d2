#!/usr/bin/env bash
# grpclib reads a stream to its end when its block is left, and purerpc and grpc.aio leave it running
#
# Guess:   grpclib resets a stream when "async with method.open()" is left before its end: that is what the block is for. purerpc does so at the break. grpcio and
#          grpc.aio cancel a call once nothing refers to it.
# Came:    grpclib waits at the end of the block until the service has made all of its 40 pieces, 2 s. An exception out of the block, or stream.cancel() before its end, resets the
#          stream at once. Behind purerpc and grpc.aio all pieces are made, too, with the call out of reach. Only grpcio cancels it.
# With:    grpclib 0.4.9, purerpc 0.8.0, grpcio 1.85.3 (Python); run on 2026-11-28.
# Matters: A listener who leaves in the middle of a speech pays for all of it, and with grpclib, which betterproto's clients stand on, the program also waits for it. Call
#          cancel() on the stream or the call before the break.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check grpclib==0.4.9 purerpc==0.8.0 grpcio==1.85.3 protobuf==6.33.1
cat >leave.py <<'PY'
import asyncio, threading, time
from concurrent import futures
import grpc, purerpc
from google.protobuf.wrappers_pb2 import BytesValue
from grpclib.client import Channel, UnaryStreamMethod

PIECES = 40
over = threading.Event()
made = 0

class Voice(grpc.GenericRpcHandler):
    def service(self, details):
        return grpc.unary_stream_rpc_method_handler(self.speak)

    def speak(self, request, context):
        global made
        ended = threading.Event()
        context.add_callback(lambda: (ended.set(), over.set()))
        for made in range(1, PIECES + 1):
            if ended.wait(0.05):
                return
            yield BytesValue(value=b"piece").SerializeToString()

server = grpc.server(futures.ThreadPoolExecutor(2))
server.add_generic_rpc_handlers([Voice()])
port = server.add_insecure_port("127.0.0.1:0")
server.start()
address = f"127.0.0.1:{port}"
request = BytesValue(value=b"text")

async def with_grpclib(way):
    channel = Channel("127.0.0.1", port)
    heard = 0
    try:
        async with UnaryStreamMethod(channel, "/Voice/Speak", BytesValue, BytesValue).open() as stream:
            await stream.send_message(request, end=True)
            async for _ in stream:
                heard += 1
                if heard == 2:
                    if way == "cancel":
                        await stream.cancel()
                    if way == "exception":
                        raise KeyError("left")
                    break
    except KeyError:
        pass
    yield
    channel.close()

async def with_purerpc():
    async with purerpc.insecure_channel("127.0.0.1", port) as channel:
        signature = purerpc.RPCSignature(purerpc.Cardinality.UNARY_STREAM, BytesValue, BytesValue)
        heard = 0
        async for _ in purerpc.Client("Voice", channel).get_method_stub("Speak", signature)(request):
            heard += 1
            if heard == 2:
                break
        yield

async def with_aio():
    async with grpc.aio.insecure_channel(address) as channel:
        heard = 0
        async for _ in channel.unary_stream("/Voice/Speak")(request.SerializeToString()):
            heard += 1
            if heard == 2:
                break
        yield

async def with_grpcio():
    with grpc.insecure_channel(address) as channel:
        heard = 0
        for _ in channel.unary_stream("/Voice/Speak")(request.SerializeToString()):
            heard += 1
            if heard == 2:
                break
        yield

async def observe(name, left):
    over.clear()
    # The channel stays open until the call is over.
    async for _ in left:
        when = "left at once" if made < PIECES // 2 else "left when the service has ended"
        while not over.is_set():
            await asyncio.sleep(0.05)
    print(f"{name}: {when}, {'all pieces are made' if made == PIECES else 'the service is told'}")

for name, left in {
    "grpclib, break": with_grpclib("break"),
    "grpclib, exception": with_grpclib("exception"),
    "grpclib, cancel and break": with_grpclib("cancel"),
    "purerpc, break": with_purerpc(),
    "grpc.aio, break": with_aio(),
    "grpcio, break": with_grpcio(),
}.items():
    asyncio.run(observe(name, left))
server.stop(None).wait()
PY
timeout 60 venv/bin/python leave.py | tee seen
diff - seen <<'WANT'
grpclib, break: left when the service has ended, all pieces are made
grpclib, exception: left at once, the service is told
grpclib, cancel and break: left at once, the service is told
purerpc, break: left at once, all pieces are made
grpc.aio, break: left at once, all pieces are made
grpcio, break: left at once, the service is told
WANT
