package dev.ekiden.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** An empty database that was created once, for tests about what comes after that. */
final class CreatedDatabase {

  private static final Path TEMPLATE = create();

  private CreatedDatabase() {}

  /** Puts a copy there, of the same owner: as after a start and a stop. */
  static void copyTo(Path directory) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Commands.Result result =
        Commands.run(List.of("cp", "-a", TEMPLATE + "/.", directory.toString()));
    if (!result.succeeded()) {
      throw new AssertionError(result.output());
    }
  }

  private static Path create() {
    try {
      Path directory = Files.createTempDirectory("ekiden-created-");
      EmbeddedPostgres.start(EmbeddedPostgresOptions.in(directory)).close();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> EmbeddedPostgres.delete(directory)));
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
