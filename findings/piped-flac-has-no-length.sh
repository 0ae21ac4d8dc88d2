#!/usr/bin/env bash
# soundfile cannot read a FLAC that ffmpeg wrote into a pipe, and beep cannot seek in it
#
# Guess:   FLAC is a row of frames. A file whose header does not know its number of samples (0, as FLAC allows) is read to its end by each decoder.
#          Only readers of tags tell a length of 0.
# Came:    soundfile says that it has 9,223,372,036,854,775,807 samples, and raises when it is to read them. It reads 1,000 that are asked for. beep (Go)
#          reads all of it, and is at the end after each Seek. mutagen and tinytag tell 0.0 s as if they knew; music-metadata tells nothing. miniaudio
#          and ffmpeg read it. The same sound that ffmpeg wrote into a file is right in all.
# With:    ffmpeg 7.0.2 (imageio-ffmpeg 0.6.0), soundfile 0.14.0, miniaudio 1.71, mutagen 1.48.1, tinytag 2.3.2, github.com/gopxl/beep/v2 v2.1.1,
#          music-metadata 11.16.1; run on 2026-11-28 with Go 1.26.
# Matters: Servers encode speech with "ffmpeg … -f flac -", because nothing then lies on the disk. The file plays. A program that measures or transcribes
#          it with soundfile refuses it, and a list of chapters says 0:00. Let ffmpeg write into a file.
set -euo pipefail
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir" && rm -rf "$dir"' EXIT
cd "$dir"
export GOFLAGS=-modcacherw
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check imageio-ffmpeg==0.6.0 soundfile==0.14.0 miniaudio==1.71 mutagen==1.48.1 tinytag==2.3.2 numpy==2.2.6
npm install --silent --no-package-lock --no-audit --no-fund music-metadata@11.16.1
ffmpeg() { "$(venv/bin/python -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')" -v error "$@"; }
ffmpeg -f lavfi -i sine=duration=1 -ar 24000 -ac 1 -c:a flac file.flac
ffmpeg -f lavfi -i sine=duration=1 -ar 24000 -ac 1 -f flac - | cat >pipe.flac
cat >read.py <<'PY'
import sys
import miniaudio, mutagen, soundfile, tinytag
name = sys.argv[1]

def attempt(what, read):
    try:
        print(f"{name} {what}: {read()}")
    except (ValueError, soundfile.LibsndfileError) as error:
        print(f"{name} {what}: {type(error).__name__}")

attempt("soundfile.info", lambda: soundfile.info(name).frames)
attempt("soundfile.read", lambda: len(soundfile.read(name)[0]))
attempt("soundfile.read of 1,000", lambda: len(soundfile.read(name, frames=1_000)[0]))
attempt("miniaudio", lambda: miniaudio.decode_file(name, nchannels=1, sample_rate=24_000).num_frames)
attempt("mutagen", lambda: mutagen.File(name).info.length)
attempt("tinytag", lambda: tinytag.TinyTag.get(name).duration)
PY
cat >read.mjs <<'JS'
import { parseFile } from "music-metadata";
console.log(`${process.argv[2]} music-metadata: ${(await parseFile(process.argv[2])).format.duration}`);
JS
cat >main.go <<'GO'
package main

import (
	"fmt"
	"os"

	"github.com/gopxl/beep/v2"
	"github.com/gopxl/beep/v2/flac"
)

func rest(stream beep.Streamer) (count int) {
	var block [512][2]float64
	for {
		read, ok := stream.Stream(block[:])
		if !ok {
			return
		}
		count += read
	}
}

func main() {
	name := os.Args[1]
	file, err := os.Open(name)
	if err != nil {
		panic(err)
	}
	stream, _, err := flac.Decode(file)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s beep: Len %d, read %d", name, stream.Len(), rest(stream))
	err = stream.Seek(12_000)
	fmt.Printf("; Seek(12000): %v, read %d\n", err, rest(stream))
}
GO
go mod init finding 2>/dev/null
go get github.com/gopxl/beep/v2/flac@v2.1.1 2>/dev/null
go build -o read-go . 2>/dev/null
for name in file.flac pipe.flac; do
  venv/bin/python read.py "$name" 2>/dev/null
  node read.mjs "$name"
  ./read-go "$name" 2>/dev/null
  echo "$name ffmpeg: $(($(ffmpeg -i "$name" -f s16le - | wc -c) / 2))"
done | tee seen
diff - seen <<'WANT'
file.flac soundfile.info: 24000
file.flac soundfile.read: 24000
file.flac soundfile.read of 1,000: 1000
file.flac miniaudio: 24000
file.flac mutagen: 1.0
file.flac tinytag: 1.0
file.flac music-metadata: 1
file.flac beep: Len 24000, read 24000; Seek(12000): <nil>, read 12000
file.flac ffmpeg: 24000
pipe.flac soundfile.info: 9223372036854775807
pipe.flac soundfile.read: ValueError
pipe.flac soundfile.read of 1,000: 1000
pipe.flac miniaudio: 24000
pipe.flac mutagen: 0.0
pipe.flac tinytag: 0.0
pipe.flac music-metadata: undefined
pipe.flac beep: Len 0, read 24000; Seek(12000): flac: EOF, read 0
pipe.flac ffmpeg: 24000
WANT
