#!/usr/bin/env bash
# next build of Next 14 renders each static page twice, so what a page buys is bought twice
#
# Guess:   A page without anything dynamic is rendered once by `next build`. A request that it makes is sent once, with each of the last three major
#          versions; with 14, which caches each fetch by default, at most once.
# Came:    Next 14.2 renders the page twice at the same time: a POST with bytes is sent twice, with "Failed to generate cache key" twice. The HTML has the
#          answer to one, the RSC payload the answer to the other. Next 15.5 and 16.4 send it once.
# With:    next 14.2.35 with react 18.3.1, next 15.5.9 and 16.4.6 with react 19.2.0, Node 20.20.2; run on 2026-11-28.
# Matters: Speech that a static page buys is paid twice for each build, and the page names the audio of one purchase in its HTML and of the other after a
#          navigation. Buy speech in a route handler or an action, or keep it in a store by its text, not in a page.
set -euo pipefail
dir=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$dir"' EXIT
cd "$dir"
export NEXT_TELEMETRY_DISABLED=1 CI=1
cat >server.mjs <<'JS'
import { createServer } from "node:http";
let orders = 0;
createServer((request, response) => {
  if (request.method === "POST") orders++;
  response.end(request.method === "POST" ? `order ${orders}` : `${orders}`);
}).listen(0, "127.0.0.1", function () {
  console.log(this.address().port);
});
JS
node server.mjs >port &
server=$!
until [ -s port ]; do sleep 0.1; done
ORIGIN="http://127.0.0.1:$(cat port)"
export ORIGIN
before=0
built() { # VERSION OF NEXT, VERSION OF REACT: how many orders its build sends
  mkdir -p "$1/app"
  cd "$1"
  echo '{ "private": true }' >package.json
  npm install --silent --no-package-lock --no-audit --no-fund "next@$1" "react@$2" "react-dom@$2" >&2
  cat >app/layout.js <<'JS'
export default function Layout({ children }) {
  return <html><body>{children}</body></html>;
}
JS
  cat >app/page.js <<'JS'
export default async function Page() {
  const answer = await fetch(`${process.env.ORIGIN}/speech`, { method: "POST", body: new Uint8Array([1, 2, 3]) });
  return <p>{await answer.text()}</p>;
}
JS
  node_modules/.bin/next build >build.log 2>&1 || { cat build.log >&2; exit 1; }
  cd ..
  local now
  now=$(node -e 'fetch(process.env.ORIGIN).then((r) => r.text()).then((t) => console.log(t))')
  echo "next $1: $((now - before)) of 1"
  before=$now
}
seen=()
while read -r next react; do
  built "$next" "$react" >line
  cat line
  seen+=("$(cat line)")
  before=$(node -e 'fetch(process.env.ORIGIN).then((r) => r.text()).then((t) => console.log(t))')
done <<'LIST'
14.2.35 18.3.1
15.5.9 19.2.0
16.4.6 19.2.0
LIST
[ "${seen[*]}" = "next 14.2.35: 2 of 1 next 15.5.9: 1 of 1 next 16.4.6: 1 of 1" ]
html=$(grep -o "order [0-9]*" 14.2.35/.next/server/app/index.html | head -n 1)
rsc=$(grep -o "order [0-9]*" 14.2.35/.next/server/app/index.rsc | head -n 1)
echo "next 14.2.35: the HTML has \"$html\", the RSC payload has \"$rsc\""
[ "$html" != "$rsc" ]
