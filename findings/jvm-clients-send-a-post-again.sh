#!/usr/bin/env bash
# AsyncHttpClient sends a POST six times that the server has read, and OkHttp two or three times
#
# Guess:   Clients of the JVM leave a POST alone once the server may have read it. Only HttpURLConnection, whose repeated POST is an old story, sends it twice,
#          and Feign, whose Retryer is on by default, five times. OkHttp's retryOnConnectionFailure is about connections that could not be made.
# Came:    AsyncHttpClient sends it six times, on a new connection, too: its maxRequestRetry is 5, whatever the method. OkHttp sends it two or three times on a
#          connection that has carried a call before, once on a new one. HttpURLConnection sends it twice, on a new connection, too. Feign is as guessed. Apache's
#          HttpClient, Reactor Netty and Java's own HttpClient send it once. Each tells one error.
# With:    async-http-client 3.0.7, okhttp-jvm 5.5.1, feign-core 13.8, httpclient5 5.6.5, reactor-netty-http 1.3.7 (Maven), Java 17; run on 2026-11-28.
# Matters: A server takes a paid call and closes its connection, as it may at a restart: the call is bought up to six times, and the program sees one failure.
#          Connect-Kotlin, which speaks gRPC-Web, calls through OkHttp. Take Java's own HttpClient, or set maxRequestRetry(0) or retryOnConnectionFailure(false).
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
    <dependency><groupId>org.asynchttpclient</groupId><artifactId>async-http-client</artifactId><version>3.0.7</version></dependency>
    <dependency><groupId>com.squareup.okhttp3</groupId><artifactId>okhttp-jvm</artifactId><version>5.5.1</version></dependency>
    <dependency><groupId>io.github.openfeign</groupId><artifactId>feign-core</artifactId><version>13.8</version></dependency>
    <dependency><groupId>org.apache.httpcomponents.client5</groupId><artifactId>httpclient5</artifactId><version>5.6.5</version></dependency>
    <dependency><groupId>io.projectreactor.netty</groupId><artifactId>reactor-netty-http</artifactId><version>1.3.7</version></dependency>
  </dependencies>
</project>
XML
mvn --quiet --batch-mode dependency:build-classpath -Dmdep.outputFile=classpath >&2
cat >Observe.java <<'JAVA'
import java.io.*;
import java.net.*;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicInteger;

public class Observe {
  static final AtomicInteger posts = new AtomicInteger();
  static final byte[] TEXT = "Сайн уу?".getBytes();
  static String base;

  /** A GET is answered, and the connection kept. A POST is read to its end, and the connection closed without an answer. */
  static void serve(Socket socket) {
    try (socket) {
      var in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
      while (true) {
        int length = 0;
        boolean chunked = false;
        String line, request = in.readLine();
        if (request == null) return;
        while (!(line = in.readLine().toLowerCase()).isEmpty()) {
          if (line.startsWith("content-length:")) length = Integer.parseInt(line.substring(15).trim());
          chunked |= line.equals("transfer-encoding: chunked");
        }
        in.readNBytes(length);
        while (chunked) {
          int size = Integer.parseInt(in.readLine(), 16);
          in.readNBytes(size);
          in.readLine();
          chunked = size > 0;
        }
        if (request.startsWith("POST")) {
          posts.incrementAndGet();
          return;
        }
        socket.getOutputStream().write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok".getBytes());
      }
    } catch (IOException error) {
      // The client has closed its connection.
    }
  }

  interface Calls {
    void send(boolean kept) throws Exception;
  }

  static void observe(String name, Calls calls) throws Exception {
    String[] seen = new String[2];
    for (boolean kept : new boolean[] {false, true}) {
      posts.set(0);
      String end = "no error";
      try {
        calls.send(kept);
      } catch (Exception error) {
        end = "an error";
      }
      int count = posts.get();
      // OkHttp sends it twice or three times on a kept connection.
      seen[kept ? 1 : 0] = (name.equals("OkHttp") && count > 1 ? "2 or more" : "" + count) + ", " + end;
    }
    System.out.println(name + ": new connection " + seen[0] + "; kept connection " + seen[1]);
  }

  public interface Voice {
    @feign.RequestLine("GET /")
    String voices();

    @feign.RequestLine("POST /")
    String speak(String text);
  }

  public static void main(String[] arguments) throws Exception {
    var server = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
    base = "http://127.0.0.1:" + server.getLocalPort() + "/";
    var accept = new Thread(() -> {
      while (true) {
        try {
          var socket = server.accept();
          new Thread(() -> serve(socket)).start();
        } catch (IOException error) {
          return;
        }
      }
    });
    accept.setDaemon(true);
    accept.start();
    observe("AsyncHttpClient", kept -> {
      try (var client = org.asynchttpclient.Dsl.asyncHttpClient()) {
        if (kept) client.prepareGet(base).execute().get();
        client.preparePost(base).setBody(TEXT).execute().get();
      }
    });
    observe("Feign", kept -> {
      var voice = feign.Feign.builder().target(Voice.class, base);
      if (kept) voice.voices();
      voice.speak("Сайн уу?");
    });
    observe("OkHttp", kept -> {
      var client = new okhttp3.OkHttpClient();
      var post = new okhttp3.Request.Builder().url(base).post(okhttp3.RequestBody.create(TEXT)).build();
      if (kept) client.newCall(new okhttp3.Request.Builder().url(base).build()).execute().close();
      client.newCall(post).execute().close();
    });
    observe("HttpURLConnection", kept -> {
      if (kept) new URL(base).openConnection().getInputStream().readAllBytes();
      var connection = new URL(base).openConnection();
      connection.setDoOutput(true);
      connection.getOutputStream().write(TEXT);
      connection.getInputStream().readAllBytes();
    });
    observe("Apache HttpClient", kept -> {
      try (var client = org.apache.hc.client5.http.impl.classic.HttpClients.createDefault()) {
        if (kept) client.execute(new org.apache.hc.client5.http.classic.methods.HttpGet(base), answer -> answer.getEntity().getContent().readAllBytes());
        var post = new org.apache.hc.client5.http.classic.methods.HttpPost(base);
        post.setEntity(new org.apache.hc.core5.http.io.entity.ByteArrayEntity(TEXT, null));
        client.execute(post, answer -> "");
      }
    });
    observe("Reactor Netty", kept -> {
      var client = reactor.netty.http.client.HttpClient.create().baseUrl(base);
      if (kept) client.get().uri("/").responseContent().aggregate().asString().block();
      var text = reactor.netty.ByteBufFlux.fromString(reactor.core.publisher.Mono.just("Сайн уу?"));
      client.post().uri("/").send(text).responseContent().aggregate().asString().block();
    });
    observe("java.net.http", kept -> {
      var client = HttpClient.newHttpClient();
      if (kept) client.send(HttpRequest.newBuilder(URI.create(base)).build(), HttpResponse.BodyHandlers.ofString());
      var post = HttpRequest.newBuilder(URI.create(base)).POST(HttpRequest.BodyPublishers.ofByteArray(TEXT)).build();
      client.send(post, HttpResponse.BodyHandlers.ofString());
    });
    System.exit(0);
  }
}
JAVA
timeout 120 java -cp "$(cat classpath)" Observe.java 2>/dev/null | tee seen
diff - seen <<'WANT'
AsyncHttpClient: new connection 6, an error; kept connection 6, an error
Feign: new connection 5, an error; kept connection 5, an error
OkHttp: new connection 1, an error; kept connection 2 or more, an error
HttpURLConnection: new connection 2, an error; kept connection 2, an error
Apache HttpClient: new connection 1, an error; kept connection 1, an error
Reactor Netty: new connection 1, an error; kept connection 1, an error
java.net.http: new connection 1, an error; kept connection 1, an error
WANT
