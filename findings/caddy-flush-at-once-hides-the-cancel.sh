#!/usr/bin/env bash
# Caddy does not tell the service that the caller is gone once flush_interval is -1
#
# Guess:   "flush_interval -1" turns the buffering of answers off, and nothing else. When the caller closes its connection, Caddy
#          closes the one to the service, with it or without it.
# Came:    Without the line the service is told at once. With it a service that is silent is not told within 5 s. The line is not
#          needed either: Caddy sends each piece of an answer without a length as it comes.
# With:    Caddy 2.6.2 (Debian 12), run on 2026-11-27.
# Matters: The line stands in most recipes for streams. A StreamSpeech that is cancelled between two sentences is synthesised, and paid
#          for, to its next piece or its end.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export HOME="$dir"
apt-get -qq download "caddy=2.6.2-*" >/dev/null 2>&1
dpkg -x ./*.deb root
cat >observe.py <<'PY'
import select, socket, subprocess, sys, time

line = sys.argv[1]
server = socket.create_server(("127.0.0.1", 0))
server.settimeout(20)
with socket.create_server(("127.0.0.1", 0)) as free:
    front = free.getsockname()[1]
with open("Caddyfile", "w") as file:
    file.write("{\n  admin off\n  auto_https off\n}\n")
    file.write(f"http://127.0.0.1:{front} {{\n  reverse_proxy 127.0.0.1:{server.getsockname()[1]} {{\n    {line}\n  }}\n}}\n")
caddy = subprocess.Popen(
    ["root/usr/bin/caddy", "run", "--config", "Caddyfile", "--adapter", "caddyfile"],
    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
)
try:
    for _ in range(200):
        try:
            caller = socket.create_connection(("127.0.0.1", front), timeout=20)
            break
        except OSError:
            time.sleep(0.1)
    caller.sendall(f"POST / HTTP/1.1\r\nhost: 127.0.0.1:{front}\r\ncontent-length: 4\r\n\r\ntext".encode())
    service, _ = server.accept()
    service.settimeout(20)
    request = b""
    while not request.endswith(b"\r\n\r\ntext"):
        request += service.recv(65536)
    service.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/grpc-web+proto\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n")
    received = b""
    while b"first" not in received:
        received += caller.recv(65536)
    # As a caller does that listens for a while.
    time.sleep(0.5)
    caller.close()
    told = bool(select.select([service], [], [], 5)[0])
    print(f"{line or 'no line'}: the service is {'told' if told else 'not told within 5 s'}")
finally:
    caddy.kill()
    caddy.wait()
PY
for line in "" "flush_interval -1"; do timeout 60 python3 observe.py "$line"; done | tee seen
diff - seen <<'WANT'
no line: the service is told
flush_interval -1: the service is not told within 5 s
WANT
