#!/usr/bin/env bash
# go-astisub writes EBU STL of Cyrillic text as other letters
#
# Guess:   WriteToSTL takes the Cyrillic code table of EBU Tech 3264. It drops Ө and Ү, or writes "?" for them, because this table lacks them.
# Came:    WriteToSTL returns no error, and writes the low byte of each code point in the Latin table: ttconv reads "Сайн байна уу?" as
#          "!0�= 10�=0 CC?". Times and the number of cues are right.
# With:    github.com/asticode/go-astisub v0.34.0, ttconv 1.2.3; run on 2026-11-28 with Go 1.26.
# Matters: Broadcasters ask for STL. The captions of Mongolian speech then are noise at the right times, and the program succeeds. Read the file again
#          and compare the text, or deliver TTML.
set -euo pipefail
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir" && rm -rf "$dir"' EXIT
cd "$dir"
export GOFLAGS=-modcacherw
cat >cues.srt <<'SRT'
1
00:00:01,000 --> 00:00:02,000
Good morning.

2
00:00:02,000 --> 00:00:03,000
Сайн байна уу?

3
00:00:03,000 --> 00:00:04,000
Өвөл, үүл
SRT
cat >main.go <<'GO'
package main

import (
	"os"

	"github.com/asticode/go-astisub"
)

func main() {
	cues, err := astisub.OpenFile("cues.srt")
	if err != nil {
		panic(err)
	}
	if err = cues.WriteToSTL(os.Stdout); err != nil {
		panic(err)
	}
}
GO
go mod init finding 2>/dev/null
go get github.com/asticode/go-astisub@v0.34.0 2>/dev/null
go run . >cues.stl
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check ttconv==1.2.3
venv/bin/python - 2>/dev/null <<'PY' | tee seen
import ttconv.srt.writer, ttconv.stl.reader
with open("cues.stl", "rb") as file:
    print(ttconv.srt.writer.from_model(ttconv.stl.reader.to_model(file)).strip())
PY
diff - seen <<'WANT'
1
00:00:01,000 --> 00:00:02,000
Good morning.

2
00:00:02,000 --> 00:00:03,000
!0�= 10�=0 CC?

3
00:00:03,000 --> 00:00:04,000
Ł2Ø;, ↓↓;
WANT
