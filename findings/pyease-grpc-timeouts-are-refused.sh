#!/usr/bin/env bash
# Servers of Go refuse each call of pyease-grpc that has a timeout of 0.1 s or more, and no answer can be read with the protobuf that pip installs beside it
#
# Guess:   request(…, timeout=30) sends a grpc-timeout that each server understands, the service sees about 30 s, and the answer comes as a dict.
# Came:    It sends 30000000000n. The protocol allows eight digits. improbable-eng answers HTTP 400, and connect-go INVALID_ARGUMENT, before the service sees the call. 0.099 s, and no timeout,
#          work with protobuf 6. With protobuf 7, which a fresh install has today, the service takes each call, and the client raises TypeError in place of its answer.
# With:    pyease-grpc 1.8.0, grpcio-tools 1.78.0, protobuf 6.33.5 and 7.36.2; improbable-eng/grpc-web v0.15.0 with grpc-go v1.85.0, connect-go v1.21.1, Go 1.26; run on 2026-11-28.
# Matters: Who adds a timeout to a program that works has one that never does. Who installs anew pays for submissions whose ids are lost. Pin protobuf below 7, and let a timer end the
#          call.
set -euo pipefail
dir=$(mktemp -d)
trap 'kill "${servers:-}" 2>/dev/null || true; chmod -R u+w "$dir" && rm -rf "$dir"' EXIT
cd "$dir"
export GOFLAGS=-modcacherw
cat >main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"connectrpc.com/connect"
	"github.com/improbable-eng/grpc-web/go/grpcweb"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// call answers with what is left of the caller's time, in tenths of a second.
func call(ctx context.Context) *wrapperspb.StringValue {
	deadline, ok := ctx.Deadline()
	if !ok {
		return wrapperspb.String("no deadline")
	}
	return wrapperspb.String("a deadline in " + time.Until(deadline).Round(100*time.Millisecond).String())
}

func serve(handler http.Handler) int {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go http.Serve(listener, handler)
	return listener.Addr().(*net.TCPAddr).Port
}

func main() {
	server := grpc.NewServer()
	server.RegisterService(&grpc.ServiceDesc{ServiceName: "test.Service", HandlerType: (*any)(nil), Methods: []grpc.MethodDesc{{
		MethodName: "Call",
		Handler: func(_ any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			if err := decode(new(wrapperspb.StringValue)); err != nil {
				return nil, err
			}
			return call(ctx), nil
		},
	}}}, nil)
	handler := connect.NewUnaryHandler("/test.Service/Call", func(ctx context.Context, _ *connect.Request[wrapperspb.StringValue]) (*connect.Response[wrapperspb.StringValue], error) {
		return connect.NewResponse(call(ctx)), nil
	})
	fmt.Println(serve(grpcweb.WrapServer(server)), serve(handler))
	select {}
}
GO
go mod init finding 2>/dev/null
go get connectrpc.com/connect@v1.21.1 github.com/improbable-eng/grpc-web@v0.15.0 google.golang.org/grpc@v1.85.0 2>/dev/null
go mod tidy 2>/dev/null
go build -o servers .
python3 -m venv venv
venv/bin/pip -q install --disable-pip-version-check pyease-grpc==1.8.0 grpcio-tools==1.78.0 protobuf==6.33.5
cat >service.proto <<'PROTO'
syntax = "proto3";
package test;
message Text { string value = 1; }
service Service { rpc Call(Text) returns (Text); }
PROTO
cat >observe.py <<'PY'
import sys
import google.protobuf
from pyease_grpc import RpcSession

session = RpcSession.from_file("service.proto")
for name, port in zip(("improbable-eng", "connect-go"), sys.argv[1].split()):
    for timeout in (None, 0.099, 0.5, 30):
        try:
            end = session.request(f"http://127.0.0.1:{port}/test.Service/Call", {}, timeout=timeout).single["value"]
            end = "a deadline" if timeout == 0.099 else end
        except Exception as error:
            end = f"{type(error).__name__}: {error}".split(" for url")[0]
        print(f"protobuf {google.protobuf.__version__[0]}, {name}, timeout {timeout}: {end}")
PY
coproc SERVERS { exec ./servers; }
servers=$SERVERS_PID
read -r ports <&"${SERVERS[0]}"
venv/bin/python observe.py "$ports" | tee seen
venv/bin/pip -q install --disable-pip-version-check protobuf==7.36.2 2>/dev/null
venv/bin/python observe.py "$ports" | tee -a seen
diff - seen <<'WANT'
protobuf 6, improbable-eng, timeout None: no deadline
protobuf 6, improbable-eng, timeout 0.099: a deadline
protobuf 6, improbable-eng, timeout 0.5: HTTPError: 400 Client Error: Bad Request
protobuf 6, improbable-eng, timeout 30: HTTPError: 400 Client Error: Bad Request
protobuf 6, connect-go, timeout None: no deadline
protobuf 6, connect-go, timeout 0.099: a deadline
protobuf 6, connect-go, timeout 0.5: RpcTrailer: [INVALID_ARGUMENT] gRPC Error: protocol error: timeout "500000000n" is too long
protobuf 6, connect-go, timeout 30: RpcTrailer: [INVALID_ARGUMENT] gRPC Error: protocol error: timeout "30000000000n" is too long
protobuf 7, improbable-eng, timeout None: TypeError: MessageToDict() got an unexpected keyword argument 'float_precision'
protobuf 7, improbable-eng, timeout 0.099: TypeError: MessageToDict() got an unexpected keyword argument 'float_precision'
protobuf 7, improbable-eng, timeout 0.5: HTTPError: 400 Client Error: Bad Request
protobuf 7, improbable-eng, timeout 30: HTTPError: 400 Client Error: Bad Request
protobuf 7, connect-go, timeout None: TypeError: MessageToDict() got an unexpected keyword argument 'float_precision'
protobuf 7, connect-go, timeout 0.099: TypeError: MessageToDict() got an unexpected keyword argument 'float_precision'
protobuf 7, connect-go, timeout 0.5: RpcTrailer: [INVALID_ARGUMENT] gRPC Error: protocol error: timeout "500000000n" is too long
protobuf 7, connect-go, timeout 30: RpcTrailer: [INVALID_ARGUMENT] gRPC Error: protocol error: timeout "30000000000n" is too long
WANT
