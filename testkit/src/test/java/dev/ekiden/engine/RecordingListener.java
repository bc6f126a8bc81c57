package dev.ekiden.engine;

import dev.ekiden.testkit.TestEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Remembers what the engine did, and lets tests wait for it instead of sleeping. */
final class RecordingListener implements EngineListener {
  private final List<String> events = new ArrayList<>();

  @Override
  public void attemptStarted(long jobId, int attempt, String definition, String queue) {
    add("started " + jobId + "/" + attempt);
  }

  @Override
  public void attemptEnded(
      long jobId,
      int attempt,
      String definition,
      String queue,
      Attempt.Outcome outcome,
      Duration run) {
    add("ended " + jobId + "/" + attempt + " " + outcome);
  }

  @Override
  public void completionRefused(long jobId, int attempt) {
    add("refused " + jobId + "/" + attempt);
  }

  @Override
  public void workerLost(long workerId, int attempts) {
    add("lost " + attempts);
  }

  @Override
  public void scheduleFired(String schedule, boolean skipped) {
    add((skipped ? "skipped " : "fired ") + schedule);
  }

  @Override
  public void scheduleMissed(String schedule, long firings) {
    add("missed " + schedule + " " + firings);
  }

  private synchronized void add(String event) {
    events.add(event);
    notifyAll();
  }

  synchronized List<String> events() {
    return List.copyOf(events);
  }

  synchronized long count(Predicate<String> which) {
    return events.stream().filter(which).count();
  }

  /** Waits until so many events match. */
  synchronized void await(long count, Predicate<String> which) {
    long deadline = System.nanoTime() + TestEngine.PATIENCE.toNanos();
    while (events.stream().filter(which).count() < count) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        throw new AssertionError(
            "waited for %d events; there are only %s".formatted(count, last(events)));
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static List<String> last(List<String> all) {
    return all.subList(Math.max(0, all.size() - 50), all.size());
  }
}
