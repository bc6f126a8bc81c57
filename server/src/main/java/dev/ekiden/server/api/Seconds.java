package dev.ekiden.server.api;

import dev.ekiden.server.Problem;
import dev.ekiden.server.ProblemException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;

/** Numbers of seconds in JSON. */
final class Seconds {
  /** No time in the API is longer; keeps the arithmetic far from overflow. */
  static final BigDecimal MAX = BigDecimal.valueOf(Duration.ofDays(36_500).toSeconds());

  private Seconds() {}

  static Duration duration(String field, BigDecimal seconds) {
    if (seconds.signum() < 0 || seconds.compareTo(MAX) > 0) {
      throw new ProblemException(
          Problem.of(
                  422,
                  "invalid-field",
                  "field '%s' must be 0 to %s seconds, not %s".formatted(field, MAX, seconds))
              .withField(field));
    }
    return Duration.ofNanos(
        seconds.movePointRight(9).setScale(0, RoundingMode.HALF_UP).longValueExact());
  }

  static double of(Duration duration) {
    return duration.toMillis() / 1_000.0;
  }
}
