package dev.ekiden.calendar.booking;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;

/**
 * What a guest agreed to about canceling.
 *
 * @param freeMinutes until how long before the start it is free
 * @param feePercent part of the total that it costs later
 */
public record CancelTerms(int freeMinutes, int feePercent) {

  /** Until when a booking that starts then is canceled free of charge, that moment included. */
  public Instant freeUntil(Instant start) {
    return start.minus(Duration.ofMinutes(freeMinutes));
  }

  /** Whether canceling costs something at this moment. */
  public boolean costsAt(Instant now, Instant start) {
    return feePercent > 0 && now.isAfter(freeUntil(start));
  }

  /** The fee in minor units, half of one rounded up. */
  public long fee(long total) {
    return BigDecimal.valueOf(total)
        .multiply(BigDecimal.valueOf(feePercent))
        .divide(BigDecimal.valueOf(100), 0, RoundingMode.HALF_UP)
        .longValueExact();
  }
}
