#!/usr/bin/env bash
# DBOS answers another text under the same workflow id with the first text's result
#
# Guess:   To start a workflow whose id exists with other arguments raises a conflict: the arguments are stored beside the result,
#          and Stripe's idempotency keys made that the custom.
# Came:    No error: the second call returns "audio of the first text", and the step does not run.
# With:    dbos 3.4.0 (Python) with SQLite, run on 2026-11-27.
# Matters: Whoever names workflows by chapter ("book-1/3") and mends the text hears the old audio, and is told that all is well.
#          The id must hold a hash of text, voice, speed and version.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check dbos==3.4.0
cat >speech.py <<'PY'
from dbos import DBOS, SetWorkflowID

DBOS(config={"name": "speech", "system_database_url": "sqlite:///speech.sqlite", "run_admin_server": False})
bought = []

@DBOS.step()
def buy(text):
    bought.append(text)
    return f"audio of the {text}"

@DBOS.workflow()
def speak(text):
    return buy(text)

DBOS.launch()
for text in ("first text", "mended text"):
    with SetWorkflowID("book-1/3"):
        print(f"{text}:", speak(text))
print("bought:", bought)
DBOS.destroy()
PY
venv/bin/python speech.py 2>/dev/null | grep -E '^(first|mended|bought)' | tee seen
diff - seen <<'WANT'
first text: audio of the first text
mended text: audio of the first text
bought: ['first text']
WANT
