#!/usr/bin/env bash
# fetch-retry, axios-retry and superagent send a POST again that the server has read
#
# Guess:   Clients that retry leave POST alone, because it is not idempotent (RFC 9110, 9.2.2): a POST that the server has read, and
#          whose connection then closes without an answer, is sent once by all of these clients.
# Came:    fetch-retry, axios-retry and superagent's retry(3) send it four times. ofetch, aiohttp-retry, httpx-retries and urllib3's
#          Retry send it once.
# With:    fetch-retry 6.0.0, axios 1.12.0 with axios-retry 4.5.0, ofetch 1.5.1, superagent 10.2.3, aiohttp 3.12.15 with
#          aiohttp-retry 2.9.1, httpx 0.28.1 with httpx-retries 0.4.0, requests 2.32.5; run on 2026-11-28.
# Matters: A paid call whose connection breaks is bought four times by a default that nobody chose. Name the methods that may be
#          sent again (GET), and leave POST out.
set -euo pipefail
dir=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
echo '{"private":true,"type":"module"}' >package.json
npm install --silent --no-audit --no-fund --no-package-lock fetch-retry@6.0.0 axios@1.12.0 axios-retry@4.5.0 ofetch@1.5.1 superagent@10.2.3
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check aiohttp==3.12.15 aiohttp-retry==2.9.1 requests==2.32.5 httpx==0.28.1 httpx-retries==0.4.0
# The service: it reads each POST to its end, counts it by its path, and closes the connection. GET tells a count.
cat >server.py <<'PY'
import socket, threading

counts = {}
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)

def serve(connection):
    with connection:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = connection.recv(65536)
            if not piece:
                return
            data += piece
        head, body = data.split(b"\r\n\r\n", 1)
        method, path = head.split()[:2]
        if method == b"GET":
            count = str(counts.get(path, 0)).encode()
            connection.sendall(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: %d\r\n\r\n%s" % (len(count), count))
            return
        while not body.endswith(b"speech"):
            body += connection.recv(65536)
        counts[path] = counts.get(path, 0) + 1

while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
PY
python3 server.py >port &
server=$!
until [ -s port ]; do sleep 0.1; done
export URL="http://127.0.0.1:$(cat port)"
cat >clients.mjs <<'JS'
import fetchRetry from "fetch-retry";
import axios from "axios";
import axiosRetry from "axios-retry";
import { ofetch } from "ofetch";
import superagent from "superagent";

const { URL: url } = process.env;
axiosRetry(axios, { retries: 3 });
const post = { method: "POST", body: "speech" };
const clients = {
  "fetch-retry": (to) => fetchRetry(fetch, { retries: 3, retryDelay: 10 })(to, post),
  "axios-retry": (to) => axios.post(to, "speech"),
  ofetch: (to) => ofetch(to, post),
  "superagent.retry": (to) => superagent.post(to).type("text").retry(3).send("speech"),
};
for (const [name, send] of Object.entries(clients)) {
  await send(`${url}/${name}`).catch(() => {});
  console.log(`${name}: ${await (await fetch(`${url}/${name}`)).text()}`);
}
JS
cat >clients.py <<'PY'
import asyncio, os, urllib.request
import aiohttp, httpx, requests
from aiohttp_retry import ExponentialRetry, RetryClient
from httpx_retries import Retry as HttpxRetry, RetryTransport
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

url = os.environ["URL"]

async def aiohttp_retry(to):
    async with RetryClient(retry_options=ExponentialRetry(attempts=4, start_timeout=0.01)) as client:
        async with client.post(to, data=b"speech") as answer:
            await answer.read()

def httpx_retries(to):
    with httpx.Client(transport=RetryTransport(retry=HttpxRetry(total=3, backoff_factor=0.01))) as client:
        client.post(to, content=b"speech")

def urllib3_retry(to):
    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(max_retries=Retry(total=3, backoff_factor=0.01)))
        session.post(to, data=b"speech")

clients = {
    "aiohttp-retry": lambda to: asyncio.run(aiohttp_retry(to)),
    "httpx-retries": httpx_retries,
    "urllib3 Retry": urllib3_retry,
}
for name, send in clients.items():
    to = f"{url}/{name.replace(' ', '-')}"
    try:
        send(to)
    except Exception:
        pass
    print(f"{name}: {urllib.request.urlopen(to).read().decode()}")
PY
{
  node clients.mjs
  venv/bin/python clients.py
} | tee seen
diff - seen <<'WANT'
fetch-retry: 4
axios-retry: 4
ofetch: 1
superagent.retry: 4
aiohttp-retry: 1
httpx-retries: 1
urllib3 Retry: 1
WANT
