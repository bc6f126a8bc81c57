package dev.ekiden.launch.process;

import dev.ekiden.launch.Ending;
import dev.ekiden.launch.ResourceUse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The main class of the small process between a server and a program: it starts the program, keeps
 * the end of its output, notes how it ended and leaves nothing of it behind, whether or not the
 * server still runs. It uses nothing but {@code java.base}.
 */
public final class Supervisor {

  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private Supervisor() {}

  /**
   * Runs one task to its end.
   *
   * @param arguments the directory of the task; what to run comes through the standard input
   */
  public static void main(String[] arguments) throws IOException {
    Posix.beginSession();
    TaskDirectory task = new TaskDirectory(Path.of(arguments[0]));
    Order order = Order.read(System.in);
    if (!StateFile.create(task.supervisor(), self())) {
      return; // We are so late that the task was given up.
    }
    Outcome outcome;
    try {
      outcome = run(task, order);
    } catch (IOException | RuntimeException e) {
      System.err.println("The supervisor failed: " + e);
      outcome = new Outcome(new Ending.Lost("Its supervisor failed: " + e), ResourceUse.UNKNOWN);
    }
    end(task, outcome);
  }

  private static Outcome run(TaskDirectory task, Order order) throws IOException {
    Posix.ignoreSignals();
    Posix.adoptOrphans();
    Posix.limit(Posix.RLIMIT_CORE, 0);
    SecretFiles secrets = new SecretFiles(task.secrets());
    Limits limits = Limits.make(task, order.resources());
    try (LogWriter log = new LogWriter(task.log(), order.log())) {
      secrets.write(order.secretFiles());
      return supervise(task, order, limits, log);
    } finally {
      limits.release();
      secrets.delete();
    }
  }

  private static Outcome supervise(TaskDirectory task, Order order, Limits limits, LogWriter log) {
    SupervisedProgram program;
    try {
      program = SupervisedProgram.start(task, order, limits, log);
    } catch (IOException e) {
      return new Outcome(
          new Ending.CouldNotStart(String.valueOf(e.getMessage())), ResourceUse.UNKNOWN);
    }
    Ending ending = program.await();
    return new Outcome(ending, program.use());
  }

  private static Properties self() throws IOException {
    Properties facts = new Properties();
    ProcessIdentity.self().noteIn(facts);
    return facts;
  }

  /** Notes the end; on a full disk, when there is room again. */
  private static void end(TaskDirectory task, Outcome outcome) {
    Properties facts = Endings.facts(outcome.ending(), outcome.use());
    while (Files.isDirectory(task.path())) {
      try {
        StateFile.create(task.ended(), facts);
        return;
      } catch (IOException e) {
        LockSupport.parkNanos(RETRY_NANOS);
      }
    }
  }

  private record Outcome(Ending ending, ResourceUse use) {}
}
