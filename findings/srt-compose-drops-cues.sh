#!/usr/bin/env bash
# Python's srt leaves cues out when it writes them
#
# Guess:   srt.compose(cues) writes every cue that it is given, or raises when it cannot.
# Came:    A cue without length and one without text are left out, the rest is numbered anew and sorted by time. Nothing is raised; a
#          line of the log at INFO tells it. With reindex=False all of them are written.
# With:    srt 3.5.3, run on 2026-11-27.
# Matters: A sentence of one short word can be a cue of 0 ms after times were rounded or scaled. Its words vanish from the captions, and
#          the numbers no longer are those of the parts that were bought.
set -euo pipefail
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir" && rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check srt==3.5.3
venv/bin/python - <<'PY' | tee seen
import datetime, srt
def cue(index, start, end, text):
    return srt.Subtitle(index, datetime.timedelta(milliseconds=start), datetime.timedelta(milliseconds=end), text)
cues = [cue(1, 0, 900, "Сайн уу?"), cue(2, 900, 900, "Тийм."), cue(3, 900, 1800, "Баяртай.")]
for reindex in (True, False):
    print(f"reindex={reindex}:", [(c.index, c.content) for c in srt.parse(srt.compose(cues, reindex=reindex))])
PY
diff - seen <<'WANT'
reindex=True: [(1, 'Сайн уу?'), (2, 'Баяртай.')]
reindex=False: [(1, 'Сайн уу?'), (2, 'Тийм.'), (3, 'Баяртай.')]
WANT
