#!/usr/bin/env bash
# webvtt-py gives the start of a cue in whole seconds
#
# Guess:   Caption.start_in_seconds of 00:00:01.250 is 1.25, and end_in_seconds of 00:00:02.750 is 2.75.
# Came:    1 and 2: the milliseconds are cut off, so that a cue of half a second is one of no length at all.
# With:    webvtt-py 0.6.0, run on 2026-11-27.
# Matters: Whoever cuts audio at cues, seeks in a player, or compares captions with the length of speech by these
#          properties is up to a second off. The timestamps' own strings (Caption.start) are right.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check webvtt-py==0.6.0
printf 'WEBVTT\n\n00:00:01.250 --> 00:00:02.750\nСайн байна уу?\n\n00:00:03.100 --> 00:00:03.900\nБаяртай.\n' >cues.vtt
venv/bin/python - <<'PY' | tee seen
import webvtt
for cue in webvtt.read("cues.vtt"):
    print(cue.start, cue.end, cue.start_in_seconds, cue.end_in_seconds)
PY
diff - seen <<'WANT'
00:00:01.250 00:00:02.750 1 2
00:00:03.100 00:00:03.900 3 3
WANT
