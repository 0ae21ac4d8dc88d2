#!/usr/bin/env bash
# libcurl and httplib2 send a POST again that the server has read
#
# Guess:   No client of Python sends a POST twice by itself: the server has read it, and closes the connection without an answer. Each tells the error
#          after one. libcurl opens a new connection only where the kept one was found closed before anything was sent.
# Came:    pycurl, curl_cffi and Tornado on libcurl send it twice, and then tell "Empty reply from server". On a new connection they send it once. httplib2 sends it
#          twice on both. requests, httpx, aiohttp, Tornado's own client and primp send it once.
# With:    pycurl 7.49.0 (libcurl 8.23.0), curl_cffi 0.17.0, tornado 6.6.1, httplib2 0.32.1, requests 2.34.2, httpx 0.28.1, aiohttp 3.14.5, primp 2.0.1; run on 2026-11-28.
# Matters: libcurl stands below the clients of many languages. A paid call whose server closes the connection, as it may at a restart, is bought twice, and
#          the program sees one failure. Give a paid call a connection of its own (CURLOPT_FRESH_CONNECT), or take a client that sends once.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check pycurl==7.49.0 curl_cffi==0.17.0 tornado==6.6.1 httplib2==0.32.1 requests==2.34.2 httpx==0.28.1 aiohttp==3.14.5 primp==2.0.1
cat >post.py <<'PY'
import asyncio, http.server, io, threading
import aiohttp, curl_cffi, httplib2, httpx, primp, pycurl, requests
from tornado.curl_httpclient import CurlAsyncHTTPClient
from tornado.simple_httpclient import SimpleAsyncHTTPClient

posts = 0
text = "Сайн уу?".encode()

class Server(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def do_POST(self):
        # Read to its end, and the connection closed without an answer.
        global posts
        self.rfile.read(int(self.headers["content-length"]))
        posts += 1
        self.close_connection = True

    def log_message(self, *arguments):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_address[1]}/"

def with_pycurl(kept):
    curl = pycurl.Curl()
    curl.setopt(curl.URL, url)
    curl.setopt(curl.WRITEDATA, io.BytesIO())
    if kept:
        curl.perform()
    curl.setopt(curl.POSTFIELDS, text)
    curl.perform()

def with_session(make, **body):
    def send(kept):
        session = make()
        if kept:
            session.get(url)
        session.post(url, **body)
    return send

def with_httplib2(kept):
    client = httplib2.Http()
    if kept:
        client.request(url)
    client.request(url, "POST", body=text)

def with_tornado(kind):
    async def send(kept):
        client = kind(force_instance=True)
        if kept:
            await client.fetch(url)
        await client.fetch(url, method="POST", body=text)
    return lambda kept: asyncio.run(send(kept))

async def with_aiohttp(kept):
    async with aiohttp.ClientSession() as session:
        if kept:
            async with session.get(url) as answer:
                await answer.read()
        async with session.post(url, data=text) as answer:
            await answer.read()

for name, send in {
    "pycurl": with_pycurl,
    "curl_cffi": with_session(curl_cffi.Session, data=text),
    "tornado, libcurl": with_tornado(CurlAsyncHTTPClient),
    "httplib2": with_httplib2,
    "requests": with_session(requests.Session, data=text),
    "httpx": with_session(httpx.Client, content=text),
    "aiohttp": lambda kept: asyncio.run(with_aiohttp(kept)),
    "tornado": with_tornado(SimpleAsyncHTTPClient),
    "primp": with_session(primp.Client, content=text),
}.items():
    seen = []
    for kept in (False, True):
        posts = 0
        try:
            send(kept)
            end = "no error"
        except Exception:
            end = "an error"
        seen.append(f"{posts}, {end}")
    print(f"{name}: new connection {seen[0]}; kept connection {seen[1]}")
PY
timeout 120 venv/bin/python post.py 2>/dev/null | tee seen
diff - seen <<'WANT'
pycurl: new connection 1, an error; kept connection 2, an error
curl_cffi: new connection 1, an error; kept connection 2, an error
tornado, libcurl: new connection 1, an error; kept connection 2, an error
httplib2: new connection 2, an error; kept connection 2, an error
requests: new connection 1, an error; kept connection 1, an error
httpx: new connection 1, an error; kept connection 1, an error
aiohttp: new connection 1, an error; kept connection 1, an error
tornado: new connection 1, an error; kept connection 1, an error
primp: new connection 1, an error; kept connection 1, an error
WANT
