package dev.ekiden.bench.fleet;

import dev.ekiden.embedded.EmbeddedPostgres;
import dev.ekiden.server.Application;
import dev.ekiden.server.Ekiden;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Plays a measurement as the demonstration of an application, with a database of its own. */
final class PlayedDemo {
  /** What workers run; see WorkerCommand. */
  private static final String MAIN_PROPERTY = "ekiden.main";

  private PlayedDemo() {}

  /**
   * Plays it in a new directory, which is deleted afterwards.
   *
   * @param workerMain what the processes of its fleets run
   * @param arguments more arguments of {@code demo}
   * @return its exit code
   */
  static int play(
      Class<?> workerMain, String name, List<String> arguments, Application... applications)
      throws Exception {
    System.setProperty(MAIN_PROPERTY, workerMain.getName());
    Path directory = Files.createTempDirectory("ekiden-bench");
    try {
      return Ekiden.run(
          Stream.concat(
                  Stream.of("demo", name, "--directory", directory.toString()), arguments.stream())
              .toArray(String[]::new),
          applications);
    } finally {
      EmbeddedPostgres.delete(directory);
    }
  }
}
