#!/usr/bin/env bash
# pion's oggwriter makes players skip the first 80 ms that it was given, and leaves pauses out, and its oggreader gives fifty Opus packets as one
#
# Guess:   A file of oggwriter plays all that its RTP packets hold, from the first on, and a second without packets between two packets, which their timestamps tell, is a second of
#          silence, or a hole. oggreader gives one packet a call, however many stand in a page.
# Came:    The writer sets the pre-skip to 3,840 samples, whatever the encoder's is, and has no option for it: of packets whose own pre-skip is 312, 73 ms of sound, here a tone of 50 ms, are never played. It
#          counts packets, and reads no timestamp: the second is gone. The reader gives a page of a second, as ffmpeg writes it by default, as one sample that nothing decodes. Nothing is
#          raised.
# With:    github.com/pion/webrtc/v4 v4.2.26, Go 1.26, ffmpeg 7.0.2 (imageio-ffmpeg 0.6.0); run on 2026-11-28.
# Matters: A recorded call begins in the middle of its first sound, and the two voices of a call drift apart by each pause. Send silence before the speech and in pauses, and write the file
#          that is sent with ffmpeg -page_duration 20000.
set -euo pipefail
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir" && rm -rf "$dir"' EXIT
cd "$dir"
export GOFLAGS=-modcacherw
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check imageio-ffmpeg==0.6.0
ffmpeg=$(venv/bin/python -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
# A tone of 50 ms, then silence.
tone="sine=frequency=440:sample_rate=48000:duration=0.05,apad=whole_dur=1"
"$ffmpeg" -v error -f lavfi -i "$tone" -c:a libopus -page_duration 20000 packets.opus
"$ffmpeg" -v error -f lavfi -i "$tone" -c:a libopus pages.opus
cat >main.go <<'GO'
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4/pkg/media/oggreader"
	"github.com/pion/webrtc/v4/pkg/media/oggwriter"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// record writes what it reads as RTP packets of 20 ms, with a pause before the last ten packets.
func record(from, to string, pause uint32) {
	file, err := os.Open(from)
	check(err)
	reader, header, err := oggreader.NewWith(file)
	check(err)
	writer, err := oggwriter.New(to, 48000, 1)
	check(err)
	count := uint16(0)
	for timestamp := uint32(0); ; timestamp += 960 {
		payload, _, err := reader.ParseNextPage()
		if errors.Is(err, io.EOF) {
			break
		}
		check(err)
		if bytes.HasPrefix(payload, []byte("OpusTags")) {
			continue
		}
		if count++; count == 40 {
			timestamp += pause
		}
		check(writer.WriteRTP(&rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: count, Timestamp: timestamp}, Payload: payload}))
	}
	check(writer.Close())
	fmt.Printf("%s: pre-skip %d, %d packets\n", from, header.PreSkip, count)
}

func main() {
	record("packets.opus", "copy.opus", 0)
	record("packets.opus", "paused.opus", 48000)
	record("pages.opus", "joined.opus", 0)
}
GO
go mod init finding 2>/dev/null
go get github.com/pion/webrtc/v4@v4.2.26 2>/dev/null
go mod tidy 2>/dev/null
cat >measure.py <<'PY'
import array
import subprocess
import sys

for name in ("packets", "copy", "paused", "joined"):
    run = subprocess.run([sys.argv[1], "-v", "error", "-i", f"{name}.opus", "-f", "s16le", "-ac", "1", "-ar", "48000", "-"], capture_output=True)
    samples = array.array("h", run.stdout)
    loud = sum(abs(sample) > 1000 for sample in samples)
    print(f"{name}.opus plays {len(samples)} samples, " + ("with the tone" if loud > 1000 else "without the tone"))
PY
{ go run . && venv/bin/python measure.py "$ffmpeg"; } | tee seen
diff - seen <<'WANT'
packets.opus: pre-skip 312, 51 packets
packets.opus: pre-skip 312, 51 packets
pages.opus: pre-skip 312, 2 packets
packets.opus plays 48000 samples, with the tone
copy.opus plays 45120 samples, without the tone
paused.opus plays 45120 samples, without the tone
joined.opus plays 0 samples, without the tone
WANT
