#!/usr/bin/env bash
# go-astisub writes HTML entities into SRT, and a byte order mark before it
#
# Guess:   SRT that is read and written again is the same text: the format has no escapes, so that "1 < 2 & 3" stays.
# Came:    "1 &lt; 2 &amp; 3" behind a byte order mark. pysrt, srt and pysubs2 read the entities as text.
# With:    github.com/asticode/go-astisub v0.34.0, pysrt 1.1.2, srt 3.5.3, pysubs2 1.8.1; run on 2026-11-27 with Go 1.26.
# Matters: Captions that pass through a Go pipeline, to be shifted or merged, show "&lt;" and "&amp;" to viewers.
set -euo pipefail
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir" && rm -rf "$dir"' EXIT
cd "$dir"
export GOFLAGS=-modcacherw
cat >main.go <<'GO'
package main

import (
	"os"
	"strings"

	"github.com/asticode/go-astisub"
)

func main() {
	cue := "00:00:01,250 --> 00:00:02,750\n1 < 2 & 3\n"
	srt, err := astisub.ReadFromSRT(strings.NewReader("1\n" + cue))
	if err != nil {
		panic(err)
	}
	if err = srt.WriteToSRT(os.Stdout); err != nil {
		panic(err)
	}
}
GO
go mod init finding 2>/dev/null
go get github.com/asticode/go-astisub@v0.34.0 2>/dev/null
go run . >astisub.srt
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check pysrt==1.1.2 srt==3.5.3 pysubs2==1.8.1
venv/bin/python - <<'PY' | tee seen
import pysrt, pysubs2, srt
print("bytes:", open("astisub.srt", "rb").read()[:5])
text = open("astisub.srt", encoding="utf-8-sig").read()
print("pysrt:", pysrt.from_string(text)[0].text)
print("srt:", next(srt.parse(text)).content)
print("pysubs2:", pysubs2.SSAFile.from_string(text)[0].plaintext)
PY
diff - seen <<'WANT'
bytes: b'\xef\xbb\xbf1\n'
pysrt: 1 &lt; 2 &amp; 3
srt: 1 &lt; 2 &amp; 3
pysubs2: 1 &lt; 2 &amp; 3
WANT
