package dev.ekiden.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ekiden.testkit.TestEngine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The sample program as a process of its own. Closing it kills it. */
final class ChildProcess implements AutoCloseable {
  private static final long SECONDS = 60;

  private final Process process;
  private final StringBuffer out = new StringBuffer();
  private final StringBuffer err = new StringBuffer();
  private final List<Thread> readers = new ArrayList<>();

  private ChildProcess(Process process) {
    this.process = process;
    readers.add(read(process.getInputStream(), out));
    readers.add(read(process.getErrorStream(), err));
  }

  static ChildProcess start(Path directory, Map<String, String> environment, String... args)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:+UseSerialGC");
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Dlogback.configurationFile=logback-debug.xml");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(SampleMain.class.getName());
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("EKIDEN_"));
    builder.environment().putAll(environment);
    return new ChildProcess(builder.start());
  }

  long pid() {
    return process.pid();
  }

  String out() {
    return out.toString();
  }

  String err() {
    return err.toString();
  }

  /** Waits for a text on either stream. */
  ChildProcess awaitText(String text) {
    TestEngine.awaitUntil(
        "the process says '" + text + "'",
        () -> {
          boolean said = out.indexOf(text) >= 0 || err.indexOf(text) >= 0;
          if (!said && !process.isAlive()) {
            throw new AssertionError("it ended without saying '" + text + "':\n" + out + err);
          }
          return said;
        });
    return this;
  }

  /** Sends SIGTERM. By its handle, because {@link Process#destroy} closes the streams too. */
  void terminate() {
    process.toHandle().destroy();
  }

  int awaitExit() throws InterruptedException {
    assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).as("it ends: %s", err).isTrue();
    for (Thread reader : readers) {
      reader.join();
    }
    return process.exitValue();
  }

  /** Sends SIGKILL. */
  void kill() {
    process.toHandle().destroyForcibly();
  }

  @Override
  public void close() {
    kill();
  }

  private static Thread read(InputStream stream, StringBuffer into) {
    return Thread.ofVirtual()
        .start(() -> {
          try (BufferedReader reader =
              new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            reader.lines().forEach(line -> into.append(line).append('\n'));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }
}
