#!/usr/bin/env bash
# In Yarn's Plug'n'Play a file handle cannot put its file on the disk: sync() throws "Method not implemented."
#
# Guess:   A handle of node:fs/promises does what Node's documentation says, whichever package manager installed the program: sync() resolves when the file is on
#          the disk, and a failure is a rejection with a code.
# Came:    Yarn replaces the handles by its own once one runs `yarn node`. Their sync(), datasync() and readv() throw at the call, without a code. What
#          was written before stays. fsync of node:fs, given the handle's fd, works, and so does the same program installed with nodeLinker: node-modules.
# With:    @yarnpkg/cli-dist 4.18.1, Plug'n'Play being its default, on Node 20.20; run on 2026-11-28.
# Matters: Whoever writes paid speech safely writes it to a file beside, syncs, and renames. In a project of Yarn 2 or newer that fails after the speech was
#          bought, and a catch that knows codes only does not take it for "this disk cannot sync". Sync the descriptor: promisify(fsync)(handle.fd).
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund --prefix tool @yarnpkg/cli-dist@4.18.1
export YARN_ENABLE_TELEMETRY=0 YARN_ENABLE_GLOBAL_CACHE=false
mkdir project && cd project
echo '{ "private": true, "type": "module" }' >package.json
touch yarn.lock
cat >save.mjs <<'JS'
import { fsync } from "node:fs";
import { open, stat } from "node:fs/promises";
import { promisify } from "node:util";
const handle = await open("speech.pcm", "w+");
await handle.write(new Uint8Array(48_000));
const tell = (error) => `${error.message} code ${error.code}`;
const attempts = {
  sync: () => handle.sync(),
  datasync: () => handle.datasync(),
  readv: () => handle.readv([new Uint8Array(2)], 0),
  "fsync of its fd": () => promisify(fsync)(handle.fd),
};
for (const [name, attempt] of Object.entries(attempts)) {
  let told;
  try {
    told = await attempt().then(() => "works", tell);
  } catch (error) {
    told = `throws: ${tell(error)}`;
  }
  console.log(`${name} ${told}`);
}
await handle.close();
console.log(`${(await stat("speech.pcm")).size} bytes written`);
JS
for linker in node-modules pnp; do
  echo "nodeLinker: $linker" >.yarnrc.yml
  node ../tool/node_modules/@yarnpkg/cli-dist/bin/yarn.js install --no-immutable >/dev/null
  echo "$linker:"
  node ../tool/node_modules/@yarnpkg/cli-dist/bin/yarn.js node save.mjs
done | tee ../seen
diff - ../seen <<'WANT'
node-modules:
sync works
datasync works
readv works
fsync of its fd works
48000 bytes written
pnp:
sync throws: Method not implemented. code undefined
datasync throws: Method not implemented. code undefined
readv throws: Method not implemented. code undefined
fsync of its fd works
48000 bytes written
WANT
