#!/usr/bin/env bash
# Armeria's gRPC-Web client ends a stream of speech after 10 MiB in all, and after 15 s, while pieces still come
#
# Guess:   With its defaults GrpcClients limits the size of a message, as each gRPC library does, and the time until an answer or its next piece comes. A stream of 14.4 MB in pieces of
#          48,000 bytes, five minutes of speech, comes whole, and so does one that brings a piece each 100 ms for 20 s.
# Came:    The limit of 10 MiB is for all messages of a call together: after 218 pieces of 300 comes RESOURCE_EXHAUSTED. The time of 15 s is for the whole call: after 149 pieces of 200 comes
#          DEADLINE_EXCEEDED. With maxResponseLength(0) and responseTimeoutMillis(0) both come whole.
# With:    armeria-grpc 1.36.0 (Maven), Java 17, Python 3.11; run on 2026-11-28.
# Matters: The first sentences of a text work in each test, and a long text breaks off in its middle, paid for. Set both for each client of a service that streams.
set -euo pipefail
dir=$(mktemp -d)
trap 'kill "${service:-}" 2>/dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
cat >pom.xml <<'XML'
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>finding</groupId>
  <artifactId>finding</artifactId>
  <version>0</version>
  <dependencies>
    <dependency><groupId>com.linecorp.armeria</groupId><artifactId>armeria-grpc</artifactId><version>1.36.0</version></dependency>
  </dependencies>
</project>
XML
mvn --quiet --batch-mode dependency:build-classpath -Dmdep.outputFile=classpath >&2
# The service speaks gRPC-Web. Its first call brings 300 pieces at once, the second 200, one each 100 ms, and so on.
cat >service.py <<'PY'
import itertools
import socket
import threading
import time

def frame(message, flag=0):
    data = bytes([flag]) + len(message).to_bytes(4, "big") + message
    return b"%x\r\n" % len(data) + data + b"\r\n"

def answer(connection, pieces, wait):
    request = b""
    while not request.endswith(bytes(5)):
        request += connection.recv(65536)
    # A field of bytes that the message does not know: its number is 15.
    piece = frame(b"\x7a\x80\xf7\x02" + bytes(48_000))
    try:
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/grpc-web+proto\r\ntransfer-encoding: chunked\r\n\r\n")
        for _ in range(pieces):
            connection.sendall(piece)
            time.sleep(wait)
        connection.sendall(frame(b"grpc-status:0\r\n", 0x80) + b"0\r\n\r\n")
        while connection.recv(65536):
            pass
    except OSError:
        pass

server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
for pieces, wait in itertools.cycle([(300, 0), (200, 0.1)]):
    threading.Thread(target=answer, args=(server.accept()[0], pieces, wait), daemon=True).start()
PY
cat >Observe.java <<'JAVA'
import com.linecorp.armeria.client.ClientFactory;
import com.linecorp.armeria.client.grpc.GrpcClients;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc.HealthBlockingStub;

public class Observe {
  static void listen(String name, HealthBlockingStub stub) {
    int pieces = 0;
    String end = "the end";
    try {
      for (var all = stub.watch(HealthCheckRequest.getDefaultInstance()); all.hasNext(); all.next()) pieces++;
    } catch (StatusRuntimeException error) {
      end = error.getStatus().getCode() + ", " + error.getCause().getClass().getSimpleName();
    }
    // Of the slow stream between 120 and 150 pieces come in 15 s.
    System.out.println(name + ": " + (pieces > 120 && pieces < 150 ? "about 150" : pieces) + " pieces, then " + end);
  }

  public static void main(String[] arguments) {
    String uri = "gproto-web+h1c://127.0.0.1:" + arguments[0];
    // Each stub has its own connections.
    for (var name : new String[] {"300 pieces at once", "200 pieces, each 100 ms"}) {
      listen(name, GrpcClients.builder(uri).factory(ClientFactory.builder().build()).build(HealthBlockingStub.class));
    }
    for (var name : new String[] {"300 pieces at once, no limits", "200 pieces, each 100 ms, no limits"}) {
      listen(name, GrpcClients.builder(uri).factory(ClientFactory.builder().build())
          .maxResponseLength(0).responseTimeoutMillis(0).build(HealthBlockingStub.class));
    }
    System.exit(0);
  }
}
JAVA
coproc SERVICE { exec python3 service.py; }
service=$SERVICE_PID
read -r port <&"${SERVICE[0]}"
timeout 120 java -cp "$(cat classpath)" Observe.java "$port" 2>/dev/null | tee seen
diff - seen <<'WANT'
300 pieces at once: 218 pieces, then RESOURCE_EXHAUSTED, ContentTooLargeException
200 pieces, each 100 ms: about 150 pieces, then DEADLINE_EXCEEDED, ResponseTimeoutException
300 pieces at once, no limits: 300 pieces, then the end
200 pieces, each 100 ms, no limits: 200 pieces, then the end
WANT
