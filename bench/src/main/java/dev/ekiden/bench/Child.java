package dev.ekiden.bench;

import dev.ekiden.bench.contender.ContenderMain;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A contender's process, from our side. Not thread-safe. */
final class Child implements AutoCloseable {
  private static final Duration END_TIMEOUT = Duration.ofSeconds(30);
  private static final int LOG_LINES = 20;

  private final Process process;
  private final BufferedReader answers;
  private final Writer commands;
  private final Path log;

  /**
   * Starts it and waits until it is ready.
   *
   * @param log takes its standard error
   */
  Child(ProcessBuilder builder, Path log) throws IOException {
    this.log = log;
    process = builder.redirectError(log.toFile()).start();
    answers = process.inputReader(StandardCharsets.UTF_8);
    commands = process.outputWriter(StandardCharsets.UTF_8);
    answer("start");
  }

  /**
   * Sends a command and waits for its answer.
   *
   * @throws IllegalStateException with the end of the log when it fails
   */
  String ask(String command) {
    try {
      commands.write(command + "\n");
      commands.flush();
      return answer(command);
    } catch (IOException e) {
      throw new UncheckedIOException(command + " of " + process.info() + tail(), e);
    }
  }

  private String answer(String command) throws IOException {
    for (String line = answers.readLine(); line != null; line = answers.readLine()) {
      if (line.startsWith(ContenderMain.ANSWER)) {
        return line.substring(ContenderMain.ANSWER.length());
      }
      if (line.startsWith(ContenderMain.FAILURE)) {
        throw new IllegalStateException(command + ": " + line + tail());
      }
    }
    throw new IllegalStateException(command + ": the process has ended" + tail());
  }

  private String tail() {
    try {
      List<String> lines = Files.readAllLines(log);
      return "\n"
          + String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    } catch (IOException e) {
      return ""; // what failed is told anyway
    }
  }

  /** Ends it, by its own will where it has one. */
  @Override
  public void close() {
    try {
      commands.close();
      if (!process.waitFor(END_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
