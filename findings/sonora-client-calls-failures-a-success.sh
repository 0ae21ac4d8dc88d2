#!/usr/bin/env bash
# sonora's asyncio client answers None for a unary call that failed, and its other client takes a stream without an end, and HTTP 503, for a success
#
# Guess:   Both clients raise WebRpcError for each call whose status is not 0, wherever the server writes it, and for an answer that has no status: gRPC has no other way to tell
#          that an answer is whole.
# Came:    A unary call that sonora's own WSGI server ends with RESOURCE_EXHAUSTED returns None in sonora.aio: the status stands in the trailers frame, and is read from the headers alone.
#          sonora.client raises there. It in turn ends a stream that has no trailers as if it were whole, and makes an empty stream of HTTP 503, where sonora.aio raises. Both make None
#          of a unary call that HTTP 503 answers.
# With:    sonora 0.2.3, grpcio 1.85.1, urllib3 1.26.20, aiohttp 3.14.5, waitress 3.0.2; run on 2026-11-28.
# Matters: "No credits" and "too many requests" look like an answer without fields, and a speech that broke off looks whole. In a program of Python take grpcio, or connect-python, and check that
#          an answer has what it must have.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check sonora==0.2.3 grpcio==1.85.1 urllib3==1.26.20 aiohttp==3.14.5 waitress==3.0.2
cat >observe.py <<'PY'
import asyncio
import os
import socket
import threading

import grpc
import sonora.aio
import sonora.client
import waitress
from sonora.wsgi import grpcWSGI

same = lambda message: message

def unary(request, context):
    context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "no credits")

def stream(request, context):
    yield b"piece"
    context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "no credits")

application = grpcWSGI(None)
application.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Service", {
    "Unary": grpc.unary_unary_rpc_method_handler(unary, same, same),
    "Stream": grpc.unary_stream_rpc_method_handler(stream, same, same),
}),))
listener = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=lambda: waitress.serve(application, sockets=[listener], _quiet=True), daemon=True).start()

answers = {
    "/broken": b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/grpc-web+proto\r\ncontent-length: 10\r\n\r\n\0\0\0\0\5piece",
    "/down": b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
}
gateway = socket.create_server(("127.0.0.1", 0))

def serve():
    while True:
        connection = gateway.accept()[0]
        request = b""
        # An empty message is five zeros.
        while not request.endswith(bytes(5)):
            request += connection.recv(65536)
        connection.sendall(answers[request.split()[1].decode()])
        connection.close()

threading.Thread(target=serve, daemon=True).start()

def call(server, path, is_stream):
    channel = sonora.client.insecure_web_channel(f"http://127.0.0.1:{server.getsockname()[1]}")
    return list(channel.unary_stream(path, same, same)(b"")) if is_stream else channel.unary_unary(path, same, same)(b"")

async def call_aio(server, path, is_stream):
    async with sonora.aio.insecure_web_channel(f"http://127.0.0.1:{server.getsockname()[1]}") as channel:
        if is_stream:
            return [message async for message in channel.unary_stream(path, same, same)(b"")]
        return await channel.unary_unary(path, same, same)(b"")

for name, server, path, is_stream in [
    ("a unary call without credits", listener, "/test.Service/Unary", False),
    ("a stream whose credits end", listener, "/test.Service/Stream", True),
    ("a stream without trailers", gateway, "/broken", True),
    ("a stream, HTTP 503", gateway, "/down", True),
    ("a unary call, HTTP 503", gateway, "/down", False),
]:
    for client, run in (("client", call), ("aio", lambda *call: asyncio.run(call_aio(*call)))):
        try:
            end = f"returns {run(server, path, is_stream)}"
        except Exception as error:
            end = f"raises {type(error).__name__}"
        print(f"{name}, {client}: {end}", flush=True)
os._exit(0)
PY
venv/bin/python observe.py | tee seen
diff - seen <<'WANT'
a unary call without credits, client: raises WebRpcError
a unary call without credits, aio: returns None
a stream whose credits end, client: raises WebRpcError
a stream whose credits end, aio: raises WebRpcError
a stream without trailers, client: returns [b'piece']
a stream without trailers, aio: raises IncompleteReadError
a stream, HTTP 503, client: returns []
a stream, HTTP 503, aio: raises IncompleteReadError
a unary call, HTTP 503, client: returns None
a unary call, HTTP 503, aio: returns None
WANT
