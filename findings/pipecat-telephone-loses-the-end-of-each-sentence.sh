#!/usr/bin/env bash
# Pipecat's serializers for telephones lose the last 37 ms of what is said before each pause
#
# Guess:   TwilioFrameSerializer and its siblings turn 1 s of 24,000 Hz into 8,000 samples of 8,000 Hz, whole, or give the last milliseconds that the filter holds when the next frame comes.
# Came:    7,700 samples come. The filter holds 300, and a pause of 0.2 s clears it: what it held is never sent. It is so in each turn, with Plivo, Telnyx and Exotel, too, and with
#          Vonage at 16,000 Hz. Frames of 20 ms come out in bursts of 137 ms. Frames that are 8,000 Hz already are whole. The transport flushes its own resampler; nobody flushes that of
#          the serializer. Nothing is raised.
# With:    pipecat-ai 1.14.0 (Python); run on 2026-11-28.
# Matters: A caller hears each answer without its last sound, and a check of the length of the bought speech finds nothing. Set audio_out_sample_rate=8000 in the transport, so that the
#          serializer has nothing to resample.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check pipecat-ai==1.14.0
cat >observe.py <<'PY'
import asyncio
import base64
import json
import numpy as np
from pipecat.frames.frames import OutputAudioRawFrame, StartFrame
from pipecat.serializers.exotel import ExotelFrameSerializer
from pipecat.serializers.plivo import PlivoFrameSerializer
from pipecat.serializers.telnyx import TelnyxFrameSerializer
from pipecat.serializers.twilio import TwilioFrameSerializer
from pipecat.serializers.vonage import VonageFrameSerializer

makers = {
    "Twilio": (TwilioFrameSerializer, 8000, 1, lambda make: make("1", params=make.InputParams(auto_hang_up=False))),
    "Plivo": (PlivoFrameSerializer, 8000, 1, lambda make: make("1", params=make.InputParams(auto_hang_up=False))),
    "Telnyx": (TelnyxFrameSerializer, 8000, 1, lambda make: make("1", "PCMU", "PCMU", params=make.InputParams(auto_hang_up=False))),
    "Exotel": (ExotelFrameSerializer, 8000, 2, lambda make: make("1")),
    "Vonage": (VonageFrameSerializer, 16000, 2, lambda make: make()),
}

def sound(answer):
    """The bytes of sound in a message: it is JSON with base64, or the bytes themselves."""
    if answer is None:
        return b""
    if isinstance(answer, bytes):
        return answer
    media = json.loads(answer)["media"]
    return base64.b64decode(media["payload"])

async def observe(name, rate):
    make, out_rate, width, build = makers[name]
    serializer = build(make)
    await serializer.setup(StartFrame(audio_in_sample_rate=16_000, audio_out_sample_rate=rate))
    said = (8000 * np.sin(np.arange(rate) / 10)).astype("<i2").tobytes()
    turns = []
    for turn in range(3):
        samples = 0
        for start in range(0, len(said), rate // 50 * 2):
            frame = OutputAudioRawFrame(audio=said[start:start + rate // 50 * 2], sample_rate=rate, num_channels=1)
            samples += len(sound(await serializer.serialize(frame))) // width
        turns.append(samples)
        await asyncio.sleep(0.5)
    print(f"{name}, {rate} to {out_rate} Hz: turns of 1 s come out as", *turns)

async def main():
    for name in makers:
        await observe(name, 24_000)
    await observe("Twilio", 8000)

asyncio.run(main())
PY
venv/bin/python -W ignore observe.py 2>/dev/null | tee seen
diff - seen <<'WANT'
Twilio, 24000 to 8000 Hz: turns of 1 s come out as 7700 7700 7700
Plivo, 24000 to 8000 Hz: turns of 1 s come out as 7700 7700 7700
Telnyx, 24000 to 8000 Hz: turns of 1 s come out as 7700 7700 7700
Exotel, 24000 to 8000 Hz: turns of 1 s come out as 7700 7700 7700
Vonage, 24000 to 16000 Hz: turns of 1 s come out as 15400 15400 15400
Twilio, 8000 to 8000 Hz: turns of 1 s come out as 8000 8000 8000
WANT
