#!/usr/bin/env bash
# RQ runs a job twice that was enqueued twice under one id, and both times with the second text
#
# Guess:   A second enqueue under the id of a job that waits changes nothing, as in BullMQ, or is refused: the job runs once, with the
#          first text.
# Came:    The job runs twice, both times with the second text: the id stands in the queue twice, and the second enqueue wrote over
#          the job. Nothing speaks the first text.
# With:    rq 3.0.0, fakeredis 2.41.0; run on 2026-11-28.
# Matters: An enqueue that is repeated after a lost answer speaks, and pays for, a chapter twice. Ask Job.exists, or lock, before.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check rq==3.0.0 fakeredis==2.41.0
cat >speech.py <<'PY'
def speak(text):
    with open("spoken", "a") as file:
        file.write(f"{text}\n")
PY
cat >program.py <<'PY'
from fakeredis import FakeStrictRedis
from rq import Queue, SimpleWorker
from rq.timeouts import TimerDeathPenalty
from speech import speak

class Worker(SimpleWorker):
    death_penalty_class = TimerDeathPenalty

connection = FakeStrictRedis()
queue = Queue(connection=connection)
queue.enqueue(speak, "first text", job_id="chapter-1")
queue.enqueue(speak, "second text", job_id="chapter-1")
Worker([queue], connection=connection).work(burst=True, logging_level="ERROR")
PY
venv/bin/python -W ignore program.py
tee seen <spoken
diff - seen <<'WANT'
second text
second text
WANT
