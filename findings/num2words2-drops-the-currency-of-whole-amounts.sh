#!/usr/bin/env bash
# num2words2 spells 20,000 dollars and 20,000 tögrög in Mongolian both as "twenty thousand"
#
# Guess:   num2words2, which knows Mongolian, spells an amount with its currency: 20000 of MNT is "хорин мянган төгрөг", and of USD "хорин мянган доллар".
# Came:    An amount that is an int loses its currency, whichever is asked for: "хорин мянга" for both. 20000.0 and "20000.00" have it: "хорин мянган төгрөг". In English
#          an int keeps its currency. Nothing is raised.
# With:    num2words2 1.0.20 (Python), run on 2026-11-28.
# Matters: A voice that reads bills tells the number alone, and a listener takes dollars for tögrög. Give it a Decimal: Decimal(20000).
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check num2words2==1.0.20
cat >amounts.py <<'PY'
from decimal import Decimal
from num2words2 import num2words
for language, currency in (("mn", "MNT"), ("mn", "USD"), ("en", "USD")):
    for amount in (20000, 20000.0, "20000.00", Decimal("20000.00"), Decimal(20000), 1234.5):
        print(f"{language}, {amount!r} of {currency}: {num2words(amount, lang=language, to='currency', currency=currency)}")
PY
venv/bin/python amounts.py | tee seen
diff - seen <<'WANT'
mn, 20000 of MNT: хорин мянга
mn, 20000.0 of MNT: хорин мянган төгрөг
mn, '20000.00' of MNT: хорин мянган төгрөг
mn, Decimal('20000.00') of MNT: хорин мянган төгрөг
mn, Decimal('20000') of MNT: хорин мянган төгрөг
mn, 1234.5 of MNT: нэг мянга хоёр зуун гучин дөрвөн төгрөг, тавин мөнгө
mn, 20000 of USD: хорин мянга
mn, 20000.0 of USD: хорин мянган Америк доллар
mn, '20000.00' of USD: хорин мянган Америк доллар
mn, Decimal('20000.00') of USD: хорин мянган Америк доллар
mn, Decimal('20000') of USD: хорин мянган Америк доллар
mn, 1234.5 of USD: нэг мянга хоёр зуун гучин дөрвөн Америк доллар, тавин цент
en, 20000 of USD: twenty thousand dollars
en, 20000.0 of USD: twenty thousand dollars, zero cents
en, '20000.00' of USD: twenty thousand dollars, zero cents
en, Decimal('20000.00') of USD: twenty thousand dollars, zero cents
en, Decimal('20000') of USD: twenty thousand dollars
en, 1234.5 of USD: one thousand, two hundred and thirty-four dollars, fifty cents
WANT
