#!/usr/bin/env bash
# node-wav changes a quarter of all sample values between decode and encode
#
# Guess:   16-bit samples decoded to floats and encoded to 16 bits are the same: 24 bits of mantissa hold them.
# Came:    16,639 of the 65,536 values are one off, all of them positive: decode divides by 32,767, encode multiplies and then
#          cuts off the fraction where rounding would be needed. Samples that wav-decoder read come out changed as well.
# With:    node-wav 0.0.2, wav-decoder 1.3.0 on Node 20.20, run on 2026-11-27.
# Matters: Speech that is joined or trimmed in a program of Node is no longer byte for byte what was bought: checksums, a cache by
#          content and a comparison with the original fail.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund node-wav@0.0.2 wav-decoder@1.3.0
cat >trip.cjs <<'JS'
const nodeWav = require("node-wav");
const decoder = require("wav-decoder");
const file = Buffer.alloc(44 + 131_072);
file.write("RIFF", 0);
file.writeUInt32LE(file.length - 8, 4);
file.write("WAVEfmt ", 8);
file.writeUInt32LE(16, 16);
file.writeUInt16LE(1, 20);
file.writeUInt16LE(1, 22);
file.writeUInt32LE(24_000, 24);
file.writeUInt32LE(48_000, 28);
file.writeUInt16LE(2, 32);
file.writeUInt16LE(16, 34);
file.write("data", 36);
file.writeUInt32LE(131_072, 40);
for (let value = -32_768; value < 32_768; value++) file.writeInt16LE(value, 44 + 2 * (value + 32_768));
function report(name, channels) {
  const encoded = nodeWav.encode(channels, { sampleRate: 24_000, float: false, bitDepth: 16 });
  const changed = [];
  for (let at = 44; at < file.length; at += 2) {
    if (encoded.readInt16LE(at) !== file.readInt16LE(at)) changed.push(file.readInt16LE(at));
  }
  console.log(`${name}: ${changed.length} changed, the least of them ${Math.min(...changed)}`);
}
(async () => {
  report("node-wav", nodeWav.decode(file).channelData);
  report("wav-decoder", (await decoder.decode(new Uint8Array(file).buffer)).channelData);
})();
JS
node trip.cjs | tee seen
diff - seen <<'WANT'
node-wav: 16639 changed, the least of them 1
wav-decoder: 16639 changed, the least of them 1
WANT
