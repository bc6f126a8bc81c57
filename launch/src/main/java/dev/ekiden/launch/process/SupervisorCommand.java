package dev.ekiden.launch.process;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;

/** Starts a supervisor as a small Java virtual machine of its own. */
final class SupervisorCommand {

  private SupervisorCommand() {}

  /** Starts it and tells it what to start; comes back when it has heard, not when it has begun. */
  static void start(TaskDirectory task, Order order) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command(task));
    builder.environment().clear();
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(task.supervisorLog().toFile()));
    builder.directory(new File("/"));
    Process process = builder.start();
    try (OutputStream input = process.getOutputStream()) {
      order.write(input);
    }
  }

  private static List<String> command(TaskDirectory task) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-XX:CICompilerCount=1",
        "-XX:ReservedCodeCacheSize=8m",
        "-Xshare:auto",
        "-Xms4m",
        "-Xmx16m",
        "-Xmn2m",
        "-Xss256k",
        "-XX:-UsePerfData",
        "-XX:-CreateCoredumpOnCrash",
        "-XX:ErrorFile=" + task.path().resolve("supervisor.crash"),
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        classPath(),
        Supervisor.class.getName(),
        task.path().toString());
  }

  private static String classPath() {
    try {
      return Path.of(Supervisor.class.getProtectionDomain().getCodeSource().getLocation().toURI())
          .toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("The place of our own classes is not a path", e);
    }
  }
}
