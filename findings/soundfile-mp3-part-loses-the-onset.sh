#!/usr/bin/env bash
# soundfile silences the first sound when it reads a part of an MP3
#
# Guess:   soundfile.read(name, start=…) gives the same samples as reading the whole file and slicing it, for MP3 as for WAV, FLAC and Vorbis. The
#          decoder goes back as far as it needs to.
# Came:    Of ten words after pauses, the first 5 to 20 ms of six are silent or too quiet, even when reading starts 300 ms before the word. A tone is
#          wrong for more than 100 ms. A frame of MP3 uses bytes of the frames before it. After small frames these are many frames, and the
#          decoder goes back a fixed number. soundfile raises nothing; libmpg123 prints a line to stderr. WAV, FLAC and Vorbis are right.
# With:    soundfile 0.14.0 with the libsndfile of its wheel (Linux x64), numpy 2.2.6; run on 2026-11-28.
# Matters: Programs cut sentences out of bought speech at the pauses. The first consonant is lost, and no check of the length finds it. Read the whole
#          MP3 and slice the samples, or keep the WAV.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check soundfile==0.14.0 numpy==2.2.6
cat >read.py <<'PY'
import numpy as np
import soundfile

rate = 24_000

def word(pitch):
    time = np.arange(rate * 8 // 10) / rate
    return 0.2 * sum(np.sin(2 * np.pi * pitch * k * time) / k for k in range(1, 20))

speech = np.concatenate([part for i in range(10) for part in (np.zeros(rate // 2), word(120 + 10 * i))])
starts = [(i + 1) * rate // 2 + i * rate * 8 // 10 for i in range(10)]
tone = 0.6 * np.sin(np.arange(10 * rate) / 10)

def wrong(part, right):
    """How many milliseconds pass until the part is right."""
    return 1000 * (np.flatnonzero(np.abs(part - right) > 0.02) + 1).max(initial=0) / rate

for format in ("wav", "flac", "ogg", "mp3"):
    soundfile.write(f"speech.{format}", speech, rate)
    soundfile.write(f"tone.{format}", tone, rate)
    whole, _ = soundfile.read(f"speech.{format}")
    for pause in (100, 300):
        count = 0
        for start in starts:
            lead = pause * rate // 1000
            part, _ = soundfile.read(f"speech.{format}", start=start - lead, frames=lead + rate // 2)
            count += wrong(part[lead:], whole[start:start + rate // 2]) > 5
        print(f"{format}, read from {pause} ms before the word: {count} of 10 words begin wrong")
    whole, _ = soundfile.read(f"tone.{format}")
    part, _ = soundfile.read(f"tone.{format}", start=5 * rate, frames=rate)
    print(f"{format}, a tone is wrong for more than 100 ms: {wrong(part, whole[5 * rate:6 * rate]) > 100}")
PY
venv/bin/python read.py 2>/dev/null | tee seen
diff - seen <<'WANT'
wav, read from 100 ms before the word: 0 of 10 words begin wrong
wav, read from 300 ms before the word: 0 of 10 words begin wrong
wav, a tone is wrong for more than 100 ms: False
flac, read from 100 ms before the word: 0 of 10 words begin wrong
flac, read from 300 ms before the word: 0 of 10 words begin wrong
flac, a tone is wrong for more than 100 ms: False
ogg, read from 100 ms before the word: 0 of 10 words begin wrong
ogg, read from 300 ms before the word: 0 of 10 words begin wrong
ogg, a tone is wrong for more than 100 ms: False
mp3, read from 100 ms before the word: 6 of 10 words begin wrong
mp3, read from 300 ms before the word: 6 of 10 words begin wrong
mp3, a tone is wrong for more than 100 ms: True
WANT
