#!/usr/bin/env bash
# mongolian2ipa takes a sentence for one word, so that the first vowels of all words but the first become a schwa, and writes the Cyrillic ө for the vowel ɵ
#
# Guess:   Each Cyrillic letter becomes a sign of IPA. A word of a sentence is written as the same word alone: Mongolian keeps the vowel of the first syllable, and weakens the short ones behind it.
# Came:    "ном" is nɔm alone and nəm in "энэ ном": only the first word of a text has a first syllable. "кино" is kʰinə alone and kʰənə behind another word. ө comes out as U+04E9, the Cyrillic
#          letter, which looks like ɵ (U+0275). Nothing is raised.
# With:    mongolian2ipa 0.1.3 (Python); run on 2026-11-29.
# Matters: A voice that is trained on such phonemes, or a lexicon made of them, learns another word in each place, and a model's table of IPA has no sign for one of the seven vowels. Give it word by
#          word, and replace ө by ɵ.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check mongolian2ipa==0.1.3
cat >observe.py <<'PY'
import unicodedata

from mongolian2ipa import mongolian2ipa

for text in ("энэ ном", "фото кино", "сайн хот"):
    alone = ".".join(mongolian2ipa(word) for word in text.split())
    print(f"{text}: word by word {alone}, together {mongolian2ipa(text)}")
for word in ("өвөл", "төгрөг"):
    letters = [letter for letter in mongolian2ipa(word) if "CYRILLIC" in unicodedata.name(letter)]
    print(f"{word}: {len(letters)} Cyrillic letters in {ascii(mongolian2ipa(word))}")
PY
venv/bin/python observe.py | tee seen
diff - seen <<'WANT'
энэ ном: word by word enə.nɔm, together enə.nəm
фото кино: word by word fɔtʰə.kʰinə, together fɔtʰə.kʰənə
сайн хот: word by word sæːŋ.χɔtʰ, together sæːn.χətʰ
өвөл: 1 Cyrillic letters in '\u04e9w\u0259\u026c'
төгрөг: 1 Cyrillic letters in 't\u02b0\u04e9kr\u0259k'
WANT
