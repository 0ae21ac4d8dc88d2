#!/usr/bin/env bash
# npm's g711 makes a hiss of the quietest samples in A-law
#
# Guess:   Each encoder of A-law and µ-law gives the step that is nearest to the sample: of what lies between -20 and 20 nothing is off by more than 16.
# Came:    g711's alawFromPCM turns each sample from -7 to -1 into -248. Silence with the dither that sound tools add (-96 dB) comes out at -51 dB, with alawmulaw and ffmpeg at
#          -72 dB. Its µ-law is right, and so is all that it decodes. Nothing is raised.
# With:    g711 1.0.1, alawmulaw 6.0.0 on Node 20.20, ffmpeg 7.0.2 (imageio-ffmpeg 0.6.0); run on 2026-11-28.
# Matters: A-law is what telephones outside of America and Japan speak. The pauses of speech and its ends hiss, and a detector of speech behind the line hears no end. Encode with
#          alawmulaw or ffmpeg.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check imageio-ffmpeg==0.6.0
npm install --silent --no-package-lock --no-audit --no-fund g711@1.0.1 alawmulaw@6.0.0
cat >observe.mjs <<'JS'
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
const g711 = require("g711");
const { alaw, mulaw } = require("alawmulaw");

const ffmpeg = (name, pcm) => {
  writeFileSync("in.pcm", pcm);
  return execFileSync(process.argv[2], ["-v", "error", "-f", "s16le", "-ar", "8000", "-ac", "1", "-i", "in.pcm", "-f", name, "-"]);
};
const laws = [
  ["A-law", alaw.decode, { g711: g711.alawFromPCM, alawmulaw: alaw.encode, ffmpeg: (pcm) => ffmpeg("alaw", pcm) }],
  ["µ-law", mulaw.decode, { g711: g711.ulawFromPCM, alawmulaw: mulaw.encode, ffmpeg: (pcm) => ffmpeg("mulaw", pcm) }],
];
const decibels = (samples) => 10 * Math.log10(samples.reduce((sum, x) => sum + x * x, 0) / samples.length / 32768 ** 2);

const quiet = Int16Array.from({ length: 41 }, (_, i) => i - 20);
// Dither: the difference of two numbers that are drawn by a fixed rule.
let seed = 1;
const draw = () => (seed = seed * 48271 % 2147483647) / 2147483647;
const dither = Int16Array.from({ length: 8000 }, () => Math.round(draw() - draw()));

for (const [law, decode, encoders] of laws) {
  for (const [name, encode] of Object.entries(encoders)) {
    const codes = encode(quiet);
    const off = Math.max(...quiet.map((x, i) => Math.abs(decode(codes.slice(i, i + 1))[0] - x)));
    const noise = decibels(decode(encode(dither)));
    console.log(`${law}, ${name}: off by ${off} at most; dither of ${decibels(dither).toFixed(0)} dB becomes ${noise === -Infinity ? "silence" : `${noise.toFixed(0)} dB`}`);
  }
}
console.log("g711 decodes as alawmulaw does:", Buffer.from(g711.alawToPCM(Uint8Array.from({ length: 256 }, (_, i) => i), 16).buffer)
  .equals(Buffer.from(alaw.decode(Uint8Array.from({ length: 256 }, (_, i) => i)).buffer)));
JS
node observe.mjs "$(venv/bin/python -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')" | tee seen
diff - seen <<'WANT'
A-law, g711: off by 247 at most; dither of -96 dB becomes -51 dB
A-law, alawmulaw: off by 8 at most; dither of -96 dB becomes -72 dB
A-law, ffmpeg: off by 11 at most; dither of -96 dB becomes -72 dB
µ-law, g711: off by 4 at most; dither of -96 dB becomes silence
µ-law, alawmulaw: off by 4 at most; dither of -96 dB becomes silence
µ-law, ffmpeg: off by 7 at most; dither of -96 dB becomes -81 dB
g711 decodes as alawmulaw does: true
WANT
