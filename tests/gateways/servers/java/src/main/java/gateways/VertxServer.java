package gateways;

import com.google.protobuf.Message;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import io.vertx.grpc.server.GrpcServerRequest;
import io.vertx.grpc.server.GrpcServerResponse;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import tsetsen.api.v1.TsetsenTts.*;

/** A service of Vert.x's own gRPC server. */
final class VertxServer {
  private static final ExecutorService CALLS = Executors.newCachedThreadPool();

  static void start() {
    Vertx vertx = Vertx.vertx();
    // Without it the caller gets no answer at the deadline.
    GrpcServer server = GrpcServer.server(vertx, new GrpcServerOptions().setScheduleDeadlineAutomatically(true));
    unary(server, vertx, "ListVoices", ListVoicesRequest.getDefaultInstance(), ListVoicesRequest::getApiKey, Answers.VOICES);
    unary(server, vertx, "GenerateSpeech", GenerateSpeechRequest.getDefaultInstance(), GenerateSpeechRequest::getApiKey, Answers.JOB);
    unary(server, vertx, "GetUserBalance", GetUserBalanceRequest.getDefaultInstance(), GetUserBalanceRequest::getApiKey, Answers.BALANCE);
    server.callHandler(VertxServer.<StreamSpeechRequest, StreamSpeechResponse>method("StreamSpeech", StreamSpeechRequest.getDefaultInstance()), request ->
        request.handler(message -> {
          Script script = script("StreamSpeech", message.getApiKey(), request);
          GrpcServerResponse<StreamSpeechRequest, StreamSpeechResponse> response = request.response();
          Context context = vertx.getOrCreateContext();
          CALLS.execute(() -> {
            boolean ends = script.act((chunk, last) -> context.runOnContext(none -> response.write(Answers.chunk(chunk, last))));
            if (ends) context.runOnContext(none -> end(script, response));
          });
        }));
    vertx.createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(0))
        .requestHandler(server)
        .listen()
        .onSuccess(http -> Script.tell("{\"port\":%d}".formatted(http.actualPort())))
        .onFailure(error -> {
          error.printStackTrace();
          System.exit(1);
        });
  }

  private static <Q extends Message, R extends Message> ServiceMethod<Q, R> method(String name, Q empty) {
    return ServiceMethod.server(
        ServiceName.create(Answers.SERVICE), name, GrpcMessageEncoder.encoder(), GrpcMessageDecoder.decoder(empty));
  }

  private static <Q> Script script(String method, String key, GrpcServerRequest<Q, ?> request) {
    long left = request.timeout();
    Script script = new Script(method, key, left == 0 ? null : left, request.headers()::get);
    // Over gRPC-Web neither errorHandler nor exceptionHandler of the request is told that the caller is gone.
    request.response().exceptionHandler(error -> script.left());
    // At the deadline Vert.x answers the caller, and tells no handler.
    if (request.deadline() != null) request.deadline().onSuccess(none -> script.left());
    return script;
  }

  private static <Q extends Message, R extends Message> void unary(
      GrpcServer server, Vertx vertx, String name, Q empty, Function<Q, String> key, R answer) {
    server.callHandler(VertxServer.<Q, R>method(name, empty), request -> request.handler(message -> {
      Script script = script(name, key.apply(message), request);
      Context context = vertx.getOrCreateContext();
      CALLS.execute(() -> {
        if (!script.act(null)) return;
        context.runOnContext(none -> {
          if (script.code() == 0) request.response().end(answer);
          else end(script, request.response());
        });
      });
    }));
  }

  private static void end(Script script, GrpcServerResponse<?, ?> response) {
    if (script.code() != 0) {
      response.status(GrpcStatus.valueOf(script.code())).statusMessage(script.message());
      response.trailers().set("x-trace", "abc");
    }
    response.end();
  }
}
