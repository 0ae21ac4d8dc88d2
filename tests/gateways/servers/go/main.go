// The service behind each gRPC-Web server of Go: main NAME listens on loopback, and prints its port.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"connectrpc.com/connect"
	"connectrpc.com/vanguard/vanguardgrpc"
	"github.com/improbable-eng/grpc-web/go/grpcweb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"gateways/pb"
)

const service = "/tsetsen.api.v1.TsetsenTTS/"

var (
	voices  = &pb.ListVoicesResponse{Voices: []*pb.Voice{{Id: "bold", Name: "Болд", Gender: pb.Voice_MALE, Language: "mn"}}}
	job     = &pb.GenerateSpeechResponse{RequestId: "job-1", Status: pb.GenerateSpeechResponse_PENDING}
	balance = &pb.GetUserBalanceResponse{Credits: 1234}
)

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	tell(map[string]any{"port": listener.Addr().(*net.TCPAddr).Port})
	server := grpc.NewServer()
	pb.RegisterTsetsenTTSServer(server, native{})
	var handler http.Handler
	switch os.Args[1] {
	case "grpc":
		err = server.Serve(listener)
	case "improbable-eng":
		handler = grpcweb.WrapServer(server)
	case "vanguard":
		handler, err = vanguardgrpc.NewTranscoder(server)
	case "connect-go":
		handler = connectHandlers()
	}
	if handler != nil && err == nil {
		protocols := new(http.Protocols)
		protocols.SetHTTP1(true)
		protocols.SetUnencryptedHTTP2(true)
		// A connection of HTTP/2 that is silent for a second gets a PING. Apache httpd looks for its caller when one comes.
		pings := &http.HTTP2Config{SendPingTimeout: time.Second}
		err = (&http.Server{Handler: handler, Protocols: protocols, HTTP2: pings}).Serve(listener)
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// native is the service for grpc-go.
type native struct {
	pb.UnimplementedTsetsenTTSServer
}

func incoming(ctx context.Context) func(string) string {
	fields, _ := metadata.FromIncomingContext(ctx)
	return func(name string) string {
		if values := fields.Get(name); len(values) > 0 {
			return values[0]
		}
		return ""
	}
}

func ended(ctx context.Context, failed *failure) error {
	if failed == nil {
		return nil
	}
	_ = grpc.SetTrailer(ctx, metadata.Pairs("x-trace", "abc"))
	return status.Error(codes.Code(failed.code), failed.message)
}

func answered[T any](ctx context.Context, method, key string, answer *T) (*T, error) {
	if err := ended(ctx, act(ctx, method, incoming(ctx), key, nil)); err != nil {
		return nil, err
	}
	return answer, nil
}

func (native) ListVoices(ctx context.Context, request *pb.ListVoicesRequest) (*pb.ListVoicesResponse, error) {
	return answered(ctx, "ListVoices", request.ApiKey, voices)
}

func (native) GenerateSpeech(ctx context.Context, request *pb.GenerateSpeechRequest) (*pb.GenerateSpeechResponse, error) {
	return answered(ctx, "GenerateSpeech", request.ApiKey, job)
}

func (native) GetUserBalance(ctx context.Context, request *pb.GetUserBalanceRequest) (*pb.GetUserBalanceResponse, error) {
	return answered(ctx, "GetUserBalance", request.ApiKey, balance)
}

func (native) StreamSpeech(request *pb.StreamSpeechRequest, stream grpc.ServerStreamingServer[pb.StreamSpeechResponse]) error {
	ctx := stream.Context()
	return ended(ctx, act(ctx, "StreamSpeech", incoming(ctx), request.ApiKey, func(chunk []byte, final bool) error {
		return stream.Send(&pb.StreamSpeechResponse{AudioChunk: chunk, IsFinal: final})
	}))
}

func connectHandlers() http.Handler {
	mux := http.NewServeMux()
	mux.Handle(unary("ListVoices", (*pb.ListVoicesRequest).GetApiKey, voices))
	mux.Handle(unary("GenerateSpeech", (*pb.GenerateSpeechRequest).GetApiKey, job))
	mux.Handle(unary("GetUserBalance", (*pb.GetUserBalanceRequest).GetApiKey, balance))
	mux.Handle(service+"StreamSpeech", connect.NewServerStreamHandler(service+"StreamSpeech",
		func(ctx context.Context, request *connect.Request[pb.StreamSpeechRequest], stream *connect.ServerStream[pb.StreamSpeechResponse]) error {
			return refused(act(ctx, "StreamSpeech", request.Header().Get, request.Msg.ApiKey, func(chunk []byte, final bool) error {
				return stream.Send(&pb.StreamSpeechResponse{AudioChunk: chunk, IsFinal: final})
			}))
		}))
	return mux
}

func unary[Q, R any](method string, key func(*Q) string, answer *R) (string, http.Handler) {
	return service + method, connect.NewUnaryHandler(service+method, func(ctx context.Context, request *connect.Request[Q]) (*connect.Response[R], error) {
		if err := refused(act(ctx, method, request.Header().Get, key(request.Msg), nil)); err != nil {
			return nil, err
		}
		return connect.NewResponse(answer), nil
	})
}

func refused(failed *failure) error {
	if failed == nil {
		return nil
	}
	err := connect.NewError(connect.Code(failed.code), errors.New(failed.message))
	err.Meta().Set("x-trace", "abc")
	return err
}
