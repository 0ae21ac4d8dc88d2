#!/usr/bin/env bash
# music-metadata finds no chapters in an M4B of ffmpeg, and refuses the file when its index stands at the front
#
# Guess:   With { includeChapters: true } music-metadata lists the chapters of an MP3 and of an M4B, with the same names and times, as mutagen does. Whether the index
#          of the M4B stands behind the sound or before it (-movflags +faststart) is all the same.
# Came:    MP3 has its three chapters. The M4B has none where the index stands behind the sound, as ffmpeg puts it by default: the chapters are looked for when the sound goes by, and the index
#          has not come yet. With the index at the front parseFile rejects ("Expected equal chunk-offset-table & sample-size-table length"), so that neither title nor length is had. Without
#          includeChapters it reads both files. mutagen reads the chapters of both.
# With:    music-metadata 11.16.1 on Node 20.20, ffmpeg 7.0.2 (imageio-ffmpeg 0.6.0), mutagen 1.48.1; run on 2026-11-28.
# Matters: A player of audiobooks that is built on it shows no chapters, or refuses the files that are made for the web. Parse again without includeChapters where it rejects, and keep the list
#          of chapters beside the book.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check imageio-ffmpeg==0.6.0 mutagen==1.48.1
npm install --silent --no-package-lock --no-audit --no-fund music-metadata@11.16.1
ffmpeg=$(venv/bin/python -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
cat >chapters.txt <<'TXT'
;FFMETADATA1
title=Ном
[CHAPTER]
TIMEBASE=1/1000
START=0
END=10000
title=Нэг
[CHAPTER]
TIMEBASE=1/1000
START=10000
END=20000
title=Хоёр
[CHAPTER]
TIMEBASE=1/1000
START=20000
END=30000
title=Гурав
TXT
make() { "$ffmpeg" -v error -f lavfi -i sine=d=30:r=24000 -i chapters.txt -map_metadata 1 -map_chapters 1 -b:a 48k "$@"; }
make book.mp3
make book.m4b
make -movflags +faststart front.m4b
cat >observe.mjs <<'JS'
import { parseFile } from "music-metadata";
for (const name of ["book.mp3", "book.m4b", "front.m4b"]) {
  for (const includeChapters of [false, true]) {
    const told = await parseFile(name, { includeChapters }).then(
      ({ common, format }) => `${common.title}, chapters ${format.chapters?.map(({ title, start }) => `${title} ${start}`).join(", ") ?? "none"}`,
      (error) => `rejects, ${error.message}`,
    );
    console.log(`${name}${includeChapters ? ", includeChapters" : ""}: ${told}`);
  }
}
JS
cat >observe.py <<'PY'
from mutagen.mp4 import MP4
for name in ("book.m4b", "front.m4b"):
    print(f"{name}: mutagen", ", ".join(f"{chapter.title} {chapter.start:.0f}" for chapter in MP4(name).chapters))
PY
{ node observe.mjs; venv/bin/python observe.py; } | tee seen
diff - seen <<'WANT'
book.mp3: Ном, chapters Нэг 0, Хоёр 10, Гурав 20
book.mp3, includeChapters: Ном, chapters Нэг 0, Хоёр 10, Гурав 20
book.m4b: Ном, chapters none
book.m4b, includeChapters: Ном, chapters none
front.m4b: Ном, chapters none
front.m4b, includeChapters: rejects, Expected equal chunk-offset-table & sample-size-table length.
book.m4b: mutagen Нэг 0, Хоёр 10, Гурав 20
front.m4b: mutagen Нэг 0, Хоёр 10, Гурав 20
WANT
