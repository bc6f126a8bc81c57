package dev.ekiden.engine;

import java.time.Duration;

/**
 * Hears what the engine does in this process. Called on the engine's own threads, outside its
 * locks; must return at once and not throw.
 */
public interface EngineListener {
  /** Jobs were enqueued and their transaction committed. */
  default void enqueued(String definition, String queue, int count) {}

  /** A handler is about to run. */
  default void attemptStarted(long jobId, int attempt, String definition, String queue) {}

  /** The outcome of an attempt was stored; {@code run} is the time its handler took. */
  default void attemptEnded(
      long jobId,
      int attempt,
      String definition,
      String queue,
      Attempt.Outcome outcome,
      Duration run) {}

  /** A completion came too late: another attempt owns the job, or it has ended. */
  default void completionRefused(long jobId, int attempt) {}

  /** A worker's lease had run out and its attempts were taken from it. */
  default void workerLost(long workerId, int attempts) {}

  /** A schedule fired or was skipped. */
  default void scheduleFired(String schedule, boolean skipped) {}

  /** Firings of a schedule were not handled in time, and no job of their own makes up for them. */
  default void scheduleMissed(String schedule, long firings) {}
}
