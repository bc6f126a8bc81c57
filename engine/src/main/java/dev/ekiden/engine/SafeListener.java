package dev.ekiden.engine;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps a listener that throws from harming the engine. */
final class SafeListener implements EngineListener {
  private static final Logger LOG = LoggerFactory.getLogger(SafeListener.class);

  private final EngineListener listener;

  SafeListener(EngineListener listener) {
    this.listener = listener;
  }

  @Override
  public void enqueued(String definition, String queue, int count) {
    tell(() -> listener.enqueued(definition, queue, count));
  }

  @Override
  public void attemptStarted(long jobId, int attempt, String definition, String queue) {
    tell(() -> listener.attemptStarted(jobId, attempt, definition, queue));
  }

  @Override
  public void attemptEnded(
      long jobId,
      int attempt,
      String definition,
      String queue,
      Attempt.Outcome outcome,
      Duration run) {
    tell(() -> listener.attemptEnded(jobId, attempt, definition, queue, outcome, run));
  }

  @Override
  public void completionRefused(long jobId, int attempt) {
    tell(() -> listener.completionRefused(jobId, attempt));
  }

  @Override
  public void workerLost(long workerId, int attempts) {
    tell(() -> listener.workerLost(workerId, attempts));
  }

  @Override
  public void scheduleFired(String schedule, boolean skipped) {
    tell(() -> listener.scheduleFired(schedule, skipped));
  }

  @Override
  public void scheduleMissed(String schedule, long firings) {
    tell(() -> listener.scheduleMissed(schedule, firings));
  }

  private static void tell(Runnable call) {
    try {
      call.run();
    } catch (Throwable e) {
      LOG.error("A listener of the engine failed; the engine goes on", e);
    }
  }
}
