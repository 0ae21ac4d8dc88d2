#!/usr/bin/env bash
# dateparser has Mongolian, reads no date as Mongolian writes it, and takes 14:30 for fourteen and a half hours ago
#
# Guess:   dateparser has no Mongolian, and answers None for all but numbers: "5 минутын өмнө" (five minutes ago) is None, "2024-11-28" is read.
# Came:    It has Mongolian: "5 минутын өмнө" and "маргааш" (tomorrow) are right. The one way to write a date, "2024 оны 11-р сарын 28", is None, in each form, because the names of the months
#          are known without the ending that a date gives them. "14 цаг 30 минут" (14:30) is 14 hours and 30 minutes ago. search_dates finds "2024" in the date, and makes it this month's day
#          of that year. Nothing is raised.
# With:    dateparser 1.5.0 (Python); run on 2026-11-28.
# Matters: A voice agent is told a day and an hour, and says back another: the day of today, an hour that is past. Read year, month, day and hour by a pattern
#          of one's own before the text goes to dateparser.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check dateparser==1.5.0
cat >observe.py <<'PY'
from datetime import datetime
import dateparser
from dateparser.search import search_dates

settings = {"RELATIVE_BASE": datetime(2026, 3, 10, 12, 0), "TIMEZONE": "UTC"}
for text in ("5 минутын өмнө", "маргааш", "2024-11-28", "2024 оны 11-р сарын 28", "2024 оны 11 дүгээр сарын 28", "11-р сарын 28", "11 сарын 28-нд", "14 цаг 30 минут"):
    print(f"{text}: {dateparser.parse(text, languages=['mn'], settings=settings)}")
text = "Хурал 2024 оны 11-р сарын 28-нд болно."
print(f"{text}", [(found, str(when)) for found, when in search_dates(text, languages=["mn"], settings=settings) or []])
PY
venv/bin/python -W ignore observe.py | tee seen
diff - seen <<'WANT'
5 минутын өмнө: 2026-03-10 11:55:00
маргааш: 2026-03-11 12:00:00
2024-11-28: 2024-11-28 00:00:00
2024 оны 11-р сарын 28: None
2024 оны 11 дүгээр сарын 28: None
11-р сарын 28: None
11 сарын 28-нд: None
14 цаг 30 минут: 2026-03-09 21:30:00
Хурал 2024 оны 11-р сарын 28-нд болно. [('2024', '2024-03-10 00:00:00')]
WANT
