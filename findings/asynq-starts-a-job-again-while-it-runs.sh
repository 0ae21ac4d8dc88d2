#!/usr/bin/env bash
# asynq starts a job again while its first run goes on, and calls it failed when each run succeeded
#
# Guess:   A task with a Timeout of 2 s whose handler takes 5 s and returns nil is run once: asynq cancels the context, waits for the handler, and takes its nil
#          for success. A task that is Unique is not accepted a second time while the first one runs.
# Came:    At the timeout the task is put back, and started again beside the run that goes on. With MaxRetry(2) the handler runs three times, several
#          at once, and returns nil three times. The task ends as "archived", with the error "context deadline exceeded". Unique(1s) is a lock of one second:
#          the second enqueue is accepted while the first task runs.
# With:    github.com/hibiken/asynq v0.26.0, redis-server of the machine (7.0.15); run on 2026-11-28 with Go 1.26.
# Matters: A narration that takes longer than the timeout, 30 minutes where none is named, is bought once more for each of 25 retries, and its result is
#          called a failure. A handler must hand its context to each call, and end when it ends. Make Unique longer than the longest run.
set -euo pipefail
command -v redis-server >/dev/null || { echo "needs redis-server (Debian: redis-server)" >&2; exit 2; }
dir=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; wait 2>/dev/null || true; chmod -R u+w "$dir" && rm -rf "$dir"' EXIT
cd "$dir"
export GOFLAGS=-modcacherw
cat >main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"
)

func main() {
	log.SetOutput(io.Discard)
	redis := asynq.RedisClientOpt{Addr: os.Args[1]}
	client, inspector := asynq.NewClient(redis), asynq.NewInspector(redis)
	server := asynq.NewServer(redis, asynq.Config{
		Concurrency:              4,
		LogLevel:                 asynq.FatalLevel,
		DelayedTaskCheckInterval: 100 * time.Millisecond,
		TaskCheckInterval:        100 * time.Millisecond,
		RetryDelayFunc:           func(int, error, *asynq.Task) time.Duration { return 500 * time.Millisecond },
	})
	var begun, running, most, ended atomic.Int32
	handle := func(context.Context, *asynq.Task) error {
		begun.Add(1)
		if now := running.Add(1); now > most.Load() {
			most.Store(now)
		}
		time.Sleep(5 * time.Second)
		running.Add(-1)
		ended.Add(1)
		return nil
	}
	if err := server.Start(asynq.HandlerFunc(handle)); err != nil {
		panic(err)
	}
	task, err := client.Enqueue(asynq.NewTask("speak", []byte("chapter 1")), asynq.Timeout(2*time.Second), asynq.MaxRetry(2))
	if err != nil {
		panic(err)
	}
	state := task.State
	for state != asynq.TaskStateArchived && state != asynq.TaskStateCompleted || running.Load() > 0 {
		time.Sleep(100 * time.Millisecond)
		if task, err = inspector.GetTaskInfo("default", task.ID); err != nil {
			fmt.Println("done, and forgotten")
			break
		}
		state = task.State
	}
	fmt.Printf("timeout: begun %d, several at once %v, returned nil %d, state %v, error %q\n", begun.Load(), most.Load() > 1, ended.Load(), state, task.LastErr)

	begun.Store(0)
	unique := func() error {
		_, err := client.Enqueue(asynq.NewTask("speak", []byte("chapter 2")), asynq.Unique(time.Second), asynq.MaxRetry(0))
		return err
	}
	fmt.Println("first:", unique())
	for begun.Load() == 0 {
		time.Sleep(50 * time.Millisecond)
	}
	time.Sleep(1200 * time.Millisecond)
	fmt.Println("second:", unique(), "while running:", running.Load())
	os.Exit(0)
}
GO
go mod init finding 2>/dev/null
go get github.com/hibiken/asynq@v0.26.0 2>/dev/null
go build -o observe . 
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
redis-server --bind 127.0.0.1 --port "$port" --dir "$dir" --save "" >/dev/null & server=$!
for _ in $(seq 100); do python3 -c "import socket; socket.create_connection(('127.0.0.1', $port))" 2>/dev/null && break; sleep 0.1; done
timeout 60 ./observe "127.0.0.1:$port" | tee seen
diff - seen <<'WANT'
timeout: begun 3, several at once true, returned nil 3, state archived, error "context deadline exceeded"
first: <nil>
second: <nil> while running: 1
WANT
