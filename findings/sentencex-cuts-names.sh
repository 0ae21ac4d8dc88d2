#!/usr/bin/env bash
# sentencex, which takes any language, cuts a Mongolian name in two where there is no space
#
# Guess:   sentencex falls back to the rules of English for "mn", and pysbd is given "ru" or "kk": none cuts "Ц.Элбэгдорж",
#          because no space follows the initial. UAX 29 sees no border there either.
# Came:    sentencex makes six pieces of three sentences: "Ц." and "Элбэгдорж ирлээ. " are two sentences, and "м." and "кв. " and "газар авав." are three.
#          pysbd with "ru" also cuts the name, with "kk" it does not. blingfire, which has no languages at all, finds the three.
# With:    sentencex 1.0.32, pysbd 0.3.4, blingfire 0.1.8; run on 2026-11-27.
# Matters: A Mongolian name begins with an initial in each news text. Spoken in two requests it has a pause and two
#          intonations, and is paid for as two jobs.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check sentencex==1.0.32 pysbd==0.3.4 blingfire==0.1.8 numpy==2.2.6
venv/bin/python - <<'PY' | tee seen
import blingfire, pysbd, sentencex
text = "Өнөөдөр дулаан байна. Ц.Элбэгдорж ирлээ. Тэр 5 м.кв. газар авав."
print("sentencex mn:", " | ".join(part.strip() for part in sentencex.segment("mn", text)))
for language in ("ru", "kk"):
    print(f"pysbd {language}:", " | ".join(s.strip() for s in pysbd.Segmenter(language=language, clean=False).segment(text)))
print("blingfire:", blingfire.text_to_sentences(text).replace("\n", " | "))
PY
diff - seen <<'WANT'
sentencex mn: Өнөөдөр дулаан байна. | Ц. | Элбэгдорж ирлээ. | Тэр 5 м. | кв. | газар авав.
pysbd ru: Өнөөдөр дулаан байна. | Ц. | Элбэгдорж ирлээ. | Тэр 5 м.кв. | газар авав.
pysbd kk: Өнөөдөр дулаан байна. Ц.Элбэгдорж ирлээ. | Тэр 5 м. | кв. | газар авав.
blingfire: Өнөөдөр дулаан байна. | Ц.Элбэгдорж ирлээ. | Тэр 5 м.кв. газар авав.
WANT
