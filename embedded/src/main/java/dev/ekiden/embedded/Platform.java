package dev.ekiden.embedded;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A kind of machine that the server's programs exist for.
 *
 * @param archive the class path resource that holds them
 */
record Platform(String archive) {

  /** Of this machine. */
  static Platform current() {
    return of(
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        Files.exists(Path.of("/lib64/ld-linux-x86-64.so.2"))
            || Files.exists(Path.of("/lib/ld-linux-aarch64.so.1")));
  }

  /**
   * Of a machine described like the system properties do.
   *
   * @param glibc whether programs linked with the GNU C library can run
   * @throws EmbeddedPostgresException naming the platform and the way out
   */
  static Platform of(String system, String processor, boolean glibc) {
    if (!system.toLowerCase(Locale.ROOT).equals("linux") || !glibc) {
      throw unsupported(system, processor, glibc);
    }
    return switch (processor) {
      case "amd64", "x86_64" -> new Platform("postgres-linux-x86_64.txz");
      case "aarch64", "arm64" -> new Platform("postgres-linux-arm_64.txz");
      default -> throw unsupported(system, processor, glibc);
    };
  }

  private static EmbeddedPostgresException unsupported(
      String system, String processor, boolean glibc) {
    String library = system.equals("Linux") && !glibc ? " without the GNU C library" : "";
    return new EmbeddedPostgresException(
        "No embedded PostgreSQL for "
            + system
            + " on "
            + processor
            + library
            + " (there is one for Linux with the GNU C library on amd64 and arm64): run a"
            + " PostgreSQL 15 or newer yourself and set EKIDEN_DATABASE_URL");
  }
}
