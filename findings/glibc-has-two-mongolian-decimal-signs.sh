#!/usr/bin/env bash
# glibc writes Mongolian numbers with a decimal comma, and Mongolian money with a decimal point
#
# Guess:   glibc's mn_MN, ICU and Babel agree on how Mongolian writes numbers: a decimal point, and commas between thousands.
# Came:    ICU (Node) and Babel write "1,234,567.5". glibc writes "1.234.567,5" for a number and "1 234 567.50 ₮" for money: its locale has a decimal sign of
#          its own for each. Under it Python's locale.atof reads "1,234.5" as 1.2345 and "3.5" as 35, and raises nothing.
# With:    locales 2.36 (Debian 12), bash 5.2, Python 3.11, Babel 2.18.0, ICU of Node 20.20; run on 2026-11-28.
# Matters: A script on a machine in the Mongolian locale writes prices, degrees and shares into a text that is spoken, and a voice is paid to say "1.234" where 1,234 is meant.
#          A pause of "3.5" seconds that it reads lasts 35. Set LC_NUMERIC=C, and spell numbers in the program.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get -qq download "locales=2.36-*" >/dev/null 2>&1
dpkg -x ./*.deb locales
I18NPATH="$dir/locales/usr/share/i18n" localedef -i mn_MN -f UTF-8 "$dir/mn_MN.UTF-8"
export LOCPATH="$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check babel==2.18.0
cat >numerals.py <<'PY'
import locale
from babel.numbers import format_decimal
locale.setlocale(locale.LC_ALL, "mn_MN.UTF-8")
print("glibc, a number:", locale.format_string("%.1f", 1234567.5, grouping=True))
print("glibc, money:   ", locale.currency(1234567.5, grouping=True).replace("\u202f", " "))
print("Babel, a number:", format_decimal(1234567.5, locale="mn"))
for text in ("1,234.5", "3.5"):
    print(f"Python reads {text}:", locale.atof(text))
PY
{
  LC_ALL=mn_MN.UTF-8 bash -c "printf \"shell, a number: %'d\\n\" 1234567"
  node -p '`ICU, a number:   ${new Intl.NumberFormat("mn").format(1234567.5)}`'
  venv/bin/python numerals.py
} | tee seen
diff - seen <<'WANT'
shell, a number: 1.234.567
ICU, a number:   1,234,567.5
glibc, a number: 1.234.567,5
glibc, money:    1 234 567.50 ₮
Babel, a number: 1,234,567.5
Python reads 1,234.5: 1.2345
Python reads 3.5: 35.0
WANT
