"""Readers of Python: read.py READER INPUT OUTPUT writes 16-bit samples, and prints JSON with the seconds that it was told."""

import json
import sys
import wave


def by_soundfile(path):
    import soundfile

    with soundfile.SoundFile(path) as file:
        return file.read(dtype="int16").tobytes(), file.frames / file.samplerate


def by_wave(path):
    with wave.open(path) as file:
        return file.readframes(file.getnframes()), file.getnframes() / file.getframerate()


def by_scipy(path):
    import scipy.io.wavfile

    return scipy.io.wavfile.read(path)[1].tobytes(), None


def main():
    reader, source, target = sys.argv[1:]
    pcm, told = {"soundfile": by_soundfile, "wave": by_wave, "scipy": by_scipy}[reader](source)
    with open(target, "wb") as file:
        file.write(pcm)
    print(json.dumps({"told": told}))


main()
