#!/usr/bin/env bash
# mn-translit spells 15 as "арав тав" (ten five), refuses "арван тав" (fifteen), and its option for numbers finds none in a Cyrillic text
#
# Guess:   number_to_words gives what Mongolian says: "арван тав", "гурван зуу", "дөрвөн мянга". A number before another takes the form that ends in н, as every
#          textbook has it. cyrillic_to_latin(text, trans_num=True) makes "2024 onii" of "хоёр мянга хорин дөрөв оны".
# Came:    "арав тав", "гурав зуун", "дөрөв мянга": each number from 11 on that has such a form lacks it. 19.9 in a text becomes "арав ес.ес". Its own words_to_number refuses "арван тав".
#          trans_num makes no number of words: they are in Latin letters before it looks for them. Nothing else is raised.
# With:    mn-translit 1.0.3 (Python); run on 2026-11-28.
# Matters: A voice says prices, years and times of day as a foreigner would, and the text is paid for. Spell numbers with a package that has both forms, and listen to 15 and 300 before 15,000
#          sentences are bought.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check mn-translit==1.0.3
cat >observe.py <<'PY'
from mn_translit import cyrillic_to_latin, latin_to_cyrillic, number_to_words, words_to_number

for number in (15, 300, 4000, 19_900):
    print(f"{number}:", number_to_words(number))
print("a text:", latin_to_cyrillic("Üne ni 19.9 tögrög", trans_num=True))
for words in ("арав тав", "арван тав", "гурван зуун"):
    try:
        print(f"{words}:", words_to_number(words))
    except ValueError as error:
        print(f"{words}:", error)
print("words in a text:", cyrillic_to_latin("хоёр мянга хорин дөрөв он", trans_num=True))
PY
venv/bin/python observe.py | tee seen
diff - seen <<'WANT'
15: арав тав
300: гурав зуун
4000: дөрөв мянга
19900: түм ес мянга ес зуун
a text: Үнэ ни арав ес.ес төгрөг
арав тав: 15
арван тав: Unknown word: арван
гурван зуун: Unknown word: гурван
words in a text: khoyor myanga khorin döröv on
WANT
