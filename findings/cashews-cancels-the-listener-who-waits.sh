#!/usr/bin/env bash
# cashews cancels a listener who waits when another one, who asked first, leaves
#
# Guess:   Caches for coroutines let two callers of one text share one call, or make two. When the first caller is cancelled, the second gets its sound all the same: from the call that goes
#          on, or from one of its own.
# Came:    With cashews the second is cancelled, too: its await raises CancelledError in a task that nobody has cancelled. So it is with cache.early and with lock=True. Nothing is kept, and
#          the next call buys. With protected=False the second makes a call of its own. async_lru goes on with the first call, and aiocache makes two; both give the second its sound.
# With:    cashews 7.6.0, async-lru 2.4.0, aiocache 0.12.3 (Python); run on 2026-11-28.
# Matters: Two listeners ask for one sentence, and the first closes the page: the server cancels the task, the second listener gets an error, and a part that was paid for is lost. Code that
#          takes CancelledError for its own end stops. Await asyncio.shield(speak(text)).
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check cashews==7.6.0 async-lru==2.4.0 aiocache==0.12.3
cat >observe.py <<'PY'
import asyncio
from aiocache import cached
from async_lru import alru_cache
from cashews import cache

cache.setup("mem://")

async def observe(name, keep, ask=lambda call: call):
    calls = 0
    asked = asyncio.Event()

    @keep
    async def speak(text):
        nonlocal calls
        calls += 1
        asked.set()
        await asyncio.sleep(1)
        return f"sound of {text}"

    async def listen():
        return await ask(speak(name))

    first = asyncio.create_task(listen())
    await asked.wait()
    second = asyncio.create_task(listen())
    await asyncio.sleep(0.3)
    first.cancel()
    try:
        got = "its sound" if await second else "nothing"
    except asyncio.CancelledError:
        got = f"CancelledError (cancelled by somebody: {second.cancelling() > 0})"
    await speak(name)
    print(f"{name}: the second listener gets {got}; {calls} calls, with the one that is made afterwards")

async def main():
    await observe("cashews", cache(ttl="1m"))
    await observe("cashews, early", cache.early(ttl="1m"))
    await observe("cashews, lock=True", cache(ttl="1m", lock=True))
    await observe("cashews, protected=False", cache(ttl="1m", protected=False))
    await observe("cashews, shielded", cache(ttl="1m"), asyncio.shield)
    await observe("async_lru", alru_cache(maxsize=10))
    await observe("aiocache", cached(ttl=60))

asyncio.run(main())
PY
venv/bin/python -W ignore observe.py | tee seen
diff - seen <<'WANT'
cashews: the second listener gets CancelledError (cancelled by somebody: False); 2 calls, with the one that is made afterwards
cashews, early: the second listener gets CancelledError (cancelled by somebody: False); 2 calls, with the one that is made afterwards
cashews, lock=True: the second listener gets CancelledError (cancelled by somebody: False); 2 calls, with the one that is made afterwards
cashews, protected=False: the second listener gets its sound; 2 calls, with the one that is made afterwards
cashews, shielded: the second listener gets its sound; 1 calls, with the one that is made afterwards
async_lru: the second listener gets its sound; 1 calls, with the one that is made afterwards
aiocache: the second listener gets its sound; 2 calls, with the one that is made afterwards
WANT
