#!/usr/bin/env bash
# ffmpeg drops the chapters of a book in FLAC and Ogg Vorbis, even when it copies such a file
#
# Guess:   FLAC, Ogg Vorbis and Ogg Opus keep chapters as comments (CHAPTER001=…), and ffmpeg reads these. It writes them to all three, as it writes chapters to
#          MP3 and M4B.
# Came:    Opus, MP3, M4B and Matroska have the chapters. FLAC, Ogg Vorbis and FLAC in Ogg have none. "-c copy" of a FLAC that has chapters
#          makes one without: ffmpeg took the comments for chapters, and writes neither. Nothing is said.
# With:    ffmpeg 7.0.2 (imageio-ffmpeg 0.6.0), mutagen 1.48.1; run on 2026-11-28.
# Matters: A narration of one file has a chapter for each part. A title that is added later, or a new container, takes the chapters out. Write them last, with
#          mutagen for one, or deliver M4B.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check imageio-ffmpeg==0.6.0 mutagen==1.48.1
cat >chapters.py <<'PY'
import subprocess
import imageio_ffmpeg, mutagen

def ffmpeg(*arguments):
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout.decode()

def show(what, name):
    lines = ffmpeg("-i", name, "-f", "ffmetadata", "-").splitlines()
    titles = [line.removeprefix("title=") for line in lines if line.startswith("title=")]
    print(f"{what}: {', '.join(titles)}")

with open("chapters.txt", "w") as file:
    file.write(";FFMETADATA1\ntitle=Ном\n")
    for index, title in enumerate(["Нэг", "Хоёр"]):
        file.write(f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={index * 500}\nEND={index * 500 + 500}\ntitle={title}\n")
ffmpeg("-f", "lavfi", "-i", "sine=duration=1", "-ar", "24000", "-ac", "1", "speech.wav")
for name, codec in {"book.mp3": "libmp3lame", "book.m4b": "aac", "book.mka": "flac", "book.opus": "libopus",
                    "book.flac": "flac", "vorbis.ogg": "libvorbis", "flac.ogg": "flac"}.items():
    ffmpeg("-i", "speech.wav", "-i", "chapters.txt", "-map_metadata", "1", "-map_chapters", "1", "-c:a", codec, name)
    show(name, name)
for name in ("book.flac", "vorbis.ogg"):
    file = mutagen.File(name)
    for index, title in enumerate(["Нэг", "Хоёр"]):
        file[f"CHAPTER00{index + 1}"], file[f"CHAPTER00{index + 1}NAME"] = f"00:00:00.{index * 5}00", title
    file.save()
    show(f"{name} with mutagen's chapters", name)
    ffmpeg("-i", name, "-c", "copy", f"copy-{name}")
    show(f"{name} copied", f"copy-{name}")
    left = [key for key in mutagen.File(f"copy-{name}").keys() if key.startswith("chapter")]
    print(f"{name} copied: {len(left)} comments of chapters")
PY
venv/bin/python chapters.py | tee seen
diff - seen <<'WANT'
book.mp3: Ном, Нэг, Хоёр
book.m4b: Ном, Нэг, Хоёр
book.mka: Ном, Нэг, Хоёр
book.opus: Нэг, Хоёр
book.flac: Ном
vorbis.ogg: 
flac.ogg: 
book.flac with mutagen's chapters: Ном, Нэг, Хоёр
book.flac copied: Ном
book.flac copied: 0 comments of chapters
vorbis.ogg with mutagen's chapters: Нэг, Хоёр
vorbis.ogg copied: 
vorbis.ogg copied: 0 comments of chapters
WANT
