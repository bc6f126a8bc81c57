package dev.ekiden.launch.image;

import dev.ekiden.launch.LaunchException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs a program to its end. */
final class Tool {

  private Tool() {}

  /** What a program of the JDK prints. */
  static String jdk(Path home, String name, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(home.resolve("bin").resolve(name).toString()));
    command.addAll(arguments);
    return run(command);
  }

  /**
   * What a program prints.
   *
   * @throws LaunchException if it fails
   */
  static String run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new LaunchException(command.getFirst() + " failed: " + output.strip());
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new LaunchException("Interrupted while " + command.getFirst() + " ran", e);
    }
    return output;
  }
}
