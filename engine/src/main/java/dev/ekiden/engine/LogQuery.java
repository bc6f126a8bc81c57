package dev.ekiden.engine;

import org.jspecify.annotations.Nullable;

/**
 * Which lines of a job's log.
 *
 * @param attempt lines of this attempt only; null for the last {@link #MAX_ATTEMPTS}
 * @param containing lines with this text, in whatever case; null for all
 * @param atLeast lines of this level or above; null for all
 * @param newestFirst the order, and the end from which is counted
 * @param offset how many of the lines that meet the conditions are passed by
 * @param limit 1 to {@link #MAX_LINES}
 */
public record LogQuery(
    @Nullable Integer attempt,
    @Nullable String containing,
    @Nullable LogLevel atLeast,
    boolean newestFirst,
    long offset,
    int limit) {
  /** Most lines of one answer. */
  public static final int MAX_LINES = 10_000;

  /**
   * So many attempts are read unless one is asked for: each may have {@link Engine#MAX_LOG_BYTES}.
   */
  public static final int MAX_ATTEMPTS = 20;

  /** The first lines, oldest first. */
  public static final LogQuery FIRST = new LogQuery(null, null, null, false, 0, MAX_LINES);

  public LogQuery {
    if (attempt != null && attempt < 1) {
      throw invalid("an attempt is 1 or more, not " + attempt);
    }
    if (offset < 0) {
      throw invalid("an offset is 0 or more, not " + offset);
    }
    if (limit < 1 || limit > MAX_LINES) {
      throw invalid("limit must be 1 to %d, not %d".formatted(MAX_LINES, limit));
    }
  }

  private static InvalidRequestException invalid(String message) {
    return new InvalidRequestException(ErrorCode.INVALID_FILTER, message);
  }
}
