package gateways;

import com.google.protobuf.Message;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.grpc.GrpcService;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import tsetsen.api.v1.TsetsenTts.*;

/** A service of grpc-java on Armeria. */
final class ArmeriaServer {
  private static final ExecutorService CALLS = Executors.newCachedThreadPool();

  static void start() {
    ServerServiceDefinition service = ServerServiceDefinition.builder(Answers.SERVICE)
        .addMethod(
            method("ListVoices", ListVoicesRequest.getDefaultInstance(), Answers.VOICES, false),
            unary("ListVoices", ListVoicesRequest::getApiKey, Answers.VOICES))
        .addMethod(
            method("GenerateSpeech", GenerateSpeechRequest.getDefaultInstance(), Answers.JOB, false),
            unary("GenerateSpeech", GenerateSpeechRequest::getApiKey, Answers.JOB))
        .addMethod(
            method("GetUserBalance", GetUserBalanceRequest.getDefaultInstance(), Answers.BALANCE, false),
            unary("GetUserBalance", GetUserBalanceRequest::getApiKey, Answers.BALANCE))
        .addMethod(
            method("StreamSpeech", StreamSpeechRequest.getDefaultInstance(), StreamSpeechResponse.getDefaultInstance(), true),
            ServerCalls.asyncServerStreamingCall(ArmeriaServer::stream))
        .build();
    Server server = Server.builder()
        .http(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
        // Without it a call without a deadline ends after 10 s.
        .requestTimeoutMillis(0)
        .service(GrpcService.builder().addService(service).build())
        .build();
    server.start().join();
    Script.tell("{\"port\":%d}".formatted(server.activeLocalPort()));
  }

  private static <Q extends Message, R extends Message> MethodDescriptor<Q, R> method(
      String name, Q request, R response, boolean streams) {
    return MethodDescriptor.<Q, R>newBuilder()
        .setType(streams ? MethodDescriptor.MethodType.SERVER_STREAMING : MethodDescriptor.MethodType.UNARY)
        .setFullMethodName(Answers.SERVICE + "/" + name)
        .setRequestMarshaller(ProtoUtils.marshaller(request))
        .setResponseMarshaller(ProtoUtils.marshaller(response))
        .build();
  }

  private static Script script(String method, String key, StreamObserver<?> observer) {
    ServiceRequestContext context = ServiceRequestContext.current();
    long left = context.requestTimeoutMillis();
    Script script = new Script(method, key, left == 0 ? null : left, context.request().headers()::get);
    ((ServerCallStreamObserver<?>) observer).setOnCancelHandler(script::left);
    return script;
  }

  private static <Q, R> io.grpc.ServerCallHandler<Q, R> unary(String method, Function<Q, String> key, R answer) {
    return ServerCalls.asyncUnaryCall((request, observer) -> {
      Script script = script(method, key.apply(request), observer);
      CALLS.execute(() -> {
        if (!script.act(null)) return;
        if (script.code() == 0) observer.onNext(answer);
        end(script, observer);
      });
    });
  }

  private static void stream(StreamSpeechRequest request, StreamObserver<StreamSpeechResponse> observer) {
    Script script = script("StreamSpeech", request.getApiKey(), observer);
    CALLS.execute(() -> {
      if (script.act((chunk, last) -> observer.onNext(Answers.chunk(chunk, last)))) end(script, observer);
    });
  }

  private static void end(Script script, StreamObserver<?> observer) {
    if (script.code() == 0) {
      observer.onCompleted();
      return;
    }
    Metadata metadata = new Metadata();
    metadata.put(Metadata.Key.of("x-trace", Metadata.ASCII_STRING_MARSHALLER), "abc");
    Status status = Status.fromCodeValue(script.code()).withDescription(script.message());
    observer.onError(new StatusRuntimeException(status, metadata));
  }
}
