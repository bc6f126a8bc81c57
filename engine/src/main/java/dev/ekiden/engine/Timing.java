package dev.ekiden.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/** When a schedule fires. */
public sealed interface Timing {
  /** Shortest period of a {@link Rate}. */
  Duration MIN_PERIOD = Duration.ofSeconds(1);

  /** Longest period of a {@link Rate}. */
  Duration MAX_PERIOD = Duration.ofDays(3_650);

  /**
   * A Unix cron expression of five fields, evaluated in a zone. Where a clock change skips the time
   * of a firing it fires right after the gap; where one repeats it, it fires once, at the first.
   * With {@code *} for the hour it fires in every hour that passes, skipped and repeated or not.
   */
  record Cron(String expression) implements Timing {
    public Cron {
      CronExpression.parse(expression);
    }
  }

  /** Every so often, counted from the schedule's creation. */
  record Rate(Duration period) implements Timing {
    public Rate {
      Objects.requireNonNull(period, "period");
      if (period.compareTo(MIN_PERIOD) < 0 || period.compareTo(MAX_PERIOD) > 0) {
        throw new InvalidRequestException(
            ErrorCode.INVALID_RATE,
            "a rate must be between %s and %s, not %s".formatted(MIN_PERIOD, MAX_PERIOD, period));
      }
    }
  }

  /** One time only. */
  record Once(Instant time) implements Timing {
    public Once {
      JobRequest.checkTime(time);
    }
  }
}
