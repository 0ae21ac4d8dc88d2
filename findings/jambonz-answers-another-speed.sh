#!/usr/bin/env bash
# jambonz speaks a sentence at another speed, or of another service, with the sound that it has kept of the first
#
# Guess:   The key under which speech-utils keeps the sound of a sentence in Redis holds all that makes the sound: text, voice, language, model, options such as the speed, and for a service of one's
#          own its address.
# Came:    Options are not in the key, and the address is not. At speed 0.5 PlayHT's sound of speed 1 comes, without a request. A service of one's own, whose only place for a speed or a model is its
#          address (custom_tts_url), is not asked again when the address changes. It is so for 24 hours from each use. servedFromCache is true.
# With:    @jambonz/speech-utils 0.2.27 on Node 20.20, redis-server 7.0; run on 2026-11-28.
# Matters: Who mends the speed of an announcement, or moves from one model of a service to the next, hears the old sound on the telephone, and is told that all is well. Give each speed and model a
#          label of its own (custom:tsetsen-slow), or purge the cache.
set -euo pipefail
dir=$(mktemp -d)
trap 'kill "${redis:-}" 2>/dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund --ignore-scripts @jambonz/speech-utils@0.2.27
cat >observe.cjs <<'JS'
const { createServer } = require("node:http");
const { readFileSync } = require("node:fs");
const { setTimeout: wait } = require("node:timers/promises");
const speech = require("@jambonz/speech-utils")({ host: "127.0.0.1", port: Number(process.argv[2]) });

const stats = { increment() {}, histogram() {} };

let made = 0;

async function main() {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const piece of request) body += piece;
    made++;
    const { speed } = JSON.parse(body);
    response.writeHead(200, { "content-type": "audio/wav" }).end(`sound of ${request.url}${speed ? `, speed ${speed}` : ""}`);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${server.address().port}`;

  async function say(name, options) {
    const answer = await speech.synthAudio(stats, {
      renderForCaching: true,
      language: "mn-MN",
      voice: "voice-1",
      text: "Сайн байна уу?",
      ...options,
    });
    console.log(`${name}: ${readFileSync(answer.filePath)}${answer.servedFromCache ? " (kept)" : ""}`);
    // The sound is kept after the answer.
    while ((await speech.client.keys("tts:*")).length < made) await wait(10);
  }

  for (const speed of [1, 0.5]) {
    const credentials = { api_key: "key", user_id: "user", voice_engine: "PlayHT2.0", playht_tts_uri: address };
    await say(`playht at speed ${speed}`, { vendor: "playht", credentials, options: { speed } });
  }
  for (const path of ["/speak?speed=1", "/speak?speed=0.5"]) {
    const credentials = { auth_token: "token", custom_tts_url: address + path };
    await say(`custom at ${path}`, { vendor: "custom:tsetsen", credentials });
  }
  process.exit();
}

main();
JS
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
redis-server --bind 127.0.0.1 --port "$port" --dir "$dir" --save "" >/dev/null & redis=$!
for _ in $(seq 100); do python3 -c "import socket; socket.create_connection(('127.0.0.1', $port))" 2>/dev/null && break; sleep 0.1; done
JAMBONES_TMP_FOLDER="$dir" timeout 60 node observe.cjs "$port" | tee seen
diff - seen <<'WANT'
playht at speed 1: sound of /api/v2/tts/stream, speed 1
playht at speed 0.5: sound of /api/v2/tts/stream, speed 1 (kept)
custom at /speak?speed=1: sound of /speak?speed=1
custom at /speak?speed=0.5: sound of /speak?speed=1 (kept)
WANT
