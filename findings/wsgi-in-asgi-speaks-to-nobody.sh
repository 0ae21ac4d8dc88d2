#!/usr/bin/env bash
# A WSGI application inside of an ASGI server goes on to its end after the caller cancelled
#
# Guess:   When the caller closes the connection, the server closes the application's generator at its next write, as PEP 3333
#          asks ("must call close() … whether the request was completed normally, or terminated early").
# Came:    gunicorn, waitress and granian close it after two to four pieces. With uvicorn and a2wsgi, uvicorn and asgiref, and
#          hypercorn's own WSGI support, all 30 pieces are made: the adapter writes into a queue or a callback that nobody fails.
# With:    gunicorn 27.0.1, waitress 3.0.2, granian 2.8.9, uvicorn 0.54.0, a2wsgi 1.10.10, asgiref 3.13.0, hypercorn 0.18.0; run on
#          2026-11-28.
# Matters: sonora serves gRPC-Web as WSGI. Behind one of the three adapters a cancelled StreamSpeech is synthesised, and paid
#          for, to its end.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check gunicorn==27.0.1 waitress==3.0.2 granian==2.8.9 uvicorn==0.54.0 a2wsgi==1.10.10 asgiref==3.13.0 hypercorn==0.18.0
cat >speech.py <<'PY'
import os, time
from a2wsgi import WSGIMiddleware
from asgiref.wsgi import WsgiToAsgi

PIECES = 30

def app(environ, start_response):
    start_response("200 OK", [("content-type", "application/grpc-web+proto")])
    return pieces()

def pieces():
    made = 0
    try:
        for made in range(1, PIECES + 1):
            yield b"x" * 200
            time.sleep(0.1)
    finally:
        with open("ended", "w") as file:
            file.write("all pieces made" if made == PIECES else "closed early")

a2wsgi_app = WSGIMiddleware(app)
asgiref_app = WsgiToAsgi(app)
PY
cat >caller.py <<'PY'
import os, socket, sys, time
for _ in range(200):
    try:
        caller = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
        break
    except OSError:
        time.sleep(0.1)
caller.sendall(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\n\r\n.")
received = b""
while b"xxxx" not in received:
    received += caller.recv(65536)
caller.close()
for _ in range(200):
    if os.path.exists("ended") and (text := open("ended").read()):
        break
    time.sleep(0.1)
print(f"{sys.argv[2]}: {text}")
PY
export PATH="$dir/venv/bin:$PATH"
observe() {
  local name=$1 port child
  shift
  port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
  rm -f ended
  "${@//PORT/$port}" >"$name.log" 2>&1 &
  child=$!
  python3 caller.py "$port" "$name" || true
  kill "$child"; wait "$child" 2>/dev/null || true
}
{
  observe gunicorn gunicorn --worker-class gthread --threads 2 --bind 127.0.0.1:PORT speech:app
  observe waitress waitress-serve --listen=127.0.0.1:PORT speech:app
  observe granian granian --interface wsgi --host 127.0.0.1 --port PORT speech:app
  observe a2wsgi uvicorn --port PORT speech:a2wsgi_app
  observe asgiref uvicorn --port PORT speech:asgiref_app
  observe hypercorn hypercorn --bind 127.0.0.1:PORT wsgi:speech:app
} | tee seen
diff - seen <<'WANT'
gunicorn: closed early
waitress: closed early
granian: closed early
a2wsgi: all pieces made
asgiref: all pieces made
hypercorn: all pieces made
WANT
