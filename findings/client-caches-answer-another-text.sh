#!/usr/bin/env bash
# axios-cache-interceptor answers a POST of another text with the first text's sound when the body is an ArrayBuffer or a Blob, and hishel keeps the sound and buys it again
#
# Guess:   A cache of a client that is told to keep answers of POST, too, has the body in its key, of whatever type it is: another text is another request, and the same text is answered
#          without one. CacheControl, whose key is known to be the URL, may be the exception.
# Came:    axios-cache-interceptor tells a Buffer from another one, a Uint8Array, too. Two ArrayBuffers are one request to it, and so are two Blobs. aiohttp-client-cache takes two BytesIO
#          for one. CacheControl takes all for one. hishel keeps each answer, and sends each request. requests-cache, got and node-fetch-cache are as guessed. Nothing is raised.
# With:    axios-cache-interceptor 1.12.3 with axios 1.21.1, got 14.6.6, node-fetch-cache 5.1.0 on Node 20.20; CacheControl 0.14.4, requests-cache 1.3.3, aiohttp-client-cache 0.15.0, hishel 2.0.0
#          on Python 3.11; run on 2026-11-28.
# Matters: A call of gRPC-Web is a POST of bytes to one URL. Who keeps what was paid for hears the first sentence for all of them, or pays each time. Name the file of a sound by a hash of
#          text, voice, speed and version, and keep it outside of HTTP.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check CacheControl==0.14.4 requests-cache==1.3.3 aiohttp-client-cache==0.15.0 "hishel[httpx]==2.0.0"
npm install --silent --no-package-lock --no-audit --no-fund axios@1.21.1 axios-cache-interceptor@1.12.3 got@14.6.6 node-fetch-cache@5.1.0
cat >observe.py <<'PY'
import asyncio
import http.server
import io
import itertools
import threading

import aiohttp_client_cache
import hishel
import hishel.httpx
import requests
import requests_cache
from cachecontrol import CacheControl

number = itertools.count(1)

class Service(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        text = self.rfile.read(int(self.headers["content-length"]))[5:]
        sound = b"%d:%s" % (next(number), text)
        self.send_response(200)
        self.send_header("content-type", "application/grpc-web+proto")
        self.send_header("content-length", str(len(sound)))
        self.send_header("cache-control", "max-age=3600")
        self.end_headers()
        self.wfile.write(sound)

    def log_message(self, *line):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_address[1]}/service/Method"
headers = {"content-type": "application/grpc-web+proto"}
texts = ["one", "two", "one"]

def frame(text):
    return b"\0" + len(text).to_bytes(4, "big") + text.encode()

def observe(name, answers):
    global number
    print(f"{name}: {' '.join(answer.decode() for answer in answers)}")
    number = itertools.count(1)

session = requests_cache.CachedSession(backend="memory", allowable_methods=("GET", "POST"))
observe("requests-cache", [session.post(url, data=frame(text), headers=headers).content for text in texts])
session = CacheControl(requests.Session(), cacheable_methods=("GET", "POST"))
observe("CacheControl", [session.post(url, data=frame(text), headers=headers).content for text in texts])
client = hishel.httpx.CacheClient(rfc=hishel.CacheOptions(supported_methods=["GET", "HEAD", "POST"]))
answers = [client.post(url, content=frame(text), headers=headers) for text in texts]
observe("hishel", [answer.content for answer in answers])
print("hishel, the last answer:", answers[-1].extensions["caching"])

async def main():
    cache = aiohttp_client_cache.CacheBackend(allowed_methods=("GET", "POST"))
    async with aiohttp_client_cache.CachedSession(cache=cache) as session:
        for name, body in (("bytes", frame), ("BytesIO", lambda text: io.BytesIO(frame(text)))):
            observe(f"aiohttp-client-cache, {name}", [await (await session.post(url, data=body(text), headers=headers)).read() for text in texts])

asyncio.run(main())
PY
cat >observe.mjs <<'JS'
import { createServer } from "node:http";
import axios from "axios";
import { setupCache } from "axios-cache-interceptor";
import got from "got";
import { MemoryCache, NodeFetchCache } from "node-fetch-cache";

let number = 0;
const server = createServer(async (request, response) => {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const sound = `${++number}:${Buffer.concat(pieces).subarray(5)}`;
  response.writeHead(200, { "content-type": "application/grpc-web+proto", "cache-control": "max-age=3600" }).end(sound);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const url = `http://127.0.0.1:${server.address().port}/service/Method`;
const headers = { "content-type": "application/grpc-web+proto" };
const frame = (text) => Buffer.concat([Buffer.from([0, 0, 0, 0, text.length]), Buffer.from(text)]);

async function observe(name, post) {
  number = 0;
  const answers = [];
  for (const text of ["one", "two", "one"]) answers.push(Buffer.from(await post(frame(text))).toString());
  console.log(`${name}: ${answers.join(" ")}`);
}

const cache = new Map();
await observe("got", (body) => got.post(url, { body, headers, cache }).buffer());
const fetchCached = NodeFetchCache.create({ cache: new MemoryCache() });
await observe("node-fetch-cache", async (body) => (await fetchCached(url, { method: "POST", body, headers })).arrayBuffer());
const client = setupCache(axios.create({ headers, responseType: "arraybuffer" }), { methods: ["get", "post"] });
const bodies = {
  Buffer: (bytes) => bytes,
  Uint8Array: (bytes) => new Uint8Array(bytes),
  ArrayBuffer: (bytes) => new Uint8Array(bytes).buffer,
  Blob: (bytes) => new Blob([bytes]),
};
for (const [name, make] of Object.entries(bodies)) {
  await observe(`axios-cache-interceptor, ${name}`, async (bytes) => (await client.post(url, make(bytes))).data);
}
process.exit(0);
JS
{ venv/bin/python observe.py && node observe.mjs; } | tee seen
diff - seen <<'WANT'
requests-cache: 1:one 2:two 1:one
CacheControl: 1:one 1:one 1:one
hishel: 1:one 2:two 3:one
hishel, the last answer: {'from_cache': False, 'revalidated': False, 'stored': True}
aiohttp-client-cache, bytes: 1:one 2:two 1:one
aiohttp-client-cache, BytesIO: 1:one 1:one 1:one
got: 1:one 2:two 1:one
node-fetch-cache: 1:one 2:two 1:one
axios-cache-interceptor, Buffer: 1:one 2:two 1:one
axios-cache-interceptor, Uint8Array: 1:one 2:two 1:one
axios-cache-interceptor, ArrayBuffer: 1:one 1:one 1:one
axios-cache-interceptor, Blob: 1:one 1:one 1:one
WANT
