package dev.ekiden.fleet.command;

import dev.ekiden.fleet.Times;
import dev.ekiden.launch.Ending;
import dev.ekiden.launch.LaunchException;
import dev.ekiden.launch.Launcher;
import dev.ekiden.launch.LogLine;
import dev.ekiden.launch.LogPage;
import dev.ekiden.launch.LogPosition;
import dev.ekiden.launch.Secret;
import dev.ekiden.launch.Task;
import dev.ekiden.launch.TaskId;
import dev.ekiden.launch.TaskStatus;
import dev.ekiden.launch.docker.DockerOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One run of a definition in front of a person: no server, no database, nothing that stays. The
 * program's output is passed on byte by byte.
 */
public final class LocalRun implements AutoCloseable {
  /** What ends for other reasons than an exit code is told by these, as shells do. */
  static final int TIMED_OUT = 124;

  static final int COULD_NOT_START = 126;
  static final int SIGNALED = 128;
  static final int KILLED = SIGNALED + 9;

  private static final long LOOK_MILLIS = 30;
  private static final int LOG_BYTES = 256 * 1024;

  private final CommandDefinition definition;
  private final ParameterValues parameters;
  private final Map<String, String> environment;
  private final Path directory;
  private final Launcher launcher;
  private final TaskId id = TaskId.of("local-" + ProcessHandle.current().pid());
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile boolean stopping;
  private volatile boolean timedOut;
  private volatile Optional<Ending> ending = Optional.empty();

  private LocalRun(
      CommandDefinition definition,
      ParameterValues parameters,
      Map<String, String> environment,
      URI docker) {
    this.definition = definition;
    this.parameters = parameters;
    this.environment = Map.copyOf(environment);
    try {
      this.directory = Files.createTempDirectory("ekiden-run");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      this.launcher =
          new CommandLaunchers()
              .withProcesses(directory)
              .withDocker(
                  DockerOptions.of("local-" + ProcessHandle.current().pid()).withEngine(docker))
              .open(definition.launcher())
              .launcher();
    } catch (LaunchException e) {
      delete();
      throw e;
    }
  }

  /**
   * Prepares a run.
   *
   * @param environment where secrets are found
   * @param docker the engine, for images
   * @throws InvalidParameterException if the parameters do not fit
   * @throws LaunchException if the launcher cannot be had here
   */
  public static LocalRun of(
      CommandDefinition definition,
      Map<String, String> parameters,
      Map<String, String> environment,
      URI docker) {
    return new LocalRun(
        definition, ParameterValues.of(definition, parameters), environment, docker);
  }

  /** What would be launched, with secrets masked. */
  public String plan() {
    return launcher.plan(task(definition.secrets().stream().map(SecretReference::masked).toList()));
  }

  /**
   * Runs the program to its end.
   *
   * @param out gets the program's output
   * @param err gets its error output, and what is to be said about it
   * @return its exit code, or one that tells how else it ended
   * @throws LaunchException if it cannot be launched
   */
  public int run(PrintStream out, PrintStream err) throws InterruptedException {
    try {
      List<Secret> secrets;
      try {
        secrets = definition.secrets().stream().map(secret -> secret.read(environment)).toList();
      } catch (UnavailableSecretException e) {
        throw new LaunchException(String.valueOf(e.getMessage()));
      }
      launcher.launch(task(secrets));
      return code(follow(out, err));
    } finally {
      over.countDown();
    }
  }

  private Ending follow(PrintStream out, PrintStream err) throws InterruptedException {
    LogPosition position = LogPosition.START;
    while (true) {
      TaskStatus status =
          launcher.find(id).orElseThrow(() -> new LaunchException("the task is gone"));
      LogPage page = launcher.log(id, position, LOG_BYTES);
      position = page.next();
      if (page.droppedBytes() != 0) {
        err.println(page.marker());
      }
      page.lines().forEach(line -> print(line.stream() == LogLine.Stream.STDERR ? err : out, line));
      out.flush();
      err.flush();
      if (status.hasEnded() && (page.isEnd() || page.lines().isEmpty())) {
        Ending end = status.ending().orElseThrow();
        ending = Optional.of(end);
        launcher.result(id).ifPresent(result -> print(err, result));
        return end;
      }
      if (!timedOut && isOverTime(status)) {
        timedOut = true;
        launcher.stop(id, definition.grace());
      }
      if (page.lines().isEmpty()) {
        Thread.sleep(LOOK_MILLIS);
      }
    }
  }

  private static void print(PrintStream stream, LogLine line) {
    stream.write(line.bytes(), 0, line.length());
  }

  private void print(PrintStream err, byte[] result) {
    if (result.length > definition.resultLimit()) {
      err.println(
          "ekiden: the result file has %,d bytes; the definition allows %,d"
              .formatted(result.length, definition.resultLimit()));
    } else {
      err.println("ekiden: the program left a result of %,d bytes".formatted(result.length));
    }
    err.flush();
  }

  private boolean isOverTime(TaskStatus status) {
    return definition.timeout().isPresent()
        && status.started().isPresent()
        && Duration.between(status.started().get(), Instant.now())
                .compareTo(definition.timeout().get())
            > 0;
  }

  private int code(Ending end) {
    if (timedOut) {
      return TIMED_OUT;
    }
    return switch (end) {
      case Ending.Exited(int code) -> code;
      case Ending.Signaled(int signal) -> SIGNALED + signal;
      case Ending.OutOfMemory() -> KILLED;
      case Ending.CouldNotStart(String reason) -> COULD_NOT_START;
      case Ending.Reclaimed() -> KILLED;
      case Ending.Lost(String reason) -> KILLED;
    };
  }

  /** How the program ended, in words, if it did not by an exit code. */
  public Optional<String> ending() {
    return timedOut
        ? Optional.of(
            "the program ran longer than its timeout of "
                + definition.timeout().map(Times::format).orElse("none"))
        : ending.filter(end -> !(end instanceof Ending.Exited)).map(TaskEnd::words);
  }

  /** Asks the program to end, and waits until it has; at most its grace and a little. */
  public void stop() {
    stopping = true;
    try {
      launcher.stop(id, definition.grace());
      var _ = over.await(definition.grace().toMillis() + 5_000, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether somebody asked it to {@link #stop}. */
  public boolean isStopping() {
    return stopping;
  }

  private Task task(List<Secret> secrets) {
    return TaskPlan.task(definition, parameters, secrets, new TaskPlan.For(id, 0, 1, 0, Map.of()));
  }

  @Override
  public void close() {
    try {
      if (launcher.find(id).map(TaskStatus::hasEnded).orElse(false)) {
        launcher.remove(id);
      }
    } finally {
      launcher.close();
      delete();
    }
  }

  private void delete() {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
