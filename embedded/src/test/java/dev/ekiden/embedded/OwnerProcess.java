package dev.ekiden.embedded;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A JVM of its own that runs a server, so that tests can kill the owner and not themselves. */
final class OwnerProcess implements AutoCloseable {

  private static final String READY = "ready ";
  private static final String FAILED = "failed ";

  private final Process process;
  private final String answer;

  private OwnerProcess(Process process, String answer) {
    this.process = process;
    this.answer = answer;
  }

  static OwnerProcess start(Path directory, int port, String... prefix) throws IOException {
    return start(
        System.getProperty("java.class.path"), CacheDirectory.ofUser(), directory, port, prefix);
  }

  static OwnerProcess start(
      String classPath, Path cache, Path directory, int port, String... prefix) throws IOException {
    List<String> command = new ArrayList<>(List.of(prefix));
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            classPath,
            OwnerProcess.class.getName(),
            directory.toString(),
            cache.toString(),
            String.valueOf(port)));
    Process process =
        new ProcessBuilder(command)
            .directory(new File("/"))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    String line = output.readLine();
    while (line != null && !line.startsWith(READY) && !line.startsWith(FAILED)) {
      line = output.readLine();
    }
    return new OwnerProcess(process, String.valueOf(line));
  }

  long pid() {
    return process.pid();
  }

  /** Of its PostgreSQL. */
  long serverPid() {
    if (!answer.startsWith(READY)) {
      throw new AssertionError("The owner did not start: " + answer);
    }
    return Long.parseLong(answer.substring(READY.length()));
  }

  /** Why it could not start. */
  String failure() {
    if (!answer.startsWith(FAILED)) {
      throw new AssertionError("The owner started: " + answer);
    }
    return answer.substring(FAILED.length());
  }

  void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    process.onExit().join();
  }

  /** Arguments: directory, cache, port. Runs until its standard input ends. */
  public static void main(String[] arguments) throws IOException {
    EmbeddedPostgresOptions options =
        EmbeddedPostgresOptions.in(Path.of(arguments[0]))
            .withCache(Path.of(arguments[1]))
            .withPort(Integer.parseInt(arguments[2]));
    try (EmbeddedPostgres server = EmbeddedPostgres.start(options)) {
      System.out.println(READY + server.pid());
      while (System.in.read() >= 0) {
        // Until the test ends it.
      }
    } catch (EmbeddedPostgresException e) {
      System.out.println(FAILED + e.getMessage().replace('\n', ' '));
    }
  }
}
