package dev.ekiden.embedded;

import dev.ekiden.postgres.DatabaseAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A server for tests that only look; ends with the JVM. */
final class SharedServer {

  private static final EmbeddedPostgres SERVER = start();

  private SharedServer() {}

  static EmbeddedPostgres get() {
    return SERVER;
  }

  static DatabaseAddress address() {
    return SERVER.address();
  }

  private static EmbeddedPostgres start() {
    try {
      Path directory = Files.createTempDirectory("ekiden-embedded-");
      EmbeddedPostgres server = EmbeddedPostgres.start(EmbeddedPostgresOptions.in(directory));
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(() -> {
                server.close();
                EmbeddedPostgres.delete(directory);
              }));
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
