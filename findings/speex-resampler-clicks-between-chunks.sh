#!/usr/bin/env bash
# speex-resampler loses samples, and clicks, where one piece of a stream meets the next
#
# Guess:   A resampler for streams takes pieces of any size: the sound that comes out is the same as in one piece, to the sample. The package's page says that it keeps data from previous
#          calls. 24,000 to 16,000 Hz is the plainest of ratios.
# Came:    In pieces of 4,096 bytes a minute at 16,000 Hz lacks 234 samples, and clicks at 2,786 samples. In pieces of 962 bytes it lacks 997 at 8,000 Hz, and clicks at 24,152. What does not
#          fit into the space that the package reckons for the output of a piece is thrown away. 960 bytes, whose samples the ratio divides, and one piece are right. The package's own
#          stream (SpeexResamplerTransform) does the same. 48,000 Hz is right. Nothing is raised.
# With:    speex-resampler 3.0.1 on Node 20.20; run on 2026-11-28.
# Matters: Recognisers and voice agents want 16,000 Hz, and a network cuts a stream where it likes. The speech crackles, and runs ahead of its captions by 16 ms a minute. Gather
#          pieces whose samples the ratio divides: a multiple of 960 bytes.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund speex-resampler@3.0.1
cat >observe.mjs <<'JS'
import { createRequire } from "node:module";
import { Readable } from "node:stream";
const { default: Resampler, SpeexResamplerTransform } = createRequire(import.meta.url)("speex-resampler");
await Resampler.initPromise;

const seconds = 60;
const pcm = Buffer.from(Int16Array.from({ length: 24_000 * seconds }, (_, i) => Math.round(10_000 * Math.sin(2 * Math.PI * 440 * i / 24_000))).buffer);
const cut = (size) => Array.from({ length: Math.ceil(pcm.length / size) }, (_, i) => pcm.subarray(i * size, (i + 1) * size));

function tell(name, rate, parts) {
  const sound = new Int16Array(Uint8Array.from(Buffer.concat(parts)).buffer);
  // Of a pure tone each sample follows from the two before it. A click does not.
  const follow = 2 * Math.cos(2 * Math.PI * 440 / rate);
  let clicks = 0;
  for (let i = 500; i < sound.length - 500; i++) clicks += Math.abs(sound[i - 1] + sound[i + 1] - follow * sound[i]) > 50;
  console.log(`${name} at ${rate} Hz: lacks ${rate * seconds - sound.length} samples, clicks at ${clicks}`);
}

for (const rate of [8000, 16_000, 48_000]) {
  for (const size of [960, 962, 1000, 4096, pcm.length]) {
    const resampler = new Resampler(1, 24_000, rate);
    tell(size === pcm.length ? "one piece" : `${size} bytes`, rate, cut(size).map((part) => Buffer.from(resampler.processChunk(part))));
  }
}
const parts = [];
for await (const part of Readable.from(cut(4096)).pipe(new SpeexResamplerTransform(1, 24_000, 16_000))) parts.push(part);
tell("4096 bytes through the stream", 16_000, parts);
JS
node observe.mjs | tee seen
diff - seen <<'WANT'
960 bytes at 8000 Hz: lacks 0 samples, clicks at 0
962 bytes at 8000 Hz: lacks 997 samples, clicks at 24152
1000 bytes at 8000 Hz: lacks 0 samples, clicks at 0
4096 bytes at 8000 Hz: lacks 0 samples, clicks at 0
one piece at 8000 Hz: lacks 0 samples, clicks at 0
960 bytes at 16000 Hz: lacks 0 samples, clicks at 0
962 bytes at 16000 Hz: lacks 0 samples, clicks at 0
1000 bytes at 16000 Hz: lacks 960 samples, clicks at 11507
4096 bytes at 16000 Hz: lacks 234 samples, clicks at 2786
one piece at 16000 Hz: lacks 0 samples, clicks at 0
960 bytes at 48000 Hz: lacks 0 samples, clicks at 0
962 bytes at 48000 Hz: lacks 0 samples, clicks at 0
1000 bytes at 48000 Hz: lacks 0 samples, clicks at 0
4096 bytes at 48000 Hz: lacks 0 samples, clicks at 0
one piece at 48000 Hz: lacks 0 samples, clicks at 0
4096 bytes through the stream at 16000 Hz: lacks 234 samples, clicks at 2786
WANT
