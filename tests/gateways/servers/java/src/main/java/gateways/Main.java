package gateways;

/** The service behind each gRPC-Web server of Java: Main NAME listens on loopback, and prints its port. */
public final class Main {
  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "armeria" -> ArmeriaServer.start();
      case "vertx" -> VertxServer.start();
      default -> throw new IllegalArgumentException(args[0]);
    }
  }
}
