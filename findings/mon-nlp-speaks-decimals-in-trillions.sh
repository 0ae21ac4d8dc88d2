#!/usr/bin/env bash
# mon-nlp spells 19.9 as "nineteen point eight hundred ninety-nine trillion …", and 3.05 like 3.5
#
# Guess:   The package spells Mongolian numbers right, those with a fraction, too: 3.5 is "гурав аравны тав", 12.05 "арван хоёр зууны тав".
# Came:    Of the 1,000 numbers from 0.0 to 99.9 it spells 704 with trillions (их наяд): it writes the number with 15 decimals, 19.899999999999999, and reads all of
#          them. Only what lies below 8, or what a float holds exactly (12.5), is right. With use_dot=True 3.05 is "гурав цэг тав" (three point five), as 3.5 is.
#          Whole numbers are right.
# With:    mon-nlp 0.1.1, run on 2026-11-28.
# Matters: Programs spell prices, shares and temperatures before they send text to a voice. A price of ₮19.9 becomes 28 words that are spoken and paid for, and a share of 3.05 %
#          is told as 3.5 %. Spell the digits on both sides of the point as two whole numbers, and name the zeros.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check mon-nlp==0.1.1
venv/bin/python - <<'PY' | tee seen
from mon_nlp import num2words
for number in (2024, 3.5, 7.9, 12.5, 12.05, 19.9):
    print(f"{number}: {num2words(number)}")
for number in (3.5, 3.05):
    print(f"{number} with use_dot: {num2words(number, use_dot=True)}")
tenths = [tenth / 10 for tenth in range(1000)]
print("trillions:", sum("их наяд" in num2words(number) for number in tenths), "of", len(tenths))
print("trillions below 8:", sum("их наяд" in num2words(number) for number in tenths if number < 8))
PY
diff - seen <<'WANT'
2024: хоёр мянга хорин дөрөв
3.5: гурав аравны тав
7.9: долоо аравны ес
12.5: арван хоёр аравны тав
12.05: арван хоёр цэг тавин их наяд нэг
19.9: арван ес цэг найман зуун ерэн есөн их наяд есөн зуун ерэн есөн тэрбум есөн зуун ерэн есөн сая есөн зуун ерэн есөн мянга есөн зуун ерэн ес
3.5 with use_dot: гурав цэг тав
3.05 with use_dot: гурав цэг тав
trillions: 704 of 1000
trillions below 8: 0
WANT
