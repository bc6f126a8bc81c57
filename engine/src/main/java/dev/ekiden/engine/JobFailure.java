package dev.ekiden.engine;

import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Thrown by a handler that knows what should happen next; any other exception follows the
 * definition's {@link RetryPolicy}.
 */
public final class JobFailure extends RuntimeException {
  /** Longest name of {@link #withType}. */
  public static final int MAX_TYPE_LENGTH = 50;

  private static final Pattern TYPE = Pattern.compile("[a-z][a-z0-9-]*");

  private final boolean retryable;
  private final @Nullable Duration retryAfter;
  private final @Nullable String type;
  private final boolean counted;

  private JobFailure(
      String message, @Nullable Throwable cause, boolean retryable, @Nullable Duration retryAfter) {
    this(message, cause, retryable, retryAfter, null, true);
  }

  private JobFailure(
      String message,
      @Nullable Throwable cause,
      boolean retryable,
      @Nullable Duration retryAfter,
      @Nullable String type,
      boolean counted) {
    super(message, cause);
    this.retryable = retryable;
    this.retryAfter = retryAfter;
    this.type = type;
    this.counted = counted;
  }

  /** Trying again is useless: the job becomes FAILED now. */
  public static JobFailure permanent(String message) {
    return new JobFailure(message, null, false, null);
  }

  /** Trying again is useless: the job becomes FAILED now. */
  public static JobFailure permanent(String message, Throwable cause) {
    return new JobFailure(message, cause, false, null);
  }

  /** Counts as a failure, and the policy says what comes next, as for any exception. */
  public static JobFailure of(String message) {
    return new JobFailure(message, null, true, null);
  }

  /**
   * Counts as a failure; if the policy allows another attempt, it comes after this delay: at once
   * when it is negative, and at most {@link JobRequest#MAX_DELAY} later.
   */
  public static JobFailure retryAfter(Duration delay, String message) {
    return new JobFailure(message, null, true, delay);
  }

  /**
   * The same with a name for what went wrong, such as {@code exit-code}: kept as the error type in
   * place of this class, and its message in place of a stack, which says nothing more.
   *
   * @param name 1 to {@value #MAX_TYPE_LENGTH} of a-z, 0-9 and hyphens, beginning with a letter
   * @throws InvalidRequestException when it is not
   */
  public JobFailure withType(String name) {
    if (name.length() > MAX_TYPE_LENGTH || !TYPE.matcher(name).matches()) {
      throw new InvalidRequestException(
          ErrorCode.INVALID_NAME,
          "the type of a failure is 1 to %d of a-z, 0-9 and -, and begins with a letter, not '%s'"
              .formatted(MAX_TYPE_LENGTH, name));
    }
    return new JobFailure(message(), getCause(), retryable, retryAfter, name, counted);
  }

  /**
   * The same, but the job's failures stay as they are; up to attempt {@link
   * RetryPolicy#MAX_ATTEMPTS}. For what is not the job's fault.
   */
  public JobFailure uncounted() {
    return new JobFailure(message(), getCause(), retryable, retryAfter, type, false);
  }

  private String message() {
    return String.valueOf(getMessage());
  }

  /** Whether another attempt makes sense. */
  public boolean isRetryable() {
    return retryable;
  }

  /** The delay asked for, or null to use the policy's. */
  public @Nullable Duration retryAfter() {
    return retryAfter;
  }

  /** See {@link #withType}; null for none. */
  public @Nullable String type() {
    return type;
  }

  /** Whether the retry policy counts it; see {@link #uncounted}. */
  public boolean isCounted() {
    return counted;
  }
}
