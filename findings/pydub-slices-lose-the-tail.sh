#!/usr/bin/env bash
# pydub loses the last samples of a segment that it slices
#
# Guess:   speech[:333] + speech[333:] has the samples of speech: a slice without an end goes to the end.
# Came:    Up to half a millisecond is cut off the end, or silence is put there: len() rounds to whole milliseconds, and the
#          slice without an end stops at len().
# With:    pydub 0.25.1, run on 2026-11-27.
# Matters: Programs split speech at pauses, put it together again, and keep cues beside it. Each slice to the end moves what
#          follows, and a click stands where the last wave was cut. Samples are whole with get_sample_slice().
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check pydub==0.25.1
venv/bin/python -W ignore - <<'PY' | tee seen
from pydub import AudioSegment
def make(samples):
    return AudioSegment(b"\1\0" * samples, sample_width=2, frame_rate=24_000, channels=1)
for samples in (24_000, 24_003, 24_011, 24_013, 24_021):
    speech = make(samples)
    joined = speech[:333] + speech[333:]
    raw = joined.raw_data
    print(samples, "->", len(raw) // 2, "silent:", len(raw) // 2 - raw.count(b"\1\0"))
PY
diff - seen <<'WANT'
24000 -> 24000 silent: 0
24003 -> 24000 silent: 0
24011 -> 24000 silent: 0
24013 -> 24024 silent: 11
24021 -> 24024 silent: 3
WANT
