#!/usr/bin/env bash
# APScheduler forgets a one-time job of its database before the job has run
#
# Guess:   A job of SQLAlchemyJobStore stays in the database until it has run; if the process dies in its middle, the next process
#          runs it again. Durable means at least once.
# Came:    The job is deleted when it is handed to the executor. After a kill in its middle the database is empty, and nothing runs again.
# With:    APScheduler 3.11.3, SQLAlchemy 2.1.9, run on 2026-11-27.
# Matters: For a job that buys speech, "at most once" is the better of the two: nothing is paid twice. But what was bought is lost with
#          it, unless the request id is stored before the wait. Who trusts the job store for a long narration loses its parts.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check apscheduler==3.11.3 sqlalchemy==2.1.9
cat >jobs.py <<'PY'
import datetime, os, sys, time
from apscheduler.schedulers.background import BackgroundScheduler

def buy():
    open("began", "a").write("x")
    time.sleep(60)

def main():
    import jobs
    scheduler = BackgroundScheduler()
    scheduler.add_jobstore("sqlalchemy", url="sqlite:///jobs.sqlite")
    if sys.argv[1] == "first":
        soon = datetime.datetime.now() + datetime.timedelta(seconds=0.5)
        scheduler.add_job(jobs.buy, "date", run_date=soon, id="book", misfire_grace_time=None)
        scheduler.start()
        print("first process: jobs in the database:", len(scheduler.get_jobs()), flush=True)
        while not os.path.exists("began"):
            time.sleep(0.1)
        time.sleep(0.5)
        os._exit(9)
    scheduler.start()
    print("second process: jobs in the database:", len(scheduler.get_jobs()))
    time.sleep(3)
    print("runs:", len(open("began").read()), flush=True)
    os._exit(0)

if __name__ == "__main__":
    main()
PY
{ venv/bin/python jobs.py first || true; venv/bin/python jobs.py second; } | tee seen
diff - seen <<'WANT'
first process: jobs in the database: 1
second process: jobs in the database: 0
runs: 1
WANT
