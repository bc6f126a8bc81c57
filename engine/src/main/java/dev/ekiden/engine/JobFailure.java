package dev.ekiden.engine;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Thrown by a handler that knows what should happen next; any other exception follows the
 * definition's {@link RetryPolicy}.
 */
public final class JobFailure extends RuntimeException {
  private final boolean retryable;
  private final @Nullable Duration retryAfter;

  private JobFailure(
      String message, @Nullable Throwable cause, boolean retryable, @Nullable Duration retryAfter) {
    super(message, cause);
    this.retryable = retryable;
    this.retryAfter = retryAfter;
  }

  /** Trying again is useless: the job becomes FAILED now. */
  public static JobFailure permanent(String message) {
    return new JobFailure(message, null, false, null);
  }

  /** Trying again is useless: the job becomes FAILED now. */
  public static JobFailure permanent(String message, Throwable cause) {
    return new JobFailure(message, cause, false, null);
  }

  /**
   * Counts as a failure; if the policy allows another attempt, it comes after this delay: at once
   * when it is negative, and at most {@link JobRequest#MAX_DELAY} later.
   */
  public static JobFailure retryAfter(Duration delay, String message) {
    return new JobFailure(message, null, true, delay);
  }

  /** Whether another attempt makes sense. */
  public boolean isRetryable() {
    return retryable;
  }

  /** The delay asked for, or null to use the policy's. */
  public @Nullable Duration retryAfter() {
    return retryAfter;
  }
}
