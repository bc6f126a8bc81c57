package dev.ekiden.server.api;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Whether the server can do its work. Answers within {@link #PATIENCE} also when the database
 * hangs: one check runs at a time, and whoever asks meanwhile waits for that one. Thread-safe.
 */
public final class Readiness {
  /** How long a check may take before it counts as failed. */
  public static final Duration PATIENCE = Duration.ofSeconds(2);

  /** One thing to check. */
  public interface Check {
    String name();

    /**
     * Returns what was found.
     *
     * @throws Exception when it is not good; the message says why
     */
    String run() throws Exception;
  }

  /** What a check found. */
  public record Result(String name, boolean ok, String detail) {}

  /** What all checks found. */
  public record Report(boolean ready, List<Result> checks) {
    public Report {
      checks = List.copyOf(checks);
    }
  }

  private final List<Check> checks;
  private @Nullable FutureTask<Report> running;

  public Readiness(List<Check> checks) {
    this.checks = List.copyOf(checks);
  }

  /** Runs the checks in their order; after one that failed the others are not asked. */
  public Report check() throws InterruptedException {
    try {
      return start().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return new Report(
          false,
          List.of(
              new Result(
                  checks.getFirst().name(),
                  false,
                  "no answer within " + PATIENCE.toSeconds() + " s")));
    } catch (ExecutionException e) {
      throw new IllegalStateException("checks do not throw", e);
    }
  }

  private synchronized FutureTask<Report> start() {
    FutureTask<Report> current = running;
    if (current == null || current.isDone()) {
      current = new FutureTask<>(this::runAll);
      running = current;
      Thread.ofVirtual().name("ekiden-readiness").start(current);
    }
    return current;
  }

  private Report runAll() {
    List<Result> results = new java.util.ArrayList<>();
    boolean ready = true;
    for (Check check : checks) {
      Result result = ready ? run(check) : new Result(check.name(), false, "not asked");
      ready &= result.ok();
      results.add(result);
    }
    return new Report(ready, results);
  }

  private static Result run(Check check) {
    try {
      return new Result(check.name(), true, check.run());
    } catch (Exception e) {
      String message = e.getMessage();
      return new Result(check.name(), false, message == null ? e.toString() : message);
    }
  }
}
