#!/usr/bin/env bash
# price-parser takes "төгрөг" for roubles, and grams, too
#
# Guess:   Price.fromstring("19,900 төгрөг") is 19900 with the currency "төгрөг", or with none: it knows ₮ and MNT. "1.5 сая төгрөг" (1.5 million) is 1.5, as it has no words for numbers.
# Came:    The currency is "р", the rouble's: it is looked for inside of words, and "төгрөг" has an р. "19,900 төг" has none, ₮ and MNT are right. "грамм" (gram) is roubles, too. Amounts are as
#          guessed. Nothing is raised.
# With:    price-parser 0.5.1 (Python); run on 2026-11-28.
# Matters: A program that reads prices aloud says "19,900 roubles" where tögrög stand, 40 times as much. Look for ₮, MNT and төг in the text, and pass them as currency_hint.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check price-parser==0.5.1
cat >observe.py <<'PY'
from price_parser import Price

for text in ("19,900 төгрөг", "19,900 төг", "19,900₮", "MNT 19,900", "1.5 сая төгрөг", "500 грамм", "Үнэ нь: 5000"):
    price = Price.fromstring(text)
    print(f"{text}: {price.amount} {price.currency}")
print("with a hint:", Price.fromstring("19,900 төгрөг", currency_hint="₮").currency)
PY
venv/bin/python observe.py | tee seen
diff - seen <<'WANT'
19,900 төгрөг: 19900 р
19,900 төг: 19900 None
19,900₮: 19900 ₮
MNT 19,900: 19900 MNT
1.5 сая төгрөг: 1.5 р
500 грамм: 500 р
Үнэ нь: 5000: 5000 None
with a hint: ₮
WANT
