#!/usr/bin/env bash
# lamejs makes silence of speech of 24,000 Hz at 16, 24 and 32 kbit/s
#
# Guess:   The fork of lamejs that is kept up makes an MP3 of each sample rate and bitrate of the format. At a low bitrate it may take the next lower rate, as LAME does, and then resamples.
# Came:    At 16 and 24 kbit/s the file says 16,000 Hz, at 32 kbit/s 22,050 Hz, and all three decode to silence behind the first 50 ms. The file has the right length. From 40 kbit/s on it
#          stays at 24,000 Hz and sounds; at 8 kbit/s it sounds, too. LAME itself (ffmpeg) sounds at each. Nothing is raised.
# With:    @breezystack/lamejs 1.2.7 on Node 20.20, ffmpeg 7.0.2 (imageio-ffmpeg 0.6.0); run on 2026-11-28.
# Matters: 32 kbit/s are what one takes for speech in mono. A page that keeps bought speech as MP3 keeps silence of the right length. Take 40 kbit/s or more, or decode what was made and
#          look for a sample that is not quiet.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check imageio-ffmpeg==0.6.0
npm install --silent --no-package-lock --no-audit --no-fund @breezystack/lamejs@1.2.7
cat >observe.mjs <<'JS'
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { Mp3Encoder } from "@breezystack/lamejs";

const ffmpeg = (...options) => execFileSync(process.argv[2], ["-v", "error", "-y", ...options], { maxBuffer: 1e8 });
const seconds = 3;
const pcm = Int16Array.from({ length: 24_000 * seconds }, (_, i) => Math.round(9000 * Math.sin(2 * Math.PI * 440 * i / 24_000)));
writeFileSync("speech.pcm", pcm);

function tell(name) {
  const bytes = ffmpeg("-i", name, "-ar", "24000", "-f", "s16le", "-");
  const sound = new Int16Array(Uint8Array.from(bytes).buffer);
  const middle = sound.subarray(24_000, 48_000);
  return `${(sound.length / 24_000).toFixed(1)} s, ${middle.some((x) => Math.abs(x) > 1000) ? "sounds" : "silent"}`;
}

for (const kilobits of [8, 16, 24, 32, 40, 48, 64]) {
  const encoder = new Mp3Encoder(1, 24_000, kilobits);
  const parts = [];
  for (let start = 0; start < pcm.length; start += 1152) parts.push(Buffer.from(encoder.encodeBuffer(pcm.subarray(start, start + 1152))));
  parts.push(Buffer.from(encoder.flush()));
  writeFileSync("lamejs.mp3", Buffer.concat(parts));
  ffmpeg("-f", "s16le", "-ar", "24000", "-ac", "1", "-i", "speech.pcm", "-b:a", `${kilobits}k`, "lame.mp3");
  console.log(`${kilobits} kbit/s: lamejs ${tell("lamejs.mp3")}; LAME ${tell("lame.mp3")}`);
}
JS
node observe.mjs "$(venv/bin/python -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')" | tee seen
diff - seen <<'WANT'
8 kbit/s: lamejs 3.2 s, sounds; LAME 3.0 s, sounds
16 kbit/s: lamejs 3.1 s, silent; LAME 3.0 s, sounds
24 kbit/s: lamejs 3.1 s, silent; LAME 3.0 s, sounds
32 kbit/s: lamejs 3.1 s, silent; LAME 3.0 s, sounds
40 kbit/s: lamejs 3.0 s, sounds; LAME 3.0 s, sounds
48 kbit/s: lamejs 3.0 s, sounds; LAME 3.0 s, sounds
64 kbit/s: lamejs 3.0 s, sounds; LAME 3.0 s, sounds
WANT
