package dev.ekiden.calendar.availability;

import java.time.LocalDate;
import java.time.LocalDateTime;

/**
 * A time {@code [from, to)} on the venue's wall clock in which a space cannot be used, whatever its
 * hours say. Counted in whole minutes. The reason may be empty. Immutable.
 */
public record Closure(LocalDateTime from, LocalDateTime to, String reason) {

  public Closure {
    new Checks()
        .that(to.isAfter(from), "to", to, "must be after the start " + from)
        .that(isWholeMinute(from), "from", from, "must be a whole minute")
        .that(isWholeMinute(to), "to", to, "must be a whole minute")
        .line("reason", reason)
        .done();
  }

  /** Closes whole days, first and last included. */
  public static Closure ofDays(LocalDate first, LocalDate last, String reason) {
    return new Closure(first.atStartOfDay(), last.plusDays(1).atStartOfDay(), reason);
  }

  private static boolean isWholeMinute(LocalDateTime time) {
    return time.getSecond() == 0 && time.getNano() == 0;
  }
}
