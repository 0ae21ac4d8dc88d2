#!/usr/bin/env bash
# pion's packetizer gives all packets of a second of µ-law one timestamp, and marks each packet of 20 ms as a new beginning
#
# Guess:   A call of Packetize with a second of µ-law, 8,000 bytes, makes packets whose timestamps grow with the samples before them, as RFC 3550 asks: a byte of µ-law is a sample. The
#          marker stands on the first packet alone, where a talkspurt begins (RFC 3551).
# Came:    Seven packets have one timestamp, and the marker stands on the last: the packetizer takes each call for a picture of a video. Fed with 20 ms a call, timestamps grow by 160, and
#          each packet has the marker. Nothing is raised.
# With:    github.com/pion/rtp v1.10.6; run on 2026-11-28 with Go 1.26.
# Matters: A service's chunk has any length. Handed on as it comes, six sevenths of a second of speech have the time of the first seventh, and a jitter buffer may take them for one moment
#          of speech. A marker may make it start anew. Cut chunks into 160 bytes, and clear the marker but for the first.
set -euo pipefail
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir" && rm -rf "$dir"' EXIT
cd "$dir"
export GOFLAGS=-modcacherw
cat >main.go <<'GO'
package main

import (
	"fmt"

	"github.com/pion/rtp"
	"github.com/pion/rtp/codecs"
)

func observe(name string, size int, calls int) {
	packetizer := rtp.NewPacketizer(1200, 0, 1, &codecs.G711Payloader{}, rtp.NewFixedSequencer(1), 8000)
	fmt.Printf("%s:", name)
	var first uint32
	for call := range calls {
		for i, packet := range packetizer.Packetize(make([]byte, size), uint32(size)) {
			if call == 0 && i == 0 {
				first = packet.Timestamp
			}
			fmt.Printf(" %d bytes at %d", len(packet.Payload), packet.Timestamp-first)
			if packet.Marker {
				fmt.Print(" (marker)")
			}
		}
	}
	fmt.Println()
}

func main() {
	observe("a second a call", 8000, 2)
	observe("20 ms a call", 160, 3)
}
GO
go mod init finding 2>/dev/null
go get github.com/pion/rtp@v1.10.6 2>/dev/null
go run . | tee seen
diff - seen <<'WANT'
a second a call: 1188 bytes at 0 1188 bytes at 0 1188 bytes at 0 1188 bytes at 0 1188 bytes at 0 1188 bytes at 0 872 bytes at 0 (marker) 1188 bytes at 8000 1188 bytes at 8000 1188 bytes at 8000 1188 bytes at 8000 1188 bytes at 8000 1188 bytes at 8000 872 bytes at 8000 (marker)
20 ms a call: 160 bytes at 0 (marker) 160 bytes at 160 (marker) 160 bytes at 320 (marker)
WANT
