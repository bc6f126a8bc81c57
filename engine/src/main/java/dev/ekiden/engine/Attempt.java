package dev.ekiden.engine;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One start of a job.
 *
 * @param number from 1
 * @param outcome how it ended, null while it runs
 * @param worker the worker that had it
 * @param claimedAt when the worker claimed the job
 * @param startedAt when the handler started, null if it never did
 * @param endedAt when the outcome was stored
 * @param errorType class of the exception, or a reason of the engine's own
 * @param error message and stack
 */
public record Attempt(
    int number,
    @Nullable Outcome outcome,
    long worker,
    Instant claimedAt,
    @Nullable Instant startedAt,
    @Nullable Instant endedAt,
    @Nullable String errorType,
    @Nullable String error) {

  /** How an attempt ended. */
  public enum Outcome {
    SUCCEEDED,
    FAILED,
    /** Failed, and the job is tried again. */
    RETRIED,
    CANCELED,
    /** Given back by a draining worker; not a failure. */
    RETURNED,
    /** Its worker died; not a failure. */
    LOST
  }
}
