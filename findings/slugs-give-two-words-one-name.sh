#!/usr/bin/env bash
# @sindresorhus/slugify, speakingurl and limax leave ө and ү out, so that different words get one file name
#
# Guess:   Makers of slugs know Cyrillic. "үс" (hair) becomes "us", as "ус" (water) does, or keeps its letters. No letter of Mongolian is dropped.
# Came:    These three know the Russian letters only. "үс" becomes "s", "төр" (state) and "түр" (for a while) both become "t-r", and "Өө" becomes nothing.
#          slugify and slug write "ue" and "oe", and keep all of the words apart. transliteration and python-slugify make one "us" of "ус" and "үс".
#          Werkzeug's secure_filename and Django's slugify drop all of Cyrillic: a title becomes an empty name, and "12-р бүлэг" (chapter 12)
#          becomes "12-" and "12".
# With:    @sindresorhus/slugify 3.0.1, speakingurl 14.0.1, limax 4.2.3, slugify 1.6.9, slug 12.0.1, transliteration 2.6.1, python-slugify 9.2.0,
#          Werkzeug 3.1.9, Django 5.2.19; run on 2026-11-28.
# Matters: Programs name the sound file, or the key of a cache, after the title. The second chapter is written over the first one, which was paid for, or
#          the sound of another word is played. Put a number or a hash of the text into the name.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-package-lock --no-audit --no-fund @sindresorhus/slugify@3.0.1 speakingurl@14.0.1 limax@4.2.3 slugify@1.6.9 slug@12.0.1 transliteration@2.6.1
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check python-slugify==9.2.0 werkzeug==3.1.9 django==5.2.19
cat >name.mjs <<'JS'
import sindresorhus from "@sindresorhus/slugify";
import limax from "limax";
import slug from "slug";
import slugify from "slugify";
import speakingurl from "speakingurl";
import { slugify as transliteration } from "transliteration";
const titles = ["ус", "үс", "төр", "түр", "Өө", "12-р бүлэг"];
for (const [name, make] of Object.entries({ sindresorhus, speakingurl, limax, slugify, slug, transliteration })) {
  console.log(`${name}: ${titles.map((title) => JSON.stringify(make(title))).join(" ")}`);
}
JS
cat >name.py <<'PY'
import json
from django.utils.text import slugify as django
from slugify import slugify as python_slugify
from werkzeug.utils import secure_filename
titles = ["ус", "үс", "төр", "түр", "Өө", "12-р бүлэг"]
for make in (python_slugify, secure_filename, django):
    name = "django" if make is django else "python-slugify" if make is python_slugify else "secure_filename"
    print(f"{name}:", " ".join(json.dumps(make(title)) for title in titles))
PY
{ node name.mjs; venv/bin/python name.py; } | tee seen
diff - seen <<'WANT'
sindresorhus: "us" "s" "t-r" "t-r" "" "12-r-b-leg"
speakingurl: "us" "s" "t-r" "t-r" "" "12-r-b-leg"
limax: "us" "s" "t-r" "t-r" "" "12-r-b-leg"
slugify: "us" "ues" "toer" "tuer" "OEoe" "12-r-bueleg"
slug: "us" "ues" "toer" "tuer" "oeoe" "12-r-bueleg"
transliteration: "us" "us" "tor" "tur" "oo" "12-r-buleg"
python-slugify: "us" "us" "tor" "tur" "oo" "12-r-buleg"
secure_filename: "" "" "" "" "" "12-"
django: "" "" "" "" "" "12"
WANT
