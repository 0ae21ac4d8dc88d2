#!/usr/bin/env bash
# transliterate reads each Mongolian u as ү, and cyrtranslit reads no й
#
# Guess:   Mongolian in Latin letters, as people type it ("Sain baina uu"), becomes "Сайн байна уу" with each package that has "mn". What a package
#          wrote in Latin letters, it reads back as the same words.
# Came:    transliterate gives "Сайн байна үү" and "Үлаанбаатар", and "Овол хуйтэн" for "Өвөл хүйтэн". cyrtranslit gives "Саин баина уу", and "хүитэн"
#          for "хүйтэн". Of the three only mn-translit gives these words right.
# With:    transliterate 1.10.2, cyrtranslit 1.2.0, mn-translit 1.0.3; run on 2026-11-28.
# Matters: Programs turn typed Latin letters into Cyrillic before speech. у and ү are two vowels, and й makes a diphthong. The voice says words that
#          do not exist, and they are paid for. A look at the Latin letters does not show it: ask the writer for Cyrillic, or
#          compare with a list of words.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check transliterate==1.10.2 cyrtranslit==1.2.0 mn-translit==1.0.3
venv/bin/python - <<'PY' | tee seen
import cyrtranslit, mn_translit, transliterate
ways = {
    "transliterate": (lambda text: transliterate.translit(text, "mn", reversed=True), lambda text: transliterate.translit(text, "mn")),
    "cyrtranslit": (lambda text: cyrtranslit.to_latin(text, "mn"), lambda text: cyrtranslit.to_cyrillic(text, "mn")),
    "mn-translit": (mn_translit.cyrillic_to_latin, mn_translit.latin_to_cyrillic),
}
for name, (to_latin, to_cyrillic) in ways.items():
    for typed in ("Sain baina uu?", "Ulaanbaatar khot"):
        print(f"{name}: {typed} -> {to_cyrillic(typed)}")
    for text in ("Сайн байна уу?", "Улаанбаатар хот", "Өвөл хүйтэн."):
        print(f"{name}: {text} -> {to_latin(text)} -> {to_cyrillic(to_latin(text))}")
PY
diff - seen <<'WANT'
transliterate: Sain baina uu? -> Сайн байна үү?
transliterate: Ulaanbaatar khot -> Үлаанбаатар хот
transliterate: Сайн байна уу? -> Sain baina uu? -> Сайн байна үү?
transliterate: Улаанбаатар хот -> Ulaanbaatar khot -> Үлаанбаатар хот
transliterate: Өвөл хүйтэн. -> Owol khuiten. -> Овол хуйтэн.
cyrtranslit: Sain baina uu? -> Саин баина уу?
cyrtranslit: Ulaanbaatar khot -> Улаанбаатар хот
cyrtranslit: Сайн байна уу? -> Sain baina uu? -> Саин баина уу?
cyrtranslit: Улаанбаатар хот -> Ulaanbaatar khot -> Улаанбаатар хот
cyrtranslit: Өвөл хүйтэн. -> Övöl khüiten. -> Өвөл хүитэн.
mn-translit: Sain baina uu? -> Сайн байна уу?
mn-translit: Ulaanbaatar khot -> Улаанбаатар хот
mn-translit: Сайн байна уу? -> Sayn bayna uu? -> Сайн байна уу?
mn-translit: Улаанбаатар хот -> Ulaanbaatar khot -> Улаанбаатар хот
mn-translit: Өвөл хүйтэн. -> Övöl khüyten. -> Өвөл хүйтэн.
WANT
