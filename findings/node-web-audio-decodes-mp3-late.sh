#!/usr/bin/env bash
# node-web-audio-api decodes an MP3 46 ms late, and gives a Vorbis file a silent end
#
# Guess:   decodeAudioData of node-web-audio-api gives what the browsers' gives: 24,000 samples of 1 s of sound at 24 kHz, with the sound at the first.
#          audio-decode gives the same.
# Came:    node-web-audio-api gives 25,344 samples of MP3, and the sound begins at sample 1,105, after 46 ms. Of Vorbis it gives 24,448, with the excess at the end. WAV and
#          FLAC are right. audio-decode gives 24,000 of each, with the sound at the first.
# With:    node-web-audio-api 1.0.9, audio-decode 3.12.0 on Node 20.20, ffmpeg 7.0.2 (imageio-ffmpeg 0.6.0); run on 2026-11-28.
# Matters: Parts that are decoded and joined in a program of Node have 56 ms of silence at each border, and captions lead the sound. The same code in a page is
#          right. Decode with audio-decode, or join before the MP3 is made.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check imageio-ffmpeg==0.6.0
npm install --silent --no-package-lock --no-audit --no-fund node-web-audio-api@1.0.9 audio-decode@3.12.0
for name in speech.wav speech.flac speech.mp3 speech.ogg; do
  "$(venv/bin/python -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')" -v error -f lavfi -i sine=duration=1 -ar 24000 -ac 1 "$name"
done
cat >decode.mjs <<'JS'
import { readFileSync } from "node:fs";
import decode from "audio-decode";
import { OfflineAudioContext } from "node-web-audio-api";
const first = (samples) => Math.floor(samples.findIndex((sample) => Math.abs(sample) > 0.01) / 24);
for (const name of ["speech.wav", "speech.flac", "speech.mp3", "speech.ogg"]) {
  const bytes = new Uint8Array(readFileSync(name));
  const context = new OfflineAudioContext(1, 1, 24_000);
  const one = (await context.decodeAudioData(bytes.slice().buffer)).getChannelData(0);
  const other = (await decode(bytes)).channelData[0];
  console.log(`${name}: node-web-audio-api ${one.length} samples, first sound at ${first(one)} ms; audio-decode ${other.length}, at ${first(other)} ms`);
}
process.exit();
JS
node decode.mjs | tee seen
diff - seen <<'WANT'
speech.wav: node-web-audio-api 24000 samples, first sound at 0 ms; audio-decode 24000, at 0 ms
speech.flac: node-web-audio-api 24000 samples, first sound at 0 ms; audio-decode 24000, at 0 ms
speech.mp3: node-web-audio-api 25344 samples, first sound at 46 ms; audio-decode 24000, at 0 ms
speech.ogg: node-web-audio-api 24448 samples, first sound at 0 ms; audio-decode 24000, at 0 ms
WANT
