#!/usr/bin/env bash
# Varnish sends a POST twice once its VCL keeps the body with std.cache_req_body
#
# Guess:   Varnish never sends a POST again. If the backend closes the connection after it took the request, the client
#          gets a 503 and the backend has seen one POST. To keep the body for VCL changes nothing of that.
# Came:    Without std.cache_req_body: one POST. With it: the backend has the whole POST twice, once on the kept
#          connection and once on a new one, and the client still gets a 503.
# With:    varnish 7.1.1 (Debian 12), run on 2026-11-27.
# Matters: GenerateSpeech and StreamSpeech cost credits and have no idempotency key. People add the line to look at the
#          body or to route by it; a backend that closes kept connections, as each restart does, is then paid twice.
set -euo pipefail
dir=$(mktemp -d)
children=()
cleanup() {
  for child in "${children[@]}"; do kill "$child" 2>/dev/null || true; wait "$child" 2>/dev/null || true; done
  rm -rf "$dir"
}
trap cleanup EXIT
cd "$dir"

apt-get -qq download "varnish=7.1.1-*" "libvarnishapi3=7.1.1-*" >/dev/null 2>&1
for package in ./*.deb; do dpkg -x "$package" root; done
library=$(find "$PWD" -name libvarnishapi.so.3 -print -quit)
plugins=$(find "$PWD" -type d -name varnish -path '*/lib/*' -print -quit)
export LD_LIBRARY_PATH="${library%/*}:$plugins"
varnishd=$(find "$PWD" -type f -name varnishd -print -quit)
"$varnishd" -V 2>&1 | head -1 | tr -d '()' | cut -d' ' -f2

# GET is answered, and the connection kept. POST is read to its end, and the connection closed without an answer.
cat >backend.py <<'PY'
import socket, sys, threading

def serve(connection):
    file, count = connection.makefile("rb"), 0
    while line := file.readline():
        length = 0
        while (header := file.readline()) not in (b"\r\n", b""):
            if header.lower().startswith(b"content-length:"):
                length = int(header.split(b":")[1])
        body = file.read(length)
        count += 1
        if line.startswith(b"POST"):
            with open(sys.argv[1], "a") as log:
                log.write(f"POST of {len(body)} bytes on a {'kept' if count > 1 else 'new'} connection\n")
            break
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
    file.close()
    connection.shutdown(socket.SHUT_RDWR)
    connection.close()

server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
while True:
    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
PY
: >log
python3 backend.py log >port & children+=($!)
until [ -s port ]; do sleep 0.1; done
front=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')

observe() {
  printf 'vcl 4.1;\nimport std;\nbackend default { .host = "127.0.0.1"; .port = "%s"; }\nsub vcl_recv { %s return (pass); }\n' \
    "$(cat port)" "$1" >config.vcl
  "$varnishd" -F -n "$dir/work" -a "127.0.0.1:$front" -f "$dir/config.vcl" -s malloc,16m \
    -p vmod_path="$(dirname "$(find "$dir/root" -name libvmod_std.so)")" -j none >varnish.log 2>&1 &
  local child=$!
  children+=("$child")
  for _ in $(seq 100); do curl -s -o /dev/null "http://127.0.0.1:$front/" && break; sleep 0.1; done
  curl -s -o /dev/null "http://127.0.0.1:$front/"
  : >log
  echo "${1:-no cache_req_body}: HTTP $(curl -s -m 20 -o /dev/null -w '%{http_code}' -d text=1 "http://127.0.0.1:$front/pay")"
  cat log
  kill "$child"; wait "$child" 2>/dev/null || true
}
{ observe ''; observe 'std.cache_req_body(64KB);'; } | tee seen
diff - seen <<'WANT'
no cache_req_body: HTTP 503
POST of 6 bytes on a kept connection
std.cache_req_body(64KB);: HTTP 503
POST of 6 bytes on a kept connection
POST of 6 bytes on a new connection
WANT
