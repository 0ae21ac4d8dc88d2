#!/usr/bin/env bash
# apicache, route-cache and cache-express answer a POST of another text with the first text's sound
#
# Guess:   Caches for Express keep answers to GET. A POST goes through to its handler, as RFC 9111 has it for a cache that does not understand a method, or the body is a
#          part of the key.
# Came:    All three keep the answer to a POST, and their key is the path. The second text is answered with the sound of the first, and its handler does not run.
#          Nothing is raised.
# With:    express 5.3.0, apicache 1.6.3, route-cache 0.7.1, cache-express 1.2.0 on Node 20.20; run on 2026-11-28.
# Matters: A route that speaks what is posted to it gets such a cache because sound is dear. Each listener hears the first one's text, for as long as the cache holds it.
#          Keep sound under a key of one's own, made of text, voice, speed and version.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund express@5.3.0 apicache@1.6.3 route-cache@0.7.1 cache-express@1.2.0
cat >speak.cjs <<'JS'
const express = require("express");
const caches = {
  "no-cache": (request, response, next) => next(),
  apicache: require("apicache").middleware("5 minutes"),
  "route-cache": require("route-cache").cacheSeconds(300),
  "cache-express": require("cache-express")({ timeOut: 300_000 }),
};
const app = express().use(express.json());
let handled = 0;
for (const [name, cache] of Object.entries(caches)) {
  app.post(`/${name}`, cache, (request, response) => {
    handled++;
    response.type("text").send(`sound of ${request.body.text}`);
  });
}
const server = app.listen(0, "127.0.0.1", async () => {
  const speak = async (name, text) => {
    const url = `http://127.0.0.1:${server.address().port}/${name}`;
    const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ text }) });
    return await answer.text();
  };
  for (const name of Object.keys(caches)) {
    handled = 0;
    console.log(`${name}: ${await speak(name, "нэг")}, ${await speak(name, "хоёр")}; handled ${handled}`);
  }
  process.exit();
});
JS
timeout 30 node speak.cjs | tee seen
diff - seen <<'WANT'
no-cache: sound of нэг, sound of хоёр; handled 2
apicache: sound of нэг, sound of нэг; handled 1
route-cache: sound of нэг, sound of нэг; handled 1
cache-express: sound of нэг, sound of нэг; handled 1
WANT
