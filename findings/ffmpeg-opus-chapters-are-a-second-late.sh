#!/usr/bin/env bash
# ffmpeg writes half of all chapters of an Opus book a second too late, and those of an MP3 46 ms earlier with each copy
#
# Guess:   A chapter that is given as 20.7 s is read as 20.7 s out of Opus, MP3 and M4B, and "-c copy" of such a file leaves it there.
# Came:    In Opus it is at 21.7 s, and a second later with each copy: 22.7, 23.7. The seconds of the mark are rounded, and its milliseconds are put behind them, so that each mark whose fraction is
#          half a second or more is a second late. 10.2 s is right. Of MP3 each mark is 46 ms earlier with each reading that writes: the encoder's delay is taken off it, also by a
#          copy. M4B is right. The sound itself stays where it was. Nothing is said.
# With:    ffmpeg 7.0.2 (imageio-ffmpeg 0.6.0), mutagen 1.48.1; run on 2026-11-28.
# Matters: A listener who jumps to a chapter misses its first sentence, and two short chapters can change their order. A title that is added later makes it worse. Write the chapters of Opus
#          with mutagen (CHAPTER001=00:00:20.700), and those of MP3 last, or deliver M4B.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check imageio-ffmpeg==0.6.0 mutagen==1.48.1
ffmpeg=$(venv/bin/python -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
cat >chapters.txt <<'TXT'
;FFMETADATA1
[CHAPTER]
TIMEBASE=1/1000
START=0
END=10200
title=Нэг
[CHAPTER]
TIMEBASE=1/1000
START=10200
END=20700
title=Хоёр
[CHAPTER]
TIMEBASE=1/1000
START=20700
END=30000
title=Гурав
TXT
tell() {
  echo "$1: $("$ffmpeg" -v error -i "$1" -f ffmetadata - | sed -n 's/^START=//p' | paste -sd' ')"
}
{
  for format in opus mp3 m4b; do
    "$ffmpeg" -v error -f lavfi -i sine=d=30:r=24000 -i chapters.txt -map_metadata 1 -map_chapters 1 "book.$format"
    "$ffmpeg" -v error -i "book.$format" -c copy "copy.$format"
    "$ffmpeg" -v error -i "copy.$format" -c copy "copy-of-copy.$format"
    for name in book copy copy-of-copy; do tell "$name.$format"; done
  done
  # The second is in the file, and not only in ffmpeg's reading of it.
  venv/bin/python -c 'from mutagen.oggopus import OggOpus; tags = OggOpus("book.opus"); print("mutagen reads book.opus:", *(tags[f"chapter00{i}"][0] for i in range(3)))'
} | tee seen
diff - seen <<'WANT'
book.opus: 0 10200 21700
copy.opus: 0 10200 22700
copy-of-copy.opus: 0 10200 23700
book.mp3: 0 10154 20654
copy.mp3: 0 10108 20608
copy-of-copy.mp3: 0 10062 20562
book.m4b: 0 10200 20700
copy.m4b: 0 10200 20700
copy-of-copy.m4b: 0 10200 20700
mutagen reads book.opus: 00:00:00.000 00:00:10.200 00:00:21.700
WANT
