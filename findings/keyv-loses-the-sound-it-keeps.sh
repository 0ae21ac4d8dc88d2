#!/usr/bin/env bash
# keyv and bentocache keep sound in memory as JSON: an ArrayBuffer comes back empty, a Uint8Array as a plain object
#
# Guess:   A cache in memory gives back what it was given, an ArrayBuffer or a Uint8Array as well as a string. Only flat-cache and node-persist, which write files, make
#          JSON of it. keyv, which writes JSON in memory, too, has a form of its own for bytes.
# Came:    keyv gives {} for an ArrayBuffer, and {"0":82,"1":73,…} for a Uint8Array. Its form for bytes is for a Buffer of Node alone. bentocache does the same from
#          memory, and a Buffer comes back as {"type":"Buffer",…}. Nothing is raised. cacheable and cache-manager give back bytes of each kind.
# With:    keyv 5.6.0, bentocache 1.6.1, flat-cache 6.1.23, node-persist 4.0.4, cacheable 2.5.0, cache-manager 7.2.9 on Node 20.20; run on 2026-11-28.
# Matters: What "await response.arrayBuffer()" gave is bought, kept as {}, and gone. The first listener hears it, the next ones get nothing, or "[object Object]" for sound. Keep
#          sound as a Buffer or as a file, and look at its length when it comes back.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund keyv@5.6.0 bentocache@1.6.1 flat-cache@6.1.23 node-persist@4.0.4 cacheable@2.5.0 cache-manager@7.2.9
cat >keep.mjs <<'JS'
import { BentoCache, bentostore } from "bentocache";
import { memoryDriver } from "bentocache/drivers/memory";
import { createCache } from "cache-manager";
import { Cacheable } from "cacheable";
import { FlatCache } from "flat-cache";
import { Keyv } from "keyv";
import persist from "node-persist";
const keyv = new Keyv();
const bento = new BentoCache({ default: "memory", stores: { memory: bentostore().useL1Layer(memoryDriver({})) } });
await persist.init({ dir: "persisted" });
const cacheable = new Cacheable();
const manager = createCache();
const caches = {
  keyv: (key, value) => keyv.set(key, value).then(() => keyv.get(key)),
  bentocache: (key, value) => bento.set({ key, value }).then(() => bento.get({ key })),
  "flat-cache": (key, value) => {
    const written = new FlatCache({ cacheDir: "flat" });
    written.setKey(key, value);
    written.save();
    const read = new FlatCache({ cacheDir: "flat" });
    read.load();
    return read.getKey(key);
  },
  "node-persist": (key, value) => persist.setItem(key, value).then(() => persist.getItem(key)),
  cacheable: (key, value) => cacheable.set(key, value).then(() => cacheable.get(key)),
  "cache-manager": (key, value) => manager.set(key, value).then(() => manager.get(key)),
};
const sound = Uint8Array.of(82, 73, 70, 70);
const kinds = { ArrayBuffer: sound.buffer, Uint8Array: sound, Buffer: Buffer.from(sound) };
for (const [name, keep] of Object.entries(caches)) {
  const seen = [];
  for (const [kind, value] of Object.entries(kinds)) {
    const back = await keep(kind, value);
    const bytes = back instanceof ArrayBuffer || ArrayBuffer.isView(back);
    seen.push(`${kind} ${bytes ? `as ${back.constructor.name} of ${back.byteLength} bytes` : `as ${JSON.stringify(back)}`}`);
  }
  console.log(`${name}: ${seen.join("; ")}`);
}
process.exit();
JS
timeout 60 node keep.mjs | tee seen
diff - seen <<'WANT'
keyv: ArrayBuffer as {}; Uint8Array as {"0":82,"1":73,"2":70,"3":70}; Buffer as Buffer of 4 bytes
bentocache: ArrayBuffer as {}; Uint8Array as {"0":82,"1":73,"2":70,"3":70}; Buffer as {"type":"Buffer","data":[82,73,70,70]}
flat-cache: ArrayBuffer as {}; Uint8Array as {"0":82,"1":73,"2":70,"3":70}; Buffer as {"type":"Buffer","data":[82,73,70,70]}
node-persist: ArrayBuffer as {}; Uint8Array as {"0":82,"1":73,"2":70,"3":70}; Buffer as {"type":"Buffer","data":[82,73,70,70]}
cacheable: ArrayBuffer as ArrayBuffer of 4 bytes; Uint8Array as Uint8Array of 4 bytes; Buffer as Uint8Array of 4 bytes
cache-manager: ArrayBuffer as ArrayBuffer of 4 bytes; Uint8Array as Uint8Array of 4 bytes; Buffer as Buffer of 4 bytes
WANT
