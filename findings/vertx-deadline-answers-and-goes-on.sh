#!/usr/bin/env bash
# Vert.x's gRPC server answers at a call's deadline, and never tells the service that the call is over
#
# Guess:   With setScheduleDeadlineAutomatically(true) the server ends a call at its grpc-timeout: the caller gets status 4, and the
#          exceptionHandler of the response, which is told when a caller closes its connection, is told at the deadline, too.
# Came:    The caller gets status 4 at the deadline. No handler is told, neither errorHandler nor exceptionHandler of the request nor that
#          of the response. Only request.deadline().onSuccess() is.
# With:    vertx-grpc-server 5.0.7 (Maven), Java 17, run on 2026-11-28.
# Matters: A synthesis whose caller has given up goes on to its end, and is paid for. Stop it in request.deadline().onSuccess().
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId>
  <artifactId>finding</artifactId>
  <version>0</version>
  <dependencies>
    <dependency>
      <groupId>io.vertx</groupId>
      <artifactId>vertx-grpc-server</artifactId>
      <version>5.0.7</version>
    </dependency>
  </dependencies>
</project>
XML
mvn --quiet --batch-mode dependency:build-classpath -Dmdep.outputFile=classpath >&2
cat >Observe.java <<'JAVA'
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;

public class Observe {
  public static void main(String[] args) {
    Vertx vertx = Vertx.vertx();
    GrpcServer server = GrpcServer.server(vertx, new GrpcServerOptions().setScheduleDeadlineAutomatically(true));
    server.callHandler(request -> request.handler(message -> {
      request.errorHandler(error -> System.out.println("errorHandler is told"));
      request.exceptionHandler(error -> System.out.println("exceptionHandler of the request is told"));
      request.response().exceptionHandler(error -> System.out.println("exceptionHandler of the response is told"));
      request.deadline().onSuccess(none -> System.out.println("request.deadline() is told"));
    }));
    vertx.createHttpServer().requestHandler(server).listen(0, "127.0.0.1")
        .compose(http -> vertx.createHttpClient().request(HttpMethod.POST, http.actualPort(), "127.0.0.1", "/service/Method"))
        .compose(call -> call
            .putHeader("content-type", "application/grpc-web+proto")
            .putHeader("grpc-timeout", "500m")
            .send(Buffer.buffer(new byte[5])))
        .onSuccess(answer -> {
          System.out.println("the caller gets status " + answer.getHeader("grpc-status"));
          // The connection stays open, and the service would go on.
          vertx.setTimer(3_000, none -> System.exit(0));
        })
        .onFailure(error -> {
          error.printStackTrace();
          System.exit(1);
        });
  }
}
JAVA
timeout 120 java -cp "$(cat classpath)" Observe.java | sort | tee seen
diff - seen <<'WANT'
request.deadline() is told
the caller gets status 4
WANT
