#!/usr/bin/env bash
# music-metadata and wavinfo read the Mongolian title of a WAV as Latin letters with accents
#
# Guess:   The title that ffmpeg writes into a WAV (RIFF INFO, in UTF-8) comes back from each reader, as the title of an MP3, a FLAC or an M4A does. RIFF names no encoding; a reader that is not
#          sure tries UTF-8 first.
# Came:    music-metadata, the reader of most programs on Node, gives "ÐÐ¾Ð¼" for "Ном", and wavinfo, too, which has a parameter for it. The same music-metadata reads the title of an MP3 and a FLAC
#          right. tinytag, TagLib, soundfile and wavefile are as guessed. Nothing is raised.
# With:    music-metadata 11.16.1, wavefile 11.0.0 on Node 20.20, wavinfo 4.0.1, tinytag 2.3.2, pytaglib 3.2.0, soundfile 0.14.0 on Python 3.11, ffmpeg 7.0.2 (imageio-ffmpeg 0.6.0); run on 2026-11-29.
# Matters: A library of speech in WAV shows noise in place of names, and who writes back what was read spoils the file for all others. Decode it again
#          (Buffer.from(title, "latin1").toString()), give wavinfo info_encoding="utf-8", or deliver FLAC.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check imageio-ffmpeg==0.6.0 wavinfo==4.0.1 tinytag==2.3.2 pytaglib==3.2.0 soundfile==0.14.0
npm install --silent --no-package-lock --no-audit --no-fund music-metadata@11.16.1 wavefile@11.0.0
ffmpeg=$(venv/bin/python -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
for kind in wav mp3 flac; do "$ffmpeg" -v error -f lavfi -i sine=d=1:r=24000 -metadata title="Ном, өвөл" "book.$kind"; done
cat >read.py <<'PY'
import soundfile
import taglib
import tinytag
import wavinfo

print("wavinfo, WAV:", ascii(wavinfo.WavInfoReader("book.wav").info.title))
print("wavinfo, WAV, info_encoding:", wavinfo.WavInfoReader("book.wav", info_encoding="utf-8").info.title)
print("tinytag, WAV:", tinytag.TinyTag.get("book.wav").title)
print("TagLib, WAV:", taglib.File("book.wav").tags["TITLE"][0])
print("soundfile, WAV:", soundfile.SoundFile("book.wav").title)
PY
cat >read.mjs <<'JS'
import { readFileSync } from "node:fs";
import { parseFile } from "music-metadata";
import wavefile from "wavefile";

for (const kind of ["wav", "mp3", "flac"]) {
  const { title } = (await parseFile(`book.${kind}`)).common;
  console.log(`music-metadata, ${kind.toUpperCase()}: ${title}`.replace(/[\u0080-\u00ff]/g, (letter) => `\\x${letter.charCodeAt(0).toString(16)}`));
}
console.log("wavefile, WAV:", new wavefile.WaveFile(readFileSync("book.wav")).getTag("INAM"));
JS
{ venv/bin/python read.py && node read.mjs; } | tee seen
diff - seen <<'WANT'
wavinfo, WAV: '\xd0\x9d\xd0\xbe\xd0\xbc, \xd3\xa9\xd0\xb2\xd3\xa9\xd0\xbb'
wavinfo, WAV, info_encoding: Ном, өвөл
tinytag, WAV: Ном, өвөл
TagLib, WAV: Ном, өвөл
soundfile, WAV: Ном, өвөл
music-metadata, WAV: \xd0\x9d\xd0\xbe\xd0\xbc, \xd3\xa9\xd0\xb2\xd3\xa9\xd0\xbb
music-metadata, MP3: Ном, өвөл
music-metadata, FLAC: Ном, өвөл
wavefile, WAV: Ном, өвөл
WANT
