#!/usr/bin/env bash
# Readers of an MP3's length tell 56 or 80 ms more than the MP3 sounds
#
# Guess:   mutagen and music-metadata read the header that LAME writes, and take its padding off: 1 s of sound is 1.0 s. The readers that count frames
#          (get-mp3-duration, mp3-duration) tell 1.08 s.
# Came:    mutagen, tinytag, music-metadata and ffmpeg's own "Duration" tell 1.056 s (1.06), the two others 1.080 s. ffmpeg, soundfile and miniaudio decode
#          24,000 samples, 1.000 s. The excess is there once in each file, whatever its length.
# With:    ffmpeg 7.0.2 (imageio-ffmpeg 0.6.0), mutagen 1.48.1, tinytag 2.3.2, soundfile 0.14.0, miniaudio 1.71, music-metadata 11.16.1,
#          get-mp3-duration 1.0.0, mp3-duration 1.1.0; run on 2026-11-28.
# Matters: Chapters and captions of a book are laid out by the lengths of its parts. After 100 parts whose samples were joined, the marks are 5 to 8 s late. Count the
#          samples that a decoder gives.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check imageio-ffmpeg==0.6.0 mutagen==1.48.1 tinytag==2.3.2 soundfile==0.14.0 miniaudio==1.71 numpy==2.2.6
npm install --silent --no-package-lock --no-audit --no-fund music-metadata@11.16.1 get-mp3-duration@1.0.0 mp3-duration@1.1.0
ffmpeg() { "$(venv/bin/python -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')" "$@"; }
for seconds in 1 7; do
  ffmpeg -v error -f lavfi -i "sine=duration=$seconds" -ar 24000 -ac 1 -c:a libmp3lame "$seconds.mp3"
done
cat >read.py <<'PY'
import sys
import miniaudio, mutagen, soundfile, tinytag
for name in ("1.mp3", "7.mp3"):
    print(f"{name}: mutagen {mutagen.File(name).info.length:.3f}, tinytag {tinytag.TinyTag.get(name).duration:.3f}, soundfile {len(soundfile.read(name)[0])} samples, "
          f"miniaudio {miniaudio.decode_file(name, nchannels=1, sample_rate=24_000).num_frames} samples")
PY
cat >read.mjs <<'JS'
import { readFileSync } from "node:fs";
import getMp3Duration from "get-mp3-duration";
import mp3Duration from "mp3-duration";
import { parseFile } from "music-metadata";
for (const name of ["1.mp3", "7.mp3"]) {
  const seconds = [(await parseFile(name)).format.duration, getMp3Duration(readFileSync(name)) / 1000, await mp3Duration(name)];
  console.log(`${name}: music-metadata ${seconds[0].toFixed(3)}, get-mp3-duration ${seconds[1].toFixed(3)}, mp3-duration ${seconds[2].toFixed(3)}`);
}
JS
{
  venv/bin/python read.py 2>/dev/null
  node read.mjs
  for name in 1.mp3 7.mp3; do
    echo "$name: ffmpeg tells $(ffmpeg -i $name 2>&1 | sed -n 's/.*Duration: \([0-9:.]*\),.*/\1/p'), decodes $(($(ffmpeg -v error -i $name -f s16le - | wc -c) / 2)) samples"
  done
} | tee seen
diff - seen <<'WANT'
1.mp3: mutagen 1.056, tinytag 1.056, soundfile 24000 samples, miniaudio 24000 samples
7.mp3: mutagen 7.056, tinytag 7.056, soundfile 168000 samples, miniaudio 168000 samples
1.mp3: music-metadata 1.056, get-mp3-duration 1.080, mp3-duration 1.080
7.mp3: music-metadata 7.056, get-mp3-duration 7.080, mp3-duration 7.080
1.mp3: ffmpeg tells 00:00:01.06, decodes 24000 samples
7.mp3: ffmpeg tells 00:00:07.06, decodes 168000 samples
WANT
