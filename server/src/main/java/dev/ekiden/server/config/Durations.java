package dev.ekiden.server.config;

import dev.ekiden.fleet.Times;
import java.time.DateTimeException;
import java.time.Duration;

/** Times as people type them: {@code 30s}, {@code 5m}, {@code 1h30m}, {@code 250ms}, {@code 2d}. */
public final class Durations {
  private Durations() {}

  /**
   * Reads a time; as {@link Times#parse} does, and ISO 8601 ({@code PT30S}) too.
   *
   * @throws IllegalArgumentException saying what is allowed
   */
  public static Duration parse(String text) {
    try {
      return Times.parse(text);
    } catch (IllegalArgumentException e) {
      // Another notation, perhaps.
    }
    try {
      Duration duration = Duration.parse(text.strip());
      if (!duration.isNegative()) {
        return duration;
      }
    } catch (DateTimeException e) {
      // Falls through: one message says all that is allowed.
    }
    throw new IllegalArgumentException(
        "'" + text + "' is not a time; write 30s, 5m, 1h30m, 2d or 250ms");
  }

  /** Shortest way to write a time for people. */
  public static String format(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds < 1) {
      return duration.toMillis() + "ms";
    }
    if (seconds < 60) {
      return seconds + "s";
    }
    if (seconds < 3_600) {
      return seconds / 60 + "m" + (seconds % 60 == 0 ? "" : seconds % 60 + "s");
    }
    if (seconds < 86_400) {
      return seconds / 3_600 + "h" + (seconds / 60 % 60 == 0 ? "" : seconds / 60 % 60 + "m");
    }
    return seconds / 86_400 + "d" + (seconds / 3_600 % 24 == 0 ? "" : seconds / 3_600 % 24 + "h");
  }
}
