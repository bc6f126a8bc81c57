package dev.ekiden.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/**
 * The server's first process, our child or found running.
 *
 * @param port it listens on
 */
record Postmaster(ProcessHandle process, int port) {

  private static final Path PROCESSES = Path.of("/proc");
  private static final int PORT_LINE = 3;

  /** A program that was deleted while it runs says so in its name. */
  private static final Pattern PROGRAM = Pattern.compile(".*/postgres( \\(deleted\\))?");

  /** Ends sessions, rolls back what is open, writes a checkpoint. */
  private static final String FAST = "INT";

  /** Ends at once; the next start recovers. */
  private static final String IMMEDIATE = "QUIT";

  private static final Duration FAST_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration IMMEDIATE_TIMEOUT = Duration.ofSeconds(10);

  /** The one that the data directory names, if it is alive and really a server of this data. */
  static Optional<Postmaster> find(ServerFiles files) throws IOException {
    int port = line(files, PORT_LINE).map(Integer::parseInt).orElse(0);
    return processId(files)
        .flatMap(ProcessHandle::of)
        .filter(process -> serves(process, files.data()))
        .map(process -> new Postmaster(process, port));
  }

  /** What the data directory says is its server, true or not. */
  static Optional<Long> processId(ServerFiles files) throws IOException {
    return line(files, 0).map(Long::parseLong);
  }

  /** Empty unless the line is there and is a number. */
  private static Optional<String> line(ServerFiles files, int number) throws IOException {
    if (!Files.exists(files.processIdFile())) {
      return Optional.empty();
    }
    return Files.readAllLines(files.processIdFile()).stream()
        .skip(number)
        .findFirst()
        .map(String::strip)
        .filter(line -> line.matches("\\d{1,9}"));
  }

  /** The processes of this data directory, whoever their parent was. */
  static List<ProcessHandle> processesOf(Path data) {
    return ProcessHandle.allProcesses().filter(process -> serves(process, data)).toList();
  }

  /** Every process of a server works in its data directory. */
  private static boolean serves(ProcessHandle process, Path data) {
    try {
      Path of = PROCESSES.resolve(String.valueOf(process.pid()));
      return Files.readSymbolicLink(of.resolve("cwd")).equals(data)
          && PROGRAM.matcher(Files.readSymbolicLink(of.resolve("exe")).toString()).matches();
    } catch (IOException e) {
      return false;
    }
  }

  boolean runs(Programs programs) {
    try {
      return Files.isSameFile(PROCESSES.resolve(process.pid() + "/exe"), programs.postgres());
    } catch (IOException e) {
      return false;
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Stops it and waits: fast, then at once, then by force. */
  void stop() {
    signal(FAST);
    if (awaitExit(FAST_TIMEOUT)) {
      return;
    }
    signal(IMMEDIATE);
    if (awaitExit(IMMEDIATE_TIMEOUT)) {
      return;
    }
    process.destroyForcibly();
    if (!awaitExit(IMMEDIATE_TIMEOUT)) {
      throw new EmbeddedPostgresException(
          "PostgreSQL, process " + process.pid() + ", does not end even when killed");
    }
  }

  /** Ends what a killed server left behind: such a process keeps the next from starting. */
  static void stopStrays(Path data) {
    for (ProcessHandle stray : processesOf(data)) {
      Postmaster left = new Postmaster(stray, 0);
      left.signal(IMMEDIATE);
      if (!left.awaitExit(IMMEDIATE_TIMEOUT)) {
        stray.destroyForcibly();
        left.awaitExit(IMMEDIATE_TIMEOUT);
      }
    }
  }

  /** Waits for the end of the process; true if it has ended. */
  boolean awaitExit(Duration timeout) {
    try {
      process.onExit().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return !process.isAlive();
    } catch (ExecutionException e) {
      throw new EmbeddedPostgresException("Cannot watch process " + process.pid(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmbeddedPostgresException("Interrupted while waiting for PostgreSQL", e);
    }
  }

  private void signal(String name) {
    Commands.Result result =
        Commands.run(List.of("sh", "-c", "kill -s \"$0\" \"$1\"", name, "" + process.pid()));
    if (!result.succeeded() && process.isAlive()) {
      throw new EmbeddedPostgresException(
          "Cannot send SIG" + name + " to process " + process.pid() + ": " + result.output());
    }
  }
}
