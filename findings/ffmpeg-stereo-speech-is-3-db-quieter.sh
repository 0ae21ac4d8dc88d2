#!/usr/bin/env bash
# ffmpeg, PyAV and moviepy make mono speech 3 dB quieter when they put it on two channels
#
# Guess:   "-ac 2" of a mono file copies the one channel into both, at the same level. So do PyAV, moviepy, pydub and miniaudio.
# Came:    ffmpeg multiplies each sample by 0.707, and so do PyAV and moviepy, which stand on it. "-ac 1" does not undo it: the sound stays 3 dB quieter.
#          "-af pan=stereo|c0=c0|c1=c0", pydub and miniaudio keep the level.
# With:    ffmpeg 7.0.2 (imageio-ffmpeg 0.6.0), av 18.1.0, moviepy 2.2.1, pydub 0.25.1, miniaudio 1.71, numpy 2.2.6; run on 2026-11-28.
# Matters: Speech is mono, and videos and podcasts are mostly stereo. Speech that went through one of these is quieter than the same speech beside it, and than the music that was
#          stereo before. Whoever measured its loudness first has it wrong by 3 dB. Use pan, or measure last.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check imageio-ffmpeg==0.6.0 av==18.1.0 moviepy==2.2.1 pydub==0.25.1 miniaudio==1.71 numpy==2.2.6
cat >levels.py <<'PY'
import subprocess, wave
import av, imageio_ffmpeg, miniaudio, numpy
from moviepy import AudioFileClip
from pydub import AudioSegment

RATE = 24_000
speech = (8192 * numpy.sin(2 * numpy.pi * 440 * numpy.arange(RATE) / RATE)).astype("<i2")
with wave.open("speech.wav", "wb") as file:
    file.setnchannels(1)
    file.setsampwidth(2)
    file.setframerate(RATE)
    file.writeframes(speech.tobytes())

def level(samples):
    middle = samples[len(samples) // 10 : len(samples) * 9 // 10].astype(float)
    return 20 * numpy.log10(numpy.sqrt(numpy.mean(middle**2)) / (8192 / numpy.sqrt(2)))

def show(name, samples):
    channels = samples.reshape(-1, 2).T
    print(f"{name}: left {level(channels[0]) + 0:+.1f} dB, right {level(channels[1]) + 0:+.1f} dB".replace("-0.0", "+0.0"))

def read(name):
    with wave.open(name) as file:
        return numpy.frombuffer(file.readframes(file.getnframes()), "<i2")

def ffmpeg(*arguments):
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *arguments], check=True)

def with_av():
    frame = av.AudioFrame.from_ndarray(speech[numpy.newaxis], format="s16", layout="mono")
    frame.sample_rate = RATE
    resampler = av.AudioResampler(format="s16", layout="stereo", rate=RATE)
    return numpy.concatenate([part.to_ndarray().ravel() for part in resampler.resample(frame)])

ffmpeg("-i", "speech.wav", "-ac", "2", "stereo.wav")
show("ffmpeg -ac 2", read("stereo.wav"))
ffmpeg("-i", "stereo.wav", "-ac", "1", "mono.wav")
print(f"ffmpeg -ac 2, then -ac 1: {level(read('mono.wav')):+.1f} dB")
ffmpeg("-i", "speech.wav", "-af", "pan=stereo|c0=c0|c1=c0", "pan.wav")
show("ffmpeg pan", read("pan.wav"))
show("PyAV", with_av())
AudioFileClip("speech.wav").write_audiofile("moviepy.wav", logger=None)
show("moviepy", read("moviepy.wav"))
show("pydub", numpy.frombuffer(AudioSegment.from_wav("speech.wav").set_channels(2).raw_data, "<i2"))
show("miniaudio", numpy.array(miniaudio.decode_file("speech.wav", nchannels=2, sample_rate=RATE).samples))
PY
venv/bin/python levels.py | tee seen
diff - seen <<'WANT'
ffmpeg -ac 2: left -3.0 dB, right -3.0 dB
ffmpeg -ac 2, then -ac 1: -3.0 dB
ffmpeg pan: left +0.0 dB, right +0.0 dB
PyAV: left -3.0 dB, right -3.0 dB
moviepy: left -3.0 dB, right -3.0 dB
pydub: left +0.0 dB, right +0.0 dB
miniaudio: left +0.0 dB, right +0.0 dB
WANT
