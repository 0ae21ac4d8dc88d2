#!/usr/bin/env bash
# franc takes "Сайн байна уу?" for Kyrgyz, and franc-min and langdetect never answer Mongolian
#
# Guess:   franc knows Mongolian (khk), and is right on whole sentences; tinyld is right. langdetect has no Mongolian, and answers Russian or Macedonian.
# Came:    franc calls the commonest greeting Kyrgyz, and "Энэ ном миний найзынх." (this book is my friend's) Ukrainian. franc-min answers Kazakh, Belarusian
#          and Ukrainian, langdetect Bulgarian and Russian. tinyld and py3langid answer Mongolian for each. None says that it does not know.
# With:    franc 6.2.0, franc-min 6.2.0, tinyld 1.3.4, langdetect 1.0.9, py3langid 0.4.0; run on 2026-11-28.
# Matters: Programs that have voices of several languages choose one by such an answer. A Russian voice then reads the Mongolian text, and is paid for it.
#          Ask the writer, or take a detector that is right on the texts at hand.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund franc@6.2.0 franc-min@6.2.0 tinyld@1.3.4
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check langdetect==1.0.9 py3langid==0.4.0
cat >texts.json <<'JSON'
["Сайн байна уу?", "Өнөөдөр дулаан байна.", "Та хэдэн настай вэ?", "Энэ ном миний найзынх.", "Хүн бүр төрж мэндлэхдээ эрх чөлөөтэй, адилхан нэр төртэй, ижил эрхтэй байдаг."]
JSON
cat >detect.mjs <<'JS'
import { readFileSync } from "node:fs";
import { franc } from "franc";
import { franc as francMin } from "franc-min";
import { detect } from "tinyld";
for (const text of JSON.parse(readFileSync("texts.json", "utf8"))) {
  console.log(`${text} franc ${franc(text)}, franc-min ${francMin(text)}, tinyld ${detect(text)}`);
}
JS
cat >detect.py <<'PY'
import json
import langdetect, py3langid
langdetect.DetectorFactory.seed = 0
for text in json.load(open("texts.json")):
    print(f"{text} langdetect {langdetect.detect(text)}, py3langid {py3langid.classify(text)[0]}")
PY
{ node detect.mjs; venv/bin/python detect.py; } | tee seen
diff - seen <<'WANT'
Сайн байна уу? franc kir, franc-min kaz, tinyld mn
Өнөөдөр дулаан байна. franc khk, franc-min kaz, tinyld mn
Та хэдэн настай вэ? franc khk, franc-min bel, tinyld mn
Энэ ном миний найзынх. franc ukr, franc-min ukr, tinyld mn
Хүн бүр төрж мэндлэхдээ эрх чөлөөтэй, адилхан нэр төртэй, ижил эрхтэй байдаг. franc khk, franc-min kaz, tinyld mn
Сайн байна уу? langdetect bg, py3langid mn
Өнөөдөр дулаан байна. langdetect bg, py3langid mn
Та хэдэн настай вэ? langdetect ru, py3langid mn
Энэ ном миний найзынх. langdetect ru, py3langid mn
Хүн бүр төрж мэндлэхдээ эрх чөлөөтэй, адилхан нэр төртэй, ижил эрхтэй байдаг. langdetect ru, py3langid mn
WANT
