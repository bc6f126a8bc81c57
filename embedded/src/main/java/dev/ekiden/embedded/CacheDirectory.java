package dev.ekiden.embedded;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where files are kept that can be made again. */
final class CacheDirectory {

  static final String VARIABLE = "EKIDEN_CACHE";

  private CacheDirectory() {}

  static Path ofUser() {
    return of(
        System.getenv(), System.getProperty("user.name"), Path.of(System.getProperty("user.home")));
  }

  /** Root's is the machine's: programs in it may have to run as another user. */
  static Path of(Map<String, String> environment, String user, Path home) {
    String chosen = environment.get(VARIABLE);
    if (isSet(chosen)) {
      return Path.of(chosen);
    }
    if (user.equals("root")) {
      return Path.of("/var/cache/ekiden");
    }
    String standard = environment.get("XDG_CACHE_HOME");
    return (isSet(standard) ? Path.of(standard) : home.resolve(".cache")).resolve("ekiden");
  }

  private static boolean isSet(@Nullable String value) {
    return value != null && !value.isBlank();
  }
}
