#!/usr/bin/env bash
# go-audio/wav counts the metadata of a WAV as sound in Duration()
#
# Guess:   Decoder.Duration() of 1 s of sound is 1 s, whatever chunks stand beside it: FullPCMBuffer reads exactly the samples.
# Came:    It divides the size of the RIFF by the bytes a second. The header adds 0.75 ms, 100 bytes of tags 3 ms, 1 MB of tags (a picture) 20.8 s; the
#          error is nil each time. FullPCMBuffer is right in all.
# With:    github.com/go-audio/wav v1.1.0, run on 2026-11-27 with Go 1.26.
# Matters: Cues and progress from this duration are wrong for each file with an id3 or iXML chunk, as tools write a title. The samples
#          counted and divided by the rate are right.
set -euo pipefail
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir" && rm -rf "$dir"' EXIT
cd "$dir"
export GOFLAGS=-modcacherw
cat >main.go <<'GO'
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/go-audio/wav"
)

func chunk(id string, body []byte) []byte {
	return append(binary.LittleEndian.AppendUint32([]byte(id), uint32(len(body))), body...)
}

func main() {
	format := []byte{1, 0, 1, 0, 0xc0, 0x5d, 0, 0, 0x80, 0xbb, 0, 0, 2, 0, 16, 0}
	for _, metadata := range []int{0, 100, 1_000_000} {
		body := append([]byte("WAVE"), chunk("fmt ", format)...)
		if metadata > 0 {
			body = append(body, chunk("id3 ", make([]byte, metadata))...)
		}
		file := chunk("RIFF", append(body, chunk("data", make([]byte, 48_000))...))
		duration, err := wav.NewDecoder(bytes.NewReader(file)).Duration()
		buffer, err2 := wav.NewDecoder(bytes.NewReader(file)).FullPCMBuffer()
		fmt.Println("metadata of", metadata, "bytes:", duration, err, len(buffer.Data), err2)
	}
}
GO
go mod init finding 2>/dev/null
go get github.com/go-audio/wav@v1.1.0 2>/dev/null
go run . | tee seen
diff - seen <<'WANT'
metadata of 0 bytes: 1.00075s <nil> 24000 <nil>
metadata of 100 bytes: 1.002999999s <nil> 24000 <nil>
metadata of 1000000 bytes: 21.83425s <nil> 24000 <nil>
WANT
