#!/usr/bin/env bash
# sonora's ASGI server writes b'grpc-status': b'0' where grpc-status: 0 belongs
#
# Guess:   sonora speaks gRPC-Web the same as WSGI and as ASGI: the trailers frame of a unary call that succeeds is
#          "grpc-status: 0".
# Came:    As ASGI it is "b'grpc-status': b'0'", Python's own spelling of bytes: the call has no status that a client could
#          read. As WSGI it is right.
# With:    sonora 0.2.3, uvicorn 0.54.0, waitress 3.0.2, grpcio 1.85.1; run on 2026-11-27.
# Matters: GenerateSpeech is accepted and paid for, and each client that checks the status calls it a failure. Put sonora's
#          WSGI server, connect-python, or a gateway in front.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check sonora==0.2.3 uvicorn==0.54.0 waitress==3.0.2 grpcio==1.85.1
cat >service.py <<'PY'
import os, socket, sys, threading, time, urllib.request
import grpc

same = lambda message: message

def add(application, method):
    handler = grpc.unary_unary_rpc_method_handler(method, request_deserializer=same, response_serializer=same)
    application.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Service", {"Call": handler}),))
    return application

def serve(kind, taken):
    if kind == "ASGI":
        import uvicorn
        from sonora.asgi import grpcASGI

        async def call(request, context):
            return b"answer"

        application = add(grpcASGI(None), call)
        uvicorn.Server(uvicorn.Config(application, log_level="critical", lifespan="off")).run(sockets=[taken])
    else:
        import waitress
        from sonora.wsgi import grpcWSGI

        waitress.serve(add(grpcWSGI(None), lambda request, context: b"answer"), sockets=[taken], _quiet=True)

kind = sys.argv[1]
taken = socket.create_server(("127.0.0.1", 0))
url = f"http://127.0.0.1:{taken.getsockname()[1]}/test.Service/Call"
threading.Thread(target=serve, args=(kind, taken), daemon=True).start()
time.sleep(1.5)
media = "application/grpc-web+proto"
request = urllib.request.Request(url, bytes(5), {"content-type": media, "accept": media, "x-grpc-web": "1"})
with urllib.request.urlopen(request) as answer:
    body = answer.read()
length = int.from_bytes(body[1:5], "big")
print(f"{kind}: message {body[5 : 5 + length].decode()}, trailers {body[5 + length + 5 :].decode().strip()}", flush=True)
os._exit(0)
PY
for kind in WSGI ASGI; do venv/bin/python service.py "$kind" 2>/dev/null; done | tee seen
diff - seen <<'WANT'
WSGI: message answer, trailers grpc-status: 0
ASGI: message answer, trailers b'grpc-status': b'0'
WANT
