#!/usr/bin/env bash
# LiveKit speaks a sentence again from its beginning after the beginning was heard
#
# Guess:   A connection that breaks in the middle of a sentence raises its error: the listener has heard the beginning, so that a second try would
#          say it twice. LiveKit tries again only as long as no sound was given out.
# Came:    synthesize() tries again. The listener hears the beginning, and then the whole sentence, 1.7 s of a sentence of 1 s, and no error. The same
#          holds for a StreamAdapter, which is what turns a voice that does not stream into one for an agent. Only a voice that itself has a stream()
#          is asked whether sound was given out.
# With:    livekit-agents 1.8.9 (Python), run on 2026-11-28.
# Matters: The words are said twice, and paid for twice, up to four times. Raise an error whose retryable is False from the class of the voice as soon
#          as the call may have been paid: APIConnectionError(…, retryable=False).
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check livekit-agents==1.8.9
cat >speak.py <<'PY'
import asyncio
from livekit.agents import APIConnectionError, APIConnectOptions, tts

class Call(tts.ChunkedStream):
    async def _run(self, emitter):
        voice = self._tts
        voice.calls += 1
        emitter.initialize(request_id="call", sample_rate=24_000, num_channels=1, mime_type="audio/pcm")
        for tenth in range(10):
            if voice.calls == 1 and tenth == 7:
                await asyncio.wait_for(voice.heard.wait(), 30)
                raise APIConnectionError("the connection broke", retryable=voice.retryable)
            emitter.push(bytes(4_800))
        emitter.flush()

class Voice(tts.TTS):
    def __init__(self, retryable):
        super().__init__(capabilities=tts.TTSCapabilities(streaming=False), sample_rate=24_000, num_channels=1)
        self.retryable, self.calls, self.heard = retryable, 0, asyncio.Event()

    def synthesize(self, text, *, conn_options=APIConnectOptions()):
        return Call(tts=self, input_text=text, conn_options=conn_options)

async def observe(name, retryable, open_stream):
    voice, seconds, ending = Voice(retryable), 0, "no error"
    try:
        async with open_stream(voice) as stream:
            async for audio in stream:
                seconds += audio.frame.duration
                voice.heard.set()
    except APIConnectionError as error:
        ending = type(error).__name__
    print(f"{name}, retryable={retryable}: {voice.calls} calls, heard {seconds:.1f} s, {ending}")

def adapt(voice):
    stream = tts.StreamAdapter(tts=voice).stream()
    stream.push_text("Өнөөдөр дулаан байна.")
    stream.end_input()
    return stream

async def main():
    for retryable in (True, False):
        await observe("synthesize", retryable, lambda voice: voice.synthesize("Өнөөдөр дулаан байна."))
        await observe("StreamAdapter", retryable, adapt)

asyncio.run(main())
PY
venv/bin/python speak.py 2>/dev/null | tee seen
diff - seen <<'WANT'
synthesize, retryable=True: 2 calls, heard 1.7 s, no error
StreamAdapter, retryable=True: 2 calls, heard 1.7 s, no error
synthesize, retryable=False: 1 calls, heard 0.7 s, APIConnectionError
StreamAdapter, retryable=False: 1 calls, heard 0.7 s, APIConnectionError
WANT
