// Readers of Go: main READER INPUT OUTPUT writes 16-bit samples, and prints JSON with the seconds that it was told.
package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"

	"github.com/go-audio/wav"
	beep "github.com/gopxl/beep/v2/wav"
)

func main() {
	reader, source, target := os.Args[1], os.Args[2], os.Args[3]
	file, err := os.Open(source)
	check(err)
	var pcm []byte
	var told float64
	var failure error
	switch reader {
	case "go-audio/wav":
		decoder := wav.NewDecoder(file)
		buffer, err := decoder.FullPCMBuffer()
		check(err)
		for _, sample := range buffer.Data {
			pcm = binary.LittleEndian.AppendUint16(pcm, uint16(sample))
		}
		duration, err := decoder.Duration()
		check(err)
		told = duration.Seconds()
	case "gopxl/beep":
		streamer, format, err := beep.Decode(file)
		check(err)
		told = format.SampleRate.D(streamer.Len()).Seconds()
		samples := make([][2]float64, 512)
		for {
			n, ok := streamer.Stream(samples)
			for _, sample := range samples[:n] {
				// beep divides by 32,768.
				pcm = binary.LittleEndian.AppendUint16(pcm, uint16(int16(math.Round(sample[0]*32768))))
			}
			if !ok {
				break
			}
			if n == 0 {
				// Neither samples nor an end: a player waits here until the length of the header has passed.
				failure = errors.New("no end")
				break
			}
		}
		if failure == nil {
			failure = streamer.Err()
		}
	}
	check(os.WriteFile(target, pcm, 0o600))
	check(failure)
	fmt.Printf(`{"told":%v}`, told)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
