#!/usr/bin/env bash
# LiveKit's FallbackAdapter speaks a sentence a second time with the voice that failed, and throws that sound away
#
# Guess:   FallbackAdapter([a, b]): a fails at once, b speaks the sentence. a has one call, b has one, and a is tried again at the next sentence.
# Came:    a has two calls for one sentence. The second is the adapter's test of whether a is back: it speaks the whole sentence while b speaks it, and
#          nobody hears it. While a fails, each further sentence is sent to a again in the same way.
# With:    livekit-agents 1.8.9 (Python), run on 2026-11-28.
# Matters: A voice that is paid by the letter costs its price for sound that is thrown away, and a text that a service refuses is sent once more. Whoever puts a paid
#          voice into a FallbackAdapter can let its class refuse calls for a while after a failure: an error that is raised before the call costs nothing.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check livekit-agents==1.8.9
cat >speak.py <<'PY'
import asyncio
from livekit.agents import DEFAULT_API_CONNECT_OPTIONS, tts

class Call(tts.ChunkedStream):
    async def _run(self, emitter):
        voice = self._tts
        voice.calls += 1
        if voice.calls <= voice.failures:
            raise RuntimeError("refused")
        emitter.initialize(request_id="call", sample_rate=24_000, num_channels=1, mime_type="audio/pcm")
        emitter.push(bytes(48_000))
        voice.seconds += 1
        emitter.flush()

class Voice(tts.TTS):
    def __init__(self, failures):
        super().__init__(capabilities=tts.TTSCapabilities(streaming=False), sample_rate=24_000, num_channels=1)
        self.failures, self.calls, self.seconds = failures, 0, 0

    def synthesize(self, text, *, conn_options=DEFAULT_API_CONNECT_OPTIONS):
        return Call(tts=self, input_text=text, conn_options=conn_options)

async def observe(failures, sentences):
    a, b, heard = Voice(failures), Voice(0), 0
    adapter = tts.FallbackAdapter([a, b])
    for sentence in sentences:
        async with adapter.synthesize(sentence) as stream:
            async for audio in stream:
                heard += audio.frame.duration
        while any(task is not asyncio.current_task() and "recover" in repr(task) for task in asyncio.all_tasks()):
            await asyncio.sleep(0.1)
    print(f"a fails {failures} times, {len(sentences)} sentences: heard {heard:.0f} s, a: {a.calls} calls, {a.seconds} s; b: {b.calls} calls, {b.seconds} s")

asyncio.run(observe(1, ["Нэг."]))
asyncio.run(observe(9, ["Нэг.", "Хоёр.", "Гурав."]))
PY
venv/bin/python speak.py 2>/dev/null | tee seen
diff - seen <<'WANT'
a fails 1 times, 1 sentences: heard 1 s, a: 2 calls, 1 s; b: 1 calls, 1 s
a fails 9 times, 3 sentences: heard 3 s, a: 4 calls, 0 s; b: 3 calls, 3 s
WANT
