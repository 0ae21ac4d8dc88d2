#!/usr/bin/env bash
# cueparser takes the 75ths of a second of a cue sheet for hundredths, and cuts the ends off a title without quotes, and pylibcue knows no time from 100 minutes on
#
# Guess:   The last two digits of an INDEX are frames, of which a second has 75, in each reader: 05:00:74 is 300.987 s. A title of one word needs no quotes. Minutes have as many digits as they
#          need, because a book in one file is longer than 99 minutes.
# Came:    cueparser tells 300.74 s, up to a quarter of a second early, makes "вө" of Өвөл and "о" of Ном. pylibcue gives None for the start at 120:00:00, and for the length of the chapter before it.
#          cuetools, and npm's cue-parser and @gplane/cue, are as guessed. Nothing is raised.
# With:    cueparser 1.3.3, pylibcue 0.5.2, cuetools 1.1.2 on Python 3.11, cue-parser 0.3.0, @gplane/cue 0.2.0 on Node 20.20; run on 2026-11-28.
# Matters: A narration that is cut into chapters by such a list loses the end of their last words, and its later chapters are none. Quote each title, put chapters at whole seconds, and use
#          one of the three others.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check cueparser==1.3.3 pylibcue==0.5.2 cuetools==1.1.2
npm install --silent --no-package-lock --no-audit --no-fund cue-parser@0.3.0 @gplane/cue@0.2.0
cat >book.cue <<'CUE'
PERFORMER "Цэцэн"
TITLE Ном
FILE "book.wav" WAVE
  TRACK 01 AUDIO
    TITLE Өвөл
    INDEX 01 00:00:00
  TRACK 02 AUDIO
    TITLE "Хавар цаг"
    INDEX 01 05:00:74
  TRACK 03 AUDIO
    TITLE "Зун"
    INDEX 01 120:00:00
CUE
cat >read.py <<'PY'
import cueparser
import cuetools
import pylibcue

text = open("book.cue").read()
sheet = cueparser.CueSheet()
sheet.setOutputFormat("%title%", "%title%")
sheet.setData(text)
sheet.parse()
print("cueparser:", sheet.title, [(track.title, track.duration and track.duration.total_seconds()) for track in sheet.tracks])
print("pylibcue:", [(track.cdtext.title, track.start, track.length) for track in pylibcue.parse_str(text)])
sheet = cuetools.loads(text)
print("cuetools:", sheet.title, [(track.title, track.index01.frames) for track in sheet.tracks])
PY
cat >read.mjs <<'JS'
import { readFileSync } from "node:fs";
import { parse as parseSheet } from "@gplane/cue";
import { parse } from "cue-parser";

const frames = ([minutes, seconds, frames]) => (minutes * 60 + seconds) * 75 + frames;
const tell = (name, sheet, time) => console.log(`${name}:`, sheet.title, sheet.files[0].tracks.map((track) => `${track.title} ${frames(time(track.indexes[0]))}`).join(", "));
tell("cue-parser", parse("book.cue"), (index) => Object.values(index.time));
tell("@gplane/cue", parseSheet(readFileSync("book.cue", "utf8")).sheet, (index) => index.startingTime);
JS
{ venv/bin/python -W ignore read.py && node read.mjs; } | tee seen
diff - seen <<'WANT'
cueparser: о [('вө', 300.74), ('Хавар цаг', 6899.26), ('Зун', None)]
pylibcue: [('Өвөл', (0, 0, 0), (5, 0, 74)), ('Хавар цаг', (5, 0, 74), None), ('Зун', None, None)]
cuetools: Ном [('Өвөл', 0), ('Хавар цаг', 22574), ('Зун', 540000)]
cue-parser: Ном Өвөл 0, Хавар цаг 22574, Зун 540000
@gplane/cue: Ном Өвөл 0, Хавар цаг 22574, Зун 540000
WANT
