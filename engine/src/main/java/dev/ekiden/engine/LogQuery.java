package dev.ekiden.engine;

import org.jspecify.annotations.Nullable;

/**
 * Which lines of a job's log.
 *
 * @param attempt lines of this attempt only; null for all
 * @param containing lines with this text, in whatever case; null for all
 * @param atLeast lines of this level or above; null for all
 * @param newestFirst the order
 * @param from the {@linkplain LogPage.Line#number number} of the line to begin with, which is the
 *     lowest wanted, or the highest if the newest come first; null for the first in that order
 * @param offset how many of the lines that meet the conditions are passed by
 * @param limit 1 to {@link #MAX_LINES}
 */
public record LogQuery(
    @Nullable Integer attempt,
    @Nullable String containing,
    @Nullable LogLevel atLeast,
    boolean newestFirst,
    @Nullable Long from,
    long offset,
    int limit) {
  /** Most lines of one answer. */
  public static final int MAX_LINES = 10_000;

  /** The first lines, oldest first. */
  public static final LogQuery FIRST = new LogQuery(null, null, null, false, null, 0, MAX_LINES);

  public LogQuery {
    if (attempt != null && attempt < 1) {
      throw invalid("an attempt is 1 or more, not " + attempt);
    }
    if (from != null && from < 1) {
      throw invalid("lines are numbered from 1, not " + from);
    }
    if (offset < 0) {
      throw invalid("an offset is 0 or more, not " + offset);
    }
    if (limit < 1 || limit > MAX_LINES) {
      throw invalid("limit must be 1 to %d, not %d".formatted(MAX_LINES, limit));
    }
  }

  /** The same from another line on; null for the first in order. */
  public LogQuery withFrom(@Nullable Long number) {
    return new LogQuery(attempt, containing, atLeast, newestFirst, number, offset, limit);
  }

  /** The same of one attempt. */
  public LogQuery withAttempt(int number) {
    return new LogQuery(number, containing, atLeast, newestFirst, from, offset, limit);
  }

  /** The same with a text in them. */
  public LogQuery withContaining(String text) {
    return new LogQuery(attempt, text, atLeast, newestFirst, from, offset, limit);
  }

  /** The same of a level or above. */
  public LogQuery withAtLeast(LogLevel level) {
    return new LogQuery(attempt, containing, level, newestFirst, from, offset, limit);
  }

  /** The same from the other end. */
  public LogQuery withNewestFirst() {
    return new LogQuery(attempt, containing, atLeast, true, from, offset, limit);
  }

  /** The same, some passed by. */
  public LogQuery withOffset(long lines) {
    return new LogQuery(attempt, containing, atLeast, newestFirst, from, lines, limit);
  }

  /** The same with another limit. */
  public LogQuery withLimit(int lines) {
    return new LogQuery(attempt, containing, atLeast, newestFirst, from, offset, lines);
  }

  private static InvalidRequestException invalid(String message) {
    return new InvalidRequestException(ErrorCode.INVALID_FILTER, message);
  }
}
