package dev.ekiden.server.http;

import dev.ekiden.server.ProblemException;
import java.util.Locale;
import java.util.Set;

/** Refuses changes that a browser makes on behalf of another site. */
final class SameOrigin {
  private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS");
  private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

  private SameOrigin() {}

  static boolean isSafe(JavalinRequest request) {
    return SAFE_METHODS.contains(request.method());
  }

  static void check(JavalinRequest request) {
    if (isSafe(request)) {
      return;
    }
    request
        .header("Sec-Fetch-Site")
        .filter(site -> !OWN_SITES.contains(site))
        .ifPresent(site -> {
          throw ProblemException.of(
              403,
              "cross-site",
              "changes are accepted from this server's own pages only, not with"
                  + " Sec-Fetch-Site '"
                  + site
                  + "'");
        });
    String host = request.header("Host").orElse("");
    request
        .header("Origin")
        .filter(origin -> !isOf(host, origin))
        .ifPresent(origin -> {
          throw ProblemException.of(
              403,
              "foreign-origin",
              "changes are accepted from the origin of the Host '%s' only, not from '%s'"
                  .formatted(host, origin));
        });
  }

  /** Behind a proxy that ends TLS the scheme differs, so both count. */
  private static boolean isOf(String host, String origin) {
    String text = origin.toLowerCase(Locale.ROOT);
    String name = host.toLowerCase(Locale.ROOT);
    return text.equals("http://" + name) || text.equals("https://" + name);
  }
}
