package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// patience is how long a script holds a call at most.
const patience = 12 * time.Second

// script is what a call does. It comes in the header x-script, as "name=value;name=value", values percent-encoded.
type script map[string]string

func parse(header string) script {
	found := script{}
	for _, pair := range strings.Split(header, ";") {
		name, value, _ := strings.Cut(pair, "=")
		if decoded, err := url.PathUnescape(value); err == nil {
			found[name] = decoded
		}
	}
	return found
}

func (s script) number(name string, otherwise int) int {
	if value, err := strconv.Atoi(s[name]); err == nil {
		return value
	}
	return otherwise
}

// failure is the status with which a script ends its call.
type failure struct {
	code    int
	message string
}

var printing sync.Mutex

func tell(values map[string]any) {
	printing.Lock()
	defer printing.Unlock()
	line, _ := json.Marshal(values)
	fmt.Fprintln(os.Stdout, string(line))
}

// act follows a script. send is nil for a unary call. It tells of the call's begin and its end.
func act(ctx context.Context, method string, headers func(string) string, key string, send func(chunk []byte, final bool) error) *failure {
	s := parse(headers("x-script"))
	begin := map[string]any{"id": s["id"], "event": "begin", "method": method, "key": key, "left": nil,
		"headers": []string{headers("x-api-key"), headers("x-goog-api-key"), headers("x-user-agent")}}
	if deadline, ok := ctx.Deadline(); ok {
		begin["left"] = time.Until(deadline).Milliseconds()
	}
	tell(begin)
	how := "done"
	sent := 0
	// The end is told when the caller is gone, even while the script still waits.
	over := make(chan struct{})
	defer func() {
		close(over)
		tell(map[string]any{"id": s["id"], "event": "end", "how": how, "sent": sent})
	}()
	wait := func(duration time.Duration) bool {
		select {
		case <-ctx.Done():
			how = "left"
			return false
		case <-time.After(duration):
			return true
		}
	}
	result := func() *failure {
		if code := s.number("code", 0); code != 0 {
			return &failure{code, s["message"]}
		}
		return nil
	}
	if send == nil {
		if s["hang"] != "" && !wait(patience) {
			return &failure{1, "left"}
		}
		return result()
	}
	chunks := s.number("chunks", 5)
	for index := 0; index <= chunks; index++ {
		if index == s.number("after", chunks) {
			if s["hang"] != "" && !wait(patience) {
				return &failure{1, "left"}
			}
			if failed := result(); failed != nil {
				return failed
			}
		}
		if index == chunks {
			break
		}
		if interval := s.number("interval", 0); interval > 0 && index > 0 && !wait(time.Duration(interval)*time.Millisecond) {
			return &failure{1, "left"}
		}
		if send(audio(index, s.number("bytes", 4800)), index == chunks-1) != nil {
			how = "left"
			return &failure{1, "left"}
		}
		sent++
	}
	return nil
}

func audio(index, length int) []byte {
	chunk := make([]byte, length)
	for at := range chunk {
		chunk[at] = byte((index*length + at) * 7)
	}
	return chunk
}
