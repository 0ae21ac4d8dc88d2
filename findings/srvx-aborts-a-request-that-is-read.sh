#!/usr/bin/env bash
# srvx 0.8 aborts the signal of each POST on Node as soon as its body has been read
#
# Guess:   request.signal aborts when the visitor leaves before the answer is whole, as in every server of web Requests.
# Came:    With srvx 0.8 it is aborted a moment after the body was read, while the visitor waits; with 1.0 it is not. A GET is as guessed in both. Nothing is raised.
# With:    srvx 0.8.16 (the one of Nitro 3.0.0) and 1.0.8 on Node 20.20; run on 2026-11-28.
# Matters: A route that reads a text and hands its signal to the speech service ends each call, and a job that was bought at that moment loses its listener. Take srvx 1, or look at the closing of the answer.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund old@npm:srvx@0.8.16 new@npm:srvx@1.0.8
cat >observe.mjs <<'JS'
for (const [version, name] of [["0.8.16", "old"], ["1.0.8", "new"]]) {
  const { serve } = await import(`${name}/node`);
  const server = serve({
    hostname: "127.0.0.1",
    port: 0,
    silent: true,
    async fetch(request) {
      if (request.method === "POST") await request.text();
      await new Promise((resolve) => setTimeout(resolve, 200));
      return new Response(request.signal.aborted ? "aborted" : "not aborted");
    },
  });
  await server.ready();
  const ask = async (init) => await (await fetch(server.url, init)).text();
  console.log(`srvx ${version}: a GET is ${await ask()}, a POST with a text is ${await ask({ method: "POST", body: "Сайн байна уу?" })}`);
}
process.exit(0);
JS
node observe.mjs | tee seen
diff - seen <<'WANT'
srvx 0.8.16: a GET is not aborted, a POST with a text is aborted
srvx 1.0.8: a GET is not aborted, a POST with a text is not aborted
WANT
