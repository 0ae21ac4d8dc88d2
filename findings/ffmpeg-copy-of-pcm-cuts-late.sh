#!/usr/bin/env bash
# ffmpeg cuts PCM that it copies up to 85 ms late
#
# Guess:   "-t 1.25 -c copy" of a WAV of 24 kHz gives 30,000 samples: PCM has no frames that a copy would have to keep whole.
# Came:    30,720 samples: 30 ms more. ffmpeg's WAV reader makes packets of 4,096 bytes, and the copy ends at the end of one;
#          at 24 kHz, 16 bits, mono, that is every 85.3 ms. The same holds for where "-f segment" divides. Decoded and encoded
#          again (-c pcm_s16le), the cut is exact.
# With:    ffmpeg 7.0.2 (imageio-ffmpeg 0.6.0), run on 2026-11-27.
# Matters: Speech that is cut at cues this way carries the beginning of the next sentence, and joined pieces say it twice.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check imageio-ffmpeg==0.6.0
ffmpeg() { "$dir/venv/bin/python" -c 'import imageio_ffmpeg, os, sys; f = imageio_ffmpeg.get_ffmpeg_exe(); os.execv(f, [f, *sys.argv[1:]])' -v error "$@"; }
samples() { python3 -c 'import sys, wave; print(wave.open(sys.argv[1]).getnframes())' "$1"; }
ffmpeg -f lavfi -i sine=duration=10 -ar 24000 -ac 1 speech.wav
ffmpeg -i speech.wav -t 1.25 -c copy copied.wav
ffmpeg -i speech.wav -t 1.25 -c pcm_s16le coded.wav
ffmpeg -i speech.wav -f segment -segment_times 1.25 -c copy segment%d.wav
{ echo "copied $(samples copied.wav)"; echo "coded $(samples coded.wav)"; echo "segments $(samples segment0.wav) $(samples segment1.wav)"; } | tee seen
diff - seen <<'WANT'
copied 30720
coded 30000
segments 30720 209280
WANT
