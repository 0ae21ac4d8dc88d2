#!/usr/bin/env bash
# soundfile and miniaudio decode joined MP3 files only to the end of the first
#
# Guess:   MP3 is a row of frames. Two files put one behind the other decode to the sound of both, as in ffmpeg. Only mutagen, which reads
#          a length and no frames, tells the length of the first.
# Came:    soundfile and miniaudio decode the first file, and end without an error: the header of the first file (Xing, LAME) holds a number of
#          frames, and they stop there. Without that header they decode both. ffmpeg and mpg123-decoder decode both in each case. Of Ogg Vorbis
#          and Opus, where such chains are part of the format, soundfile decodes only the first part, too.
# With:    soundfile 0.14.0, miniaudio 1.71, mutagen 1.48.1, imageio-ffmpeg 0.6.0, mpg123-decoder 1.0.3; run on 2026-11-28.
# Matters: A book is bought chapter by chapter, and the files are joined. A player of ffmpeg's kind plays all of it. A program that trims, measures or
#          transcribes it with soundfile or miniaudio loses all chapters but one. Join samples, and encode them once.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check soundfile==0.14.0 miniaudio==1.71 mutagen==1.48.1 imageio-ffmpeg==0.6.0 numpy==2.2.6
npm install --silent --no-package-lock --no-audit --no-fund mpg123-decoder@1.0.3
cat >decode.mjs <<'JS'
import { readFileSync } from "node:fs";
import { MPEGDecoder } from "mpg123-decoder";
const decoder = new MPEGDecoder();
await decoder.ready;
const { samplesDecoded, sampleRate } = decoder.decode(readFileSync(process.argv[2]));
console.log(samplesDecoded / sampleRate);
decoder.free();
JS
cat >decode.py <<'PY'
import subprocess
import imageio_ffmpeg, miniaudio, mutagen, soundfile

ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()

def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout

def encode(name, seconds, *options):
    tone = f"sine=440:sample_rate=24000:duration={seconds}"
    run(ffmpeg, "-f", "lavfi", "-i", tone, *options, name)
    return open(name, "rb").read()

def by_soundfile(name):
    samples, rate = soundfile.read(name)
    return len(samples) / rate

readers = {
    "soundfile": by_soundfile,
    "miniaudio": lambda name: len(miniaudio.decode_file(name, nchannels=1, sample_rate=24_000).samples) / 24_000,
    "mutagen": lambda name: mutagen.File(name).info.length,
    "ffmpeg": lambda name: len(run(ffmpeg, "-i", name, "-f", "s16le", "-ar", "24000", "-")) / 48_000,
    "mpg123-decoder": lambda name: float(run("node", "decode.mjs", name)),
}
plain = ["-id3v2_version", "0"]
ways = {
    "MP3": ("mp3", plain, ["soundfile", "miniaudio", "mutagen", "ffmpeg", "mpg123-decoder"]),
    "MP3 without a header": ("mp3", [*plain, "-write_xing", "0"], ["soundfile", "miniaudio", "ffmpeg", "mpg123-decoder"]),
    "Vorbis": ("ogg", ["-c:a", "libvorbis"], ["soundfile", "mutagen", "ffmpeg"]),
    "Opus": ("opus", ["-c:a", "libopus"], ["soundfile", "mutagen", "ffmpeg"]),
}
for way, (extension, options, names) in ways.items():
    parts = [encode(f"{way}-{seconds}.{extension}", seconds, *options) for seconds in (3, 5)]
    name = f"{way}-joined.{extension}"
    with open(name, "wb") as file:
        file.write(b"".join(parts))
    print(f"{way}, 3 s and 5 s joined:", ", ".join(f"{reader} {readers[reader](name):.1f}" for reader in names))
PY
venv/bin/python decode.py 2>/dev/null | tee seen
diff - seen <<'WANT'
MP3, 3 s and 5 s joined: soundfile 3.0, miniaudio 3.0, mutagen 3.0, ffmpeg 8.1, mpg123-decoder 8.1
MP3 without a header, 3 s and 5 s joined: soundfile 8.1, miniaudio 8.1, ffmpeg 8.1, mpg123-decoder 8.1
Vorbis, 3 s and 5 s joined: soundfile 3.0, mutagen 3.0, ffmpeg 8.0
Opus, 3 s and 5 s joined: soundfile 3.0, mutagen 3.0, ffmpeg 8.0
WANT
