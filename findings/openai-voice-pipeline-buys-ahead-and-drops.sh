#!/usr/bin/env bash
# OpenAI's voice pipeline buys all sentences at once, and gives out no sound of them when one fails
#
# Guess:   VoicePipeline gives out the sound as it comes from the model of the voice, piece by piece. It asks for the next sentence while the last one sounds. When a
#          sentence fails in its middle, stream() gives out what came before, then raises, and no later sentence is asked for.
# Came:    Each sentence is asked for as soon as its text is there: four at the same time. No sound is given out before 120 pieces of a sentence have come, or all of it:
#          buffer_size counts pieces. When the second fails, stream() raises, and nothing is heard of the pieces of the first that had come. With buffer_size=1 they are
#          heard. All four sentences were asked for in each case.
# With:    openai-agents 0.24.0 (Python), run on 2026-11-28.
# Matters: A voice that is paid by the letter is paid for the whole answer, and one failure silences it. A voice that streams waits for the end of each sentence before it is
#          heard. Set TTSModelSettings(buffer_size=1), and let the model of the voice speak one sentence after the other, behind a lock.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check "openai-agents[voice]==0.24.0"
cat >speak.py <<'PY'
import asyncio
import numpy
from agents import set_tracing_disabled
from agents.voice import AudioInput, STTModel, TTSModel, TTSModelSettings, VoicePipeline, VoicePipelineConfig, VoiceWorkflowBase

set_tracing_disabled(True)
SENTENCES = ["Өчигдөр Улаанбаатар хотод цас орсон.", "Өнөөдөр нар гарч, дулаан боллоо.", "Маргааш бороо орж магадгүй байна.", "Баяртай."]

class Voice(TTSModel):
    model_name = "voice"

    def __init__(self, fails):
        self.fails = fails
        self.events = []

    async def run(self, text, settings):
        number = SENTENCES.index(text.strip()) + 1
        self.events.append(f"ask {number}")
        for piece in range(10):
            # The first sentence is four pieces ahead of the second.
            await asyncio.sleep(0.1 if number == 1 or piece else 0.5)
            if number == self.fails and piece == 3:
                self.events.append(f"fail {number}")
                raise ConnectionError("the connection broke")
            yield b"\x10\x00" * 2400
        self.events.append(f"end {number}")

class Listener(STTModel):
    model_name = "listener"

    async def transcribe(self, *arguments):
        return "Сайн уу?"

    async def create_session(self, *arguments):
        raise NotImplementedError

class Answer(VoiceWorkflowBase):
    async def run(self, transcription):
        for sentence in SENTENCES:
            yield sentence + " "

async def observe(what, fails, **settings):
    voice = Voice(fails)
    config = VoicePipelineConfig(tts_settings=TTSModelSettings(**settings))
    pipeline = VoicePipeline(workflow=Answer(), stt_model=Listener(), tts_model=voice, config=config)
    result = await pipeline.run(AudioInput(buffer=numpy.zeros(2400, dtype=numpy.int16)))
    pieces, first, end = 0, None, "ends"
    try:
        async for event in result.stream():
            if event.type == "voice_stream_event_audio":
                pieces += len(event.data) // 2400
                first = first or " ".join(voice.events)
    except ConnectionError:
        end = "raises"
    asked = sum(event.startswith("ask") for event in voice.events)
    print(f"{what}: asked for {asked} sentences, heard {'some' if 0 < pieces < 40 else pieces} of 40 pieces, {end}; before the first sound: {first}")

async def main():
    await observe("all is well", None)
    await observe("the second fails", 2)
    await observe("the second fails, buffer_size=1", 2, buffer_size=1)

asyncio.run(main())
PY
timeout 60 venv/bin/python speak.py 2>/dev/null | tee seen
diff - seen <<'WANT'
all is well: asked for 4 sentences, heard 40 of 40 pieces, ends; before the first sound: ask 1 ask 2 ask 3 ask 4 end 1
the second fails: asked for 4 sentences, heard 0 of 40 pieces, raises; before the first sound: None
the second fails, buffer_size=1: asked for 4 sentences, heard some of 40 pieces, raises; before the first sound: ask 1 ask 2 ask 3 ask 4
WANT
