#!/usr/bin/env bash
# persist-queue hands a job out again that a worker holds, as soon as any process opens the queue, even one that only puts a job into it
#
# Guess:   In SQLiteAckQueue a job that get() gave to a worker, and that is not acknowledged yet, stays with this worker while its process lives. What a dead worker held comes back, and a
#          second process that opens the same queue gets other jobs.
# Came:    The constructor makes each unacknowledged job ready again, whoever holds it: auto_resume is True. A producer opens the queue to put chapter 2, and the second worker is given
#          chapter 1, which the first is about to finish. Both acknowledge it, and nothing is raised. With auto_resume=False the second worker is given chapter 2.
# With:    persist-queue 1.1.0 (Python); run on 2026-11-28.
# Matters: Each start of a worker, and each call of a program that adds a text, buys the jobs that are running a second time. Open the queue with auto_resume=False, and resume once, before the
#          first worker starts.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check persist-queue==1.1.0
cat >observe.py <<'PY'
import subprocess
import sys

from persistqueue import SQLiteAckQueue

role, folder, resume = sys.argv[1:]

def open_queue():
    return SQLiteAckQueue(folder, auto_resume=resume == "True")

def start(role):
    subprocess.run([sys.executable, __file__, role, folder, resume], check=True)

if role == "first worker":
    queue = open_queue()
    queue.put("chapter 1")
    job = queue.get()
    print(f"auto_resume={resume}: the first worker speaks {job}", flush=True)
    start("producer")
    start("second worker")
    queue.ack(job)
elif role == "producer":
    open_queue().put("chapter 2")
else:
    queue = open_queue()
    job = queue.get()
    print(f"auto_resume={resume}: the second worker speaks {job}", flush=True)
    queue.ack(job)
PY
for resume in True False; do venv/bin/python observe.py "first worker" "queue-$resume" "$resume"; done | tee seen
diff - seen <<'WANT'
auto_resume=True: the first worker speaks chapter 1
auto_resume=True: the second worker speaks chapter 1
auto_resume=False: the first worker speaks chapter 1
auto_resume=False: the second worker speaks chapter 2
WANT
