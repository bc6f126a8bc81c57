package dev.ekiden.engine;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;

/** When a timing fires. */
final class Firings {
  /**
   * Missed firings are counted up to here: each costs a calculation while the schedule is locked.
   */
  static final int MAX_COUNTED = 1_000;

  private Firings() {}

  /**
   * The first firing after an instant.
   *
   * @param origin when the schedule was made; a rate counts from there
   */
  static Optional<Instant> after(Instant instant, Timing timing, ZoneId zone, Instant origin) {
    return switch (timing) {
      case Timing.Cron cron -> CronExpression.parse(cron.expression()).next(instant, zone);
      case Timing.Rate rate -> {
        long period = rate.period().toNanos() / 1_000_000;
        long passed = Math.max(0, instant.toEpochMilli() - origin.toEpochMilli());
        yield Optional.of(origin.plusMillis((passed / period + 1) * period));
      }
      case Timing.Once once ->
          once.time().isAfter(instant) ? Optional.of(once.time()) : Optional.empty();
    };
  }

  /** How many firings lie after one that is due and not after {@code now}. */
  static long missed(Instant due, Instant now, Timing timing, ZoneId zone, Instant origin) {
    long missed = 0;
    Optional<Instant> next = after(due, timing, zone, origin);
    while (missed < MAX_COUNTED && next.isPresent() && !next.get().isAfter(now)) {
      missed++;
      next = after(next.get(), timing, zone, origin);
    }
    return missed;
  }
}
