package dev.ekiden.server.http;

import dev.ekiden.server.ProblemException;
import java.util.List;
import java.util.Locale;

/**
 * The names a listener answers to. A page of another site that makes its own name point here (DNS
 * rebinding) still sends its own name.
 *
 * @param names names besides the loopback ones, with a port or, without one, on any port
 */
public record KnownHosts(List<String> names) {
  private static final List<String> LOOPBACK = List.of("127.0.0.1", "localhost", "[::1]");

  public KnownHosts {
    names = names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
  }

  void check(JavalinRequest request) {
    String host = request.header("Host").orElse("");
    if (!knows(host, request.localPort())) {
      throw ProblemException.of(
          421,
          "unknown-host",
          "this listener does not answer to the Host '%s'; it knows 127.0.0.1, localhost and [::1]"
                  .formatted(host)
              + " with its own port"
              + (names.isEmpty() ? "" : ", and " + String.join(", ", names))
              + ". The settings `hosts` and `public-hosts` add names");
    }
  }

  boolean knows(String host, int port) {
    String name = host.toLowerCase(Locale.ROOT);
    return LOOPBACK.stream().anyMatch(loopback -> isAt(name, loopback, port))
        || names.contains(name)
        || names.contains(withoutPort(name));
  }

  private static boolean isAt(String host, String name, int port) {
    return host.equals(name + ":" + port) || (port == 80 && host.equals(name));
  }

  private static String withoutPort(String host) {
    int colon = host.lastIndexOf(':');
    return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
  }
}
