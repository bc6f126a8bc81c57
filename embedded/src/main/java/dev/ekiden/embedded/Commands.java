package dev.ekiden.embedded;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** Runs the short programs around a server. */
final class Commands {

  private static final File NULL = new File("/dev/null");

  private Commands() {}

  /** A builder whose program sees neither our terminal nor settings meant for other servers. */
  static ProcessBuilder builder(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("PG"));
    environment.remove("LD_LIBRARY_PATH");
    environment.put("LC_ALL", "C");
    builder.redirectInput(NULL);
    builder.redirectErrorStream(true);
    return builder;
  }

  /** How a program ended, and what it printed or why it could not be started. */
  record Result(boolean succeeded, String output) {}

  /** Runs a program to its end. */
  static Result run(List<String> command) {
    try {
      Process process = builder(command).start();
      try (InputStream output = process.getInputStream()) {
        String text = new String(output.readAllBytes(), StandardCharsets.UTF_8).strip();
        return new Result(process.waitFor() == 0, text);
      } catch (InterruptedException e) {
        process.destroyForcibly();
        Thread.currentThread().interrupt();
        throw new EmbeddedPostgresException("Interrupted while running " + command.getFirst(), e);
      }
    } catch (IOException e) {
      return new Result(false, String.valueOf(e.getMessage()));
    }
  }
}
