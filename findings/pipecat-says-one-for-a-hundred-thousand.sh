#!/usr/bin/env bash
# Pipecat's MarkdownTextFilter makes "1 төгрөг" of "100000 төгрөг", and deletes a number of five equal digits
#
# Guess:   The filter takes Markdown out of an answer before it is spoken, and leaves numbers alone. "5 * 3 * 2" may lose its asterisks.
# Came:    Five equal characters in a row are deleted, digits, too: "1000000₮ ба 1500000₮" becomes "1₮ ба 15₮", "Дугаар 99999." becomes "Дугаар .", and
#          "8888-88888" "8888-". Nothing is raised. The setting is filter_repeated_sequences, and it is on. strip_markdown, which takes the filter's place, keeps all of them.
# With:    pipecat-ai 1.14.0 (Python), where the filter is deprecated; run on 2026-11-28.
# Matters: A voice agent tells a price of one tögrög for a hundred thousand: Mongolian prices have five zeros each day. The sound is right, and paid for. Take strip_markdown, or set
#          filter_repeated_sequences=False.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check pipecat-ai==1.14.0
cat >filter.py <<'PY'
import asyncio, warnings
warnings.simplefilter("ignore")
from pipecat.utils.text.markdown_text_filter import MarkdownTextFilter
from pipecat.utils.text.transforms.strip_markdown import strip_markdown

TEXTS = ["Үнэ нь 100000 төгрөг.", "1000000₮ ба 1500000₮.", "Дугаар 99999.", "Утас 8888-88888.", "Үнэ нь 10000 төгрөг.", "5 * 3 * 2 болно."]

async def main():
    without = MarkdownTextFilter(MarkdownTextFilter.InputParams(filter_repeated_sequences=False))
    for text in TEXTS:
        seen = [await MarkdownTextFilter().filter(text), await without.filter(text), await strip_markdown(text, "sentence")]
        print(f"{text} filter: {seen[0]} without repeated: {seen[1]} strip_markdown: {seen[2]}")

asyncio.run(main())
PY
venv/bin/python filter.py 2>/dev/null | tee seen
diff - seen <<'WANT'
Үнэ нь 100000 төгрөг. filter: Үнэ нь 1 төгрөг. without repeated: Үнэ нь 100000 төгрөг. strip_markdown: Үнэ нь 100000 төгрөг.
1000000₮ ба 1500000₮. filter: 1₮ ба 15₮. without repeated: 1000000₮ ба 1500000₮. strip_markdown: 1000000₮ ба 1500000₮.
Дугаар 99999. filter: Дугаар . without repeated: Дугаар 99999. strip_markdown: Дугаар 99999.
Утас 8888-88888. filter: Утас 8888-. without repeated: Утас 8888-88888. strip_markdown: Утас 8888-88888.
Үнэ нь 10000 төгрөг. filter: Үнэ нь 10000 төгрөг. without repeated: Үнэ нь 10000 төгрөг. strip_markdown: Үнэ нь 10000 төгрөг.
5 * 3 * 2 болно. filter: 5  3  2 болно. without repeated: 5  3  2 болно. strip_markdown: 5 * 3 * 2 болно.
WANT
