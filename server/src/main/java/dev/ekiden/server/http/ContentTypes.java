package dev.ekiden.server.http;

import dev.ekiden.server.ProblemException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which media types requests may carry and ask for. */
final class ContentTypes {
  static final String JSON = "application/json";
  static final String CSV = "text/csv";
  static final String ZIP = "application/zip";
  static final String CALENDAR = "text/calendar";

  private static final Set<String> ALLOWED = Set.of(JSON, CSV, ZIP, CALENDAR);

  private ContentTypes() {}

  /** A form of another site can send other types without asking; it cannot send these. */
  static void check(JavalinRequest request) {
    if (SameOrigin.isSafe(request)) {
      return;
    }
    if (!accepts(request.header("Accept"), JSON)) {
      throw notAcceptable(JSON);
    }
    Optional<String> type = request.header("Content-Type");
    if (type.isEmpty() && request.method().equals("DELETE") && !request.hasBody()) {
      return;
    }
    String mediaType = type.map(ContentTypes::mediaType).orElse("");
    if (!ALLOWED.contains(mediaType)) {
      throw unsupported(
          "%s (%s, %s or %s for imports)".formatted(JSON, CSV, ZIP, CALENDAR), type.orElse(null));
    }
  }

  static void require(String expected, Optional<String> type) {
    if (!type.map(ContentTypes::mediaType).orElse("").equals(expected)) {
      throw unsupported(expected, type.orElse(null));
    }
  }

  /** Whether an Accept header allows a type; none allows all. */
  static boolean accepts(Optional<String> header, String contentType) {
    if (header.isEmpty() || header.get().isBlank()) {
      return true;
    }
    String type = mediaType(contentType);
    String family = type.substring(0, type.indexOf('/')) + "/*";
    for (String range : header.get().split(",", -1)) {
      String[] parts = range.split(";", -1);
      String media = parts[0].strip().toLowerCase(Locale.ROOT);
      boolean matches = media.equals(type) || media.equals(family) || media.equals("*/*");
      if (matches && !isExcluded(parts)) {
        return true;
      }
    }
    return false;
  }

  static ProblemException notAcceptable(String contentType) {
    return ProblemException.of(
        406,
        "not-acceptable",
        "this operation answers with " + contentType + ", which the Accept header excludes");
  }

  static String mediaType(String contentType) {
    int end = contentType.indexOf(';');
    return (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
  }

  private static boolean isExcluded(String[] parts) {
    for (int i = 1; i < parts.length; i++) {
      if (parts[i].strip().matches("q=0(\\.0*)?")) {
        return true;
      }
    }
    return false;
  }

  private static ProblemException unsupported(String allowed, @Nullable String type) {
    return ProblemException.of(
        415,
        "unsupported-content-type",
        "the Content-Type must be "
            + allowed
            + (type == null ? "; the request has none" : ", not '" + type + "'"));
  }
}
