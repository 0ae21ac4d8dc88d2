package gateways;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * What a call does. It comes in the header x-script, "name=value;name=value", values percent-encoded. A line of JSON is printed
 * when the call begins and when it ends.
 */
final class Script {
  /** How long a script holds a call at most, in milliseconds. */
  private static final long PATIENCE = 12_000;

  private final Map<String, String> values = new HashMap<>();
  private final CountDownLatch gone = new CountDownLatch(1);

  /** @param left milliseconds until the call's deadline, or null without one */
  Script(String method, String key, Long left, Function<String, String> headers) {
    for (String pair : text(headers, "x-script").split(";")) {
      int at = pair.indexOf('=');
      if (at < 0) continue;
      String value = pair.substring(at + 1).replace("+", "%2B");
      values.put(pair.substring(0, at), URLDecoder.decode(value, StandardCharsets.UTF_8));
    }
    tell("{\"id\":\"%s\",\"event\":\"begin\",\"method\":\"%s\",\"key\":\"%s\",\"left\":%s,\"headers\":[\"%s\",\"%s\",\"%s\"]}".formatted(
        id(), method, key, left, text(headers, "x-api-key"), text(headers, "x-goog-api-key"), text(headers, "x-user-agent")));
  }

  private static String text(Function<String, String> headers, String name) {
    String value = headers.apply(name);
    return value == null ? "" : value;
  }

  static synchronized void tell(String line) {
    System.out.println(line);
    System.out.flush();
  }

  private String id() {
    return values.getOrDefault("id", "");
  }

  private int number(String name, int otherwise) {
    String value = values.get(name);
    return value == null ? otherwise : Integer.parseInt(value);
  }

  /** The server says that the caller is gone. */
  void left() {
    gone.countDown();
  }

  /** The status of the call's end, or 0. */
  int code() {
    return number("code", 0);
  }

  String message() {
    return values.getOrDefault("message", "");
  }

  /** What a stream sends with. */
  interface Send {
    void send(byte[] chunk, boolean last) throws Exception;
  }

  /** Follows the script. @return whether the call is to be ended, with the status of code(); false when its caller is gone */
  boolean act(Send send) {
    int sent = 0;
    boolean done = false;
    try {
      int chunks = send == null ? 0 : number("chunks", 5);
      int after = number("after", chunks);
      for (int index = 0; index <= chunks; index++) {
        if (index == (send == null ? 0 : after)) {
          if (values.containsKey("hang") && caller(PATIENCE)) return false;
          if (code() != 0) return done = true;
        }
        if (index == chunks) break;
        if (index > 0 && caller(number("interval", 0))) return false;
        send.send(audio(index, number("bytes", 4800)), index == chunks - 1);
        sent++;
      }
      return done = true;
    } catch (Exception gone) {
      return false;
    } finally {
      tell("{\"id\":\"%s\",\"event\":\"end\",\"how\":\"%s\",\"sent\":%d}".formatted(id(), done ? "done" : "left", sent));
    }
  }

  /** Waits, and says whether the caller left meanwhile. */
  private boolean caller(long ms) throws InterruptedException {
    return gone.await(ms, TimeUnit.MILLISECONDS);
  }

  private static byte[] audio(int index, int length) {
    byte[] chunk = new byte[length];
    for (int at = 0; at < length; at++) chunk[at] = (byte) ((index * length + at) * 7);
    return chunk;
  }
}
