#!/usr/bin/env bash
# LiveKit's basic sentence tokenizer writes spaces into addresses and names, and both of its tokenizers end a sentence with the next one's initial
#
# Guess:   The basic tokenizer cuts "А. Амар" in two, because its rules are for English. It changes no text: an address (info@example.mn), a date and
#          "А.С.Пушкин" come out as they went in, because no space stands in them.
# Came:    "info@example. mn", "www. example. mn", "А. С. Пушкин", "5 м. кв."; example.com, which its list of websites has, and dates stay whole. A piece of less
#          than 20 letters is kept for the next one, so that an initial ends the sentence before its name: "Ц. Элбэгдорж ирлээ. А." and then "Амар …". The
#          tokenizer of StreamAdapter, blingfire, writes no spaces, and ends the sentence with the same "А.". With retain_format=True basic writes none either.
# With:    livekit-agents 1.8.9 (Python), run on 2026-11-28.
# Matters: Each piece is a request. The voice reads an address as two sentences, says one name with a stop and a new beginning in its middle, and the letters that
#          were added are paid for. Give StreamAdapter a tokenizer of one's own, or text that is cut before.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check livekit-agents==1.8.9
cat >cut.py <<'PY'
from livekit.agents import tokenize
texts = [
    "Имэйл info@example.mn руу бичээрэй.",
    "Хуудас www.example.mn, example.com, огноо 2024.11.28 юм.",
    "А.С.Пушкин бол яруу найрагч. Талбай 5 м.кв. байна.",
    "Ц.Элбэгдорж ирлээ. А. Амар хүрч ирсэн байна.",
]
for name, tokenizer in {
    "basic": tokenize.basic.SentenceTokenizer(),
    "basic, retain_format": tokenize.basic.SentenceTokenizer(retain_format=True),
    "blingfire": tokenize.blingfire.SentenceTokenizer(),
}.items():
    for text in texts:
        print(f"{name}: {' | '.join(tokenizer.tokenize(text))}")
PY
venv/bin/python cut.py | tee seen
diff - seen <<'WANT'
basic: Имэйл info@example. mn руу бичээрэй.
basic: Хуудас www. example. | mn, example.com, огноо 2024.11.28 юм.
basic: А. С. Пушкин бол яруу найрагч. | Талбай 5 м. кв. байна.
basic: Ц. Элбэгдорж ирлээ. А. | Амар хүрч ирсэн байна.
basic, retain_format: Имэйл info@example.mn руу бичээрэй.
basic, retain_format: Хуудас www.example.mn, example.com, огноо 2024.11.28 юм.
basic, retain_format: А.С.Пушкин бол яруу найрагч. |  Талбай 5 м.кв. байна.
basic, retain_format: Ц.Элбэгдорж ирлээ. А. |  Амар хүрч ирсэн байна.
blingfire: Имэйл info@example.mn руу бичээрэй.
blingfire: Хуудас www.example.mn, example.com, огноо 2024.11.28 юм.
blingfire: А.С.Пушкин бол яруу найрагч. | Талбай 5 м.кв. байна.
blingfire: Ц.Элбэгдорж ирлээ. А. | Амар хүрч ирсэн байна.
WANT
