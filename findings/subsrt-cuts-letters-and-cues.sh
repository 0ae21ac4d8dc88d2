#!/usr/bin/env bash
# subsrt-ts reads ASS without the first letter of each cue, and subsrt reads no cue of WebVTT with Unix line ends
#
# Guess:   Both read ASS, WebVTT and SRT as pysubs2 writes them. subsrt-ts is subsrt with types, and reads the same.
# Came:    subsrt-ts reads "Сайн уу?" of ASS as "айн уу?". subsrt reads ASS right, reads nothing of WebVTT, and reads SRT as one cue with the other
#          cues as its text. With CRLF it reads both right. Nothing is raised.
# With:    subsrt-ts 2.1.2, subsrt 1.1.1, pysubs2 1.8.1; run on 2026-11-28.
# Matters: Captions of speech that pass through these packages lose a letter each, or all of the cues, and the program succeeds. Compare the number and
#          the text of the cues before and after, and give subsrt CRLF.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check pysubs2==1.8.1
npm install --silent --no-package-lock --no-audit --no-fund subsrt-ts@2.1.2 subsrt@1.1.1
venv/bin/python - <<'PY'
import pysubs2
cues = pysubs2.SSAFile()
cues.append(pysubs2.SSAEvent(start=1000, end=2000, text="Сайн уу?"))
cues.append(pysubs2.SSAEvent(start=2000, end=3000, text="Баяртай."))
for format in ("ass", "vtt", "srt"):
    cues.save(f"cues.{format}")
PY
cat >read.mjs <<'JS'
import { readFileSync } from "node:fs";
import subsrt from "subsrt";
import subsrtTs from "subsrt-ts";
for (const [name, { parse }] of [["subsrt", subsrt], ["subsrt-ts", subsrtTs]]) {
  for (const format of ["ass", "vtt", "srt"]) {
    const source = readFileSync(`cues.${format}`, "utf8");
    for (const [ends, text] of [["LF", source], ["CRLF", source.replaceAll("\n", "\r\n")]]) {
      const cues = parse(text, { format }).filter(({ type }) => type === "caption");
      console.log(`${name}, ${format}, ${ends}:`, JSON.stringify(cues.map((cue) => cue.text.trim())));
    }
  }
}
JS
node read.mjs | tee seen
diff - seen <<'WANT'
subsrt, ass, LF: ["Сайн уу?","Баяртай."]
subsrt, ass, CRLF: ["Сайн уу?","Баяртай."]
subsrt, vtt, LF: []
subsrt, vtt, CRLF: ["Сайн уу?","Баяртай."]
subsrt, srt, LF: ["Сайн уу?\r\n\r\n2\r\n00:00:02,000 --> 00:00:03,000\r\nБаяртай."]
subsrt, srt, CRLF: ["Сайн уу?","Баяртай."]
subsrt-ts, ass, LF: ["айн уу?","аяртай."]
subsrt-ts, ass, CRLF: ["айн уу?","аяртай."]
subsrt-ts, vtt, LF: ["Сайн уу?","Баяртай."]
subsrt-ts, vtt, CRLF: ["Сайн уу?","Баяртай."]
subsrt-ts, srt, LF: ["Сайн уу?","Баяртай."]
subsrt-ts, srt, CRLF: ["Сайн уу?","Баяртай."]
WANT
